import { PravegaError, ScopedStream, StreamCut } from '@pravega-ts/model'
import { expect, it } from 'vitest'
import { managerOn, segment, stream } from './fake-controller.ts'

function deleting(state: 'open' | 'sealed' | 'absent') {
  let sealed = state === 'sealed'
  return managerOn({
    deleteStream: async () => {
      if (state === 'absent') return false
      if (!sealed) throw new PravegaError('STREAM_NOT_SEALED', 'not sealed')
      return true
    },
    sealStream: async () => {
      sealed = true
    },
  })
}

it('seals before it deletes only when asked to', async () => {
  const refused = deleting('open')
  await expect(refused.manager.deleteStream(stream)).rejects.toMatchObject({ code: 'STREAM_NOT_SEALED' })
  expect(refused.calls.map(([method]) => method)).toEqual(['deleteStream'])

  const sealing = deleting('open')
  expect(await sealing.manager.deleteStream(stream, { seal: true })).toBe(true)
  expect(sealing.calls.map(([method]) => method)).toEqual(['deleteStream', 'sealStream', 'deleteStream'])
})

it.each(['sealed', 'absent'] as const)('seals nothing when the stream is %s', async state => {
  const { manager, calls } = deleting(state)
  expect(await manager.deleteStream(stream, { seal: true })).toBe(state === 'sealed')
  expect(calls.map(([method]) => method)).toEqual(['deleteStream'])
})

it('deletes a scope with all that is in it, and says when there was none', async () => {
  for (const exists of [true, false]) {
    const { manager, calls } = managerOn({
      checkScopeExists: async () => exists,
      // What Pravega 0.13 answers to any name.
      deleteScopeRecursive: async () => true,
    })
    expect(await manager.deleteScope('shop', { recursive: true })).toBe(exists)
    expect(calls.length).toBe(exists ? 2 : 1)
  }
})

async function* listing<T>(...items: T[]): AsyncGenerator<T, void, undefined> {
  yield* items
}

function inScope(streams: () => AsyncIterable<ScopedStream>, tables: readonly string[]) {
  return managerOn({
    listStreams: streams,
    listKeyValueTables: () => listing(...tables.map(name => ({ scope: 'shop', name }))),
    deleteScope: async () => true,
  })
}

it.each([
  ['a stream', [new ScopedStream('shop', '_RGreaders')], [], 'the stream _RGreaders'],
  ['a table', [], ['prices'], 'the table prices'],
])('does not ask for the end of a scope with %s in it: Pravega would break it', async (_, streams, tables, message) => {
  const { manager, calls } = inScope(() => listing(...streams), tables)
  const deletion = manager.deleteScope('shop')
  await expect(deletion).rejects.toMatchObject({ code: 'SCOPE_NOT_EMPTY' })
  await expect(deletion).rejects.toThrow(message)
  expect(calls.some(([method]) => method === 'deleteScope')).toBe(false)
})

it('deletes an empty scope, and none that is not there', async () => {
  const { manager, calls } = inScope(() => listing(), [])
  expect(await manager.deleteScope('shop')).toBe(true)
  expect(calls.at(-1)).toEqual(['deleteScope', 'shop'])

  const missing = inScope(() => {
    throw new PravegaError('SCOPE_NOT_FOUND', 'no such scope')
  }, [])
  expect(await missing.manager.deleteScope('shop')).toBe(false)
})

function truncating(length: bigint) {
  return managerOn(
    {
      getCurrentSegments: async () => ({ segments: [segment(0, 0, 0, 1)], delegationToken: '' }),
      truncateStream: async () => {},
    },
    { 'shop/orders/0.#epoch.0': length },
  )
}

it('truncates at a cut that the stream has', async () => {
  const { manager, calls } = truncating(10n)
  const cut = new StreamCut(stream, [[0n, 10n]])
  await manager.truncateStream(cut)
  expect(calls.at(-1)).toEqual(['truncateStream', cut])
})

it.each([
  ['offsets that do not exist, which servers would take', new StreamCut(stream, [[0n, 11n]]), 'ends at 10'],
  ['a cut in the future', new StreamCut(stream, [[0n, -1n]]), 'names no segment'],
  ['the unbounded cut', StreamCut.UNBOUNDED, 'unbounded'],
])('refuses %s', async (_, cut, message) => {
  const { manager, calls } = truncating(10n)
  const truncation = manager.truncateStream(cut)
  await expect(truncation).rejects.toMatchObject({ code: 'STREAM_CUT_INVALID' })
  await expect(truncation).rejects.toThrow(message)
  expect(calls.some(([method]) => method === 'truncateStream')).toBe(false)
})

it('truncates to the tail and says where that is', async () => {
  const { manager, calls } = truncating(42n)
  const cut = await manager.truncateStreamToTail('shop/orders')
  expect([...cut.positions]).toEqual([[0n, 42n]])
  expect(calls.at(-1)).toEqual(['truncateStream', cut])
})

it('gives one deadline to all requests of a call', async () => {
  const left: (number | undefined)[] = []
  const { manager } = managerOn({
    checkScopeExists: async (_, call) => {
      left.push(call?.timeoutMs)
      return true
    },
    deleteScopeRecursive: async (_, call) => {
      left.push(call?.timeoutMs)
      return true
    },
  })
  await manager.deleteScope('shop', { recursive: true, timeoutMs: 5_000 })
  expect(left.every(ms => ms !== undefined && ms > 0 && ms <= 5_000)).toBe(true)

  await manager.deleteScope('shop', { recursive: true })
  expect(left.slice(2)).toEqual([undefined, undefined])
})

it('ends a call whose time is up between two requests', async () => {
  const { manager, calls } = managerOn({
    checkScopeExists: async (_, call) => {
      const end = performance.now() + (call?.timeoutMs ?? 0)
      while (performance.now() <= end);
      return true
    },
  })
  const deletion = manager.deleteScope('shop', { recursive: true, timeoutMs: 5 })
  await expect(deletion).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
  expect(calls.map(([method]) => method)).toEqual(['checkScopeExists'])
})
