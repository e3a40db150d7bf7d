import { PravegaError } from '@pravega-ts/model'
import { beforeEach, describe, expect, it } from 'vitest'
import { encodeKey } from '../../src/table/entry-format.ts'
import { member, plain, rustEntries, value } from './members.ts'
import { ModelTable } from './model-table.ts'

let table: ModelTable
beforeEach(() => {
  table = new ModelTable()
})

/** The requests that an action makes. */
async function requestsOf(action: () => Promise<unknown>): Promise<string[]> {
  const before = table.requests.length
  await action()
  return table.requests.slice(before)
}

describe('opening', () => {
  it('makes the table, or takes the one that is there', async () => {
    table.exists = false
    const first = await member(table)
    expect(first.view.isEmpty).toBe(true)
    await first.transact(() => ({ puts: [value('a', 'x', 1)], result: undefined }))
    const second = await member(table)
    expect(plain(second.view)).toEqual({ a: { x: 1 } })
  })

  it('makes none when told not to', async () => {
    table.exists = false
    await expect(member(table, { create: false })).rejects.toMatchObject({ code: 'NO_SUCH_SEGMENT' })
    expect(table.exists).toBe(false)
  })

  it('refuses the table of a key-value table, and entries that it cannot read', async () => {
    table.keyLength = 8
    await expect(member(table)).rejects.toMatchObject({ code: 'CORRUPT_STATE' })
    table.keyLength = 0
    table.putDirectly([{ key: Buffer.from('plain'), value: Buffer.from('text') }])
    await expect(member(table)).rejects.toMatchObject({ code: 'CORRUPT_STATE', details: { key: '706c61696e' } })
  })
})

describe('the view', () => {
  it('gives values with type and version, maps with any keys, and stays as it was', async () => {
    const sync = await member(table)
    const data = new Map([[new Map([['segment', 1]]), 2n ** 60n]])
    await sync.transact(() => ({ puts: [{ outer: 'o', inner: 'i', typeId: 'T', data }], result: undefined }))
    const view = (await member(table)).view
    expect(view.get('o', 'i')).toMatchObject({ typeId: 'T', data })
    expect(view.get('o', 'i')?.version).toBe(sync.view.get('o', 'i')?.version)
    expect(view.get('o', 'j')).toBeUndefined()
    expect(view.innerMap('p').size).toBe(0)
    const before = sync.view
    await sync.transact(() => ({ removals: [{ outer: 'o', inner: 'i' }], result: undefined }))
    expect(before.get('o', 'i')?.typeId).toBe('T')
    expect(sync.view).toMatchObject({ isEmpty: true, outerNames: [] })
  })

  it('fails for data that is no CBOR when somebody looks at them', async () => {
    table.putDirectly(rustEntries([{ outer: 'o', inner: 'i', document: Uint8Array.of(0xff) }]))
    const { view } = await member(table)
    expect(view.get('o', 'i')?.document).toEqual(Uint8Array.of(0xff))
    expect(() => view.get('o', 'i')?.data).toThrow(expect.objectContaining({ code: 'CORRUPT_STATE' }))
  })
})

describe('refreshing', () => {
  it('takes one request when nothing is new, also after an own change', async () => {
    const sync = await member(table)
    expect(await requestsOf(() => sync.refresh())).toEqual(['info'])
    await sync.transact(() => ({ puts: [value('a', 'x', 1)], result: undefined }))
    expect(await requestsOf(() => sync.refresh())).toEqual(['info'])
  })

  it('takes two requests for what others have changed', async () => {
    const [one, two] = [await member(table), await member(table)]
    await one.transact(() => ({ puts: [value('a', 'x', 1), value('b', 'y', 2)], result: undefined }))
    await one.transact(() => ({ puts: [value('a', 'z', 3)], removals: [{ outer: 'b', inner: 'y' }], result: 0 }))
    expect(await requestsOf(() => two.refresh())).toEqual(['info', 'delta'])
    expect(plain(two.view)).toEqual({ a: { x: 1, z: 3 } })
    expect(await requestsOf(() => two.refresh())).toEqual(['info'])
  })

  it('reads everything when the log was compacted', async () => {
    const [one, two] = [await member(table), await member(table)]
    for (let n = 1; n <= 5; n++) await one.transact(() => ({ puts: [value('a', 'x', n)], result: undefined }))
    table.compact()
    const requests = await requestsOf(() => two.refresh())
    expect(requests).toContain('entries')
    expect(requests).not.toContain('delta')
    expect(plain(two.view)).toEqual({ a: { x: 5 } })
  })

  it('is not misled by an old entry that a compaction has copied behind a newer one', async () => {
    const [one, two] = [await member(table), await member(table)]
    await one.transact(() => ({ puts: [value('a', 'x', 'old')], result: undefined }))
    await two.refresh()
    const key = encodeKey({ outer: 'a', inner: 'x' })
    const mistake = { key, value: table.valueOf(key) as Uint8Array, version: table.versionOf(key) as bigint }
    await one.transact(() => ({ puts: [value('a', 'x', 'new')], result: undefined }))
    table.copyLive(mistake)
    await two.refresh()
    expect(plain(two.view)).toEqual({ a: { x: 'new' } })
  })

  it('sees what a copied entry had hidden once the log is truncated', async () => {
    const [one, two] = [await member(table), await member(table)]
    await one.transact(() => ({ puts: [value('a', 'x', 'old')], result: undefined }))
    const key = encodeKey({ outer: 'a', inner: 'x' })
    const mistake = { key, value: table.valueOf(key) as Uint8Array, version: table.versionOf(key) as bigint }
    await one.transact(() => ({ puts: [value('a', 'x', 'new')], result: undefined }))
    const start = table.length
    table.copyLive(mistake)
    await two.refresh()
    table.truncate(start)
    await two.refresh()
    expect(plain(two.view)).toEqual({ a: { x: 'new' } })
  })

  it('never asks for more changes than a server can give', async () => {
    const [one, two] = [await member(table), await member(table)]
    for (let n = 0; n < 6; n++) {
      await one.transact(() => ({ puts: [value('a', 'x', new Uint8Array(200_000))], result: undefined }))
    }
    const requests = await requestsOf(() => two.refresh())
    expect(requests).not.toContain('delta')
    expect(two.view.get('a', 'x')?.document).toHaveLength(200_005)
  })

  it.each([
    ['gives no answer', new PravegaError('DEADLINE_EXCEEDED', 'no answer')],
    ['drops the connection', new PravegaError('RETRIES_EXHAUSTED', 'dropped')],
    ['refuses', new PravegaError('ILLEGAL_REQUEST', 'beyond')],
  ])('reads everything when the server %s', async (_, error) => {
    const [one, two] = [await member(table), await member(table, { deltaTimeoutMs: 50 })]
    await one.transact(() => ({ puts: [value('a', 'x', 1)], result: undefined }))
    const { delta } = table
    let timeoutMs: number | undefined
    table.delta = async (_from, options) => {
      table.delta = delta
      timeoutMs = options?.timeoutMs
      throw error
    }
    await two.refresh()
    expect(timeoutMs).toBe(50)
    expect(plain(two.view)).toEqual({ a: { x: 1 } })
  })

  it('reads everything when the server says that it was cleared', async () => {
    const [one, two] = [await member(table), await member(table)]
    await one.transact(() => ({ puts: [value('a', 'x', 1)], result: undefined }))
    const { delta } = table
    table.delta = async (from, options) => {
      table.delta = delta
      return { ...(await delta.call(table, from, options)), entries: [], shouldClear: true }
    }
    await two.refresh()
    expect(plain(two.view)).toEqual({ a: { x: 1 } })
  })

  it('sees that a table was made again, where it is shorter', async () => {
    const sync = await member(table)
    await sync.transact(() => ({ puts: [value('a', 'x', 1), value('a', 'y', 1)], result: undefined }))
    await table.delete()
    await expect(sync.refresh()).rejects.toMatchObject({ code: 'NO_SUCH_SEGMENT' })
    await table.create()
    const other = await member(table)
    await other.transact(() => ({ puts: [value('b', 'x', 2)], result: undefined }))
    await sync.refresh()
    expect(plain(sync.view)).toEqual({ b: { x: 2 } })
  })
})

describe('transactions', () => {
  it('are decided anew on what others have written, and return the result of the run that was written', async () => {
    const [one, two] = [await member(table), await member(table)]
    await one.transact(() => ({ puts: [value('a', 'n', 1)], result: undefined }))
    const seen: unknown[] = []
    const result = await two.transact(view => {
      const n = Number(view.get('a', 'n')?.data ?? 0) + 1
      seen.push(n)
      return { puts: [value('a', 'n', n)], result: n }
    })
    expect(seen).toEqual([1, 2])
    expect(result).toBe(2)
  })

  it('conflict with every change of the outer maps that they touch, and with no other', async () => {
    const [one, two] = [await member(table), await member(table)]
    await one.transact(() => ({ puts: [value('a', 'x', 1)], result: undefined }))
    expect(await requestsOf(() => two.transact(() => ({ puts: [value('b', 'y', 1)], result: undefined })))).toEqual([
      'put',
    ])
    expect(await requestsOf(() => two.transact(() => ({ puts: [value('a', 'y', 1)], result: undefined })))).toEqual([
      'put',
      'info',
      'delta',
      'put',
    ])
  })

  it('take one request each in a row: own versions are taken over', async () => {
    const sync = await member(table)
    for (let n = 0; n < 3; n++) {
      const put = { puts: [value('a', 'x', n), value('a', 'y', n)], result: undefined }
      expect(await requestsOf(() => sync.transact(() => put))).toEqual(['put'])
    }
  })

  it('leave tombstones, over which values can be put again', async () => {
    const [one, two] = [await member(table), await member(table)]
    await one.transact(() => ({ puts: [value('a', 'x', 1)], result: undefined }))
    await one.transact(() => ({ removals: [{ outer: 'a', inner: 'x' }], result: undefined }))
    await two.refresh()
    expect(two.view.isEmpty).toBe(true)
    expect(table.versionOf(encodeKey({ outer: 'a', inner: 'x' }))).toBeDefined()
    const put = { puts: [value('a', 'x', 2)], result: undefined }
    expect(await requestsOf(() => two.transact(() => put))).toEqual(['put'])
    await one.refresh()
    expect(plain(one.view)).toEqual({ a: { x: 2 } })
  })

  it('write nothing for no changes', async () => {
    const sync = await member(table)
    const removals = [{ outer: 'a', inner: 'x' }]
    expect(await requestsOf(() => sync.transact(() => ({ removals, result: 7 })))).toEqual([])
    await expect(sync.transact(() => ({ result: 7 }))).resolves.toBe(7)
  })

  it('fail with what the decision throws, and write nothing', async () => {
    const sync = await member(table)
    const error = new Error('no')
    await expect(
      sync.transact(() => {
        throw error
      }),
    ).rejects.toBe(error)
    expect(table.length).toBe(0n)
  })

  it.each([
    ['an entry that is changed twice', { puts: [value('a', 'x', 1), value('a', 'x', 2)] }],
    ['an outer name without bytes', { puts: [value('', 'x', 1)] }],
    ['a value that CBOR has no form for', { puts: [value('a', 'x', () => 1)] }],
  ])('refuse %s', async (_, changes) => {
    const sync = await member(table)
    const failed = sync.transact(() => ({ ...changes, result: undefined }))
    await expect(failed).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(table.length).toBe(0n)
  })

  it('see, at the latest when refused, what was removed physically or made again', async () => {
    const [one, two] = [await member(table), await member(table)]
    await one.transact(() => ({ puts: [value('a', 'x', 1)], result: undefined }))
    await two.refresh()
    await table.remove([{ key: encodeKey({ outer: 'a', inner: 'x' }) }])
    const found = await two.transact(view => ({
      puts: [value('a', 'x', 2)],
      result: view.get('a', 'x')?.data,
    }))
    expect(found).toBeUndefined()
    expect(plain((await member(table)).view)).toEqual({ a: { x: 2 } })
  })

  it('of one member are made one after another', async () => {
    const sync = await member(table)
    const count = (): Promise<void> =>
      sync.transact(view => {
        const n = Number(view.get('a', 'n')?.data ?? 0) + 1
        return { puts: [value('a', 'n', n)], result: undefined }
      })
    expect(await requestsOf(() => Promise.all(Array.from({ length: 20 }, count)))).toHaveLength(20)
    expect(sync.view.get('a', 'n')?.data).toBe(20)
  })
})

describe('purging', () => {
  it('removes tombstones physically, and who had not seen them reads everything', async () => {
    const [one, two, three] = [await member(table), await member(table), await member(table)]
    await one.transact(() => ({ puts: [value('a', 'x', 1), value('b', 'y', 1)], result: undefined }))
    await two.refresh()
    await one.transact(() => ({ removals: [{ outer: 'a', inner: 'x' }], result: undefined }))
    await three.refresh()
    await expect(one.purge()).resolves.toBe(1)
    expect(table.versionOf(encodeKey({ outer: 'a', inner: 'x' }))).toBeUndefined()
    await two.refresh()
    expect(plain(two.view)).toEqual({ b: { y: 1 } })
    expect(await requestsOf(() => three.refresh())).toEqual(['info', 'delta'])
    await three.transact(() => ({ puts: [value('a', 'x', 2)], result: undefined }))
    await one.refresh()
    expect(plain(one.view)).toEqual({ a: { x: 2 }, b: { y: 1 } })
    await expect(one.purge()).resolves.toBe(0)
  })

  it('goes through many, and leaves what was put again', async () => {
    const [one, two] = [await member(table), await member(table)]
    const names = Array.from({ length: 450 }, (_, n) => `n${n}`)
    await one.transact(() => ({ puts: names.map(inner => value('a', inner, 1)), result: undefined }))
    await one.transact(() => ({ removals: names.map(inner => ({ outer: 'a', inner })), result: undefined }))
    await two.transact(() => ({ puts: [value('a', 'n7', 2)], result: undefined }))
    await expect(one.purge()).resolves.toBe(449)
    expect(plain((await member(table)).view)).toEqual({ a: { n7: 2 } })
  })
})

describe('closing', () => {
  it('waits for what is under way, and refuses what comes later', async () => {
    const sync = await member(table)
    const done = sync.transact(() => ({ puts: [value('a', 'x', 1)], result: 'done' }))
    await sync.close()
    await expect(done).resolves.toBe('done')
    await expect(sync.refresh()).rejects.toMatchObject({ code: 'CLOSED' })
    await sync.close()
  })

  it('does not wait when forced', async () => {
    const sync = await member(table)
    const { info } = table
    const asked = Promise.withResolvers<void>()
    table.info = async call => {
      asked.resolve()
      await new Promise((_, reject) => call?.signal?.addEventListener('abort', () => reject(call.signal?.reason)))
      return await info.call(table)
    }
    const refreshed = sync.refresh()
    await asked.promise
    await sync.close({ force: true })
    await expect(refreshed).rejects.toMatchObject({ code: 'CLOSED' })
  })
})
