import { PravegaError, splitKeyRange } from '@pravega-ts/model'
import { describe, expect, it } from 'vitest'
import { LARGEST_EVENT } from '../../src/index.ts'
import { turn, until } from './support/model-store.ts'
import { code, HIGH, LOW, setUp } from './support/writers.ts'

const LARGE = 'x'.repeat(9 * 1024 * 1024)

/** What was written, with large events shortened. */
function short(payloads: readonly string[]): readonly string[] {
  return payloads.map(payload => (payload.length > 100 ? `large ${payload.length}` : payload))
}

describe('a large event', () => {
  it('appears whole, between those before and behind it', async () => {
    const { store, writer } = await setUp()
    const events = ['before', LARGE, 'behind'].map(event => writer.writeEvent(event, { routingKey: LOW }))
    await writer.flush()
    await Promise.all(events)
    expect(short(store.segment(0).payloads)).toEqual(['before', `large ${LARGE.length}`, 'behind'])
    expect(store.calls.filter(call => call === 'merge')).toHaveLength(1)
    expect(writer.pendingBytes).toBe(0)
    // Nothing is left of what it was assembled in.
    expect(store.all).toHaveLength(1)
    await writer.noteTime(1)
    expect(store.noted[0]?.[2]).toEqual(new Map([[0n, BigInt(store.segment(0).length)]]))
  })

  it('does not begin before what is in front of it is acknowledged, and holds up only its own segment', async () => {
    const { store, writer } = await setUp(2)
    store.held = true
    void writer.writeEvent('before', { routingKey: LOW })
    void writer.writeEvent(LARGE, { routingKey: LOW })
    void writer.writeEvent('behind', { routingKey: LOW })
    await turn(3)
    expect(store.calls).not.toContain('createTransient')
    const other = writer.writeEvent('other', { routingKey: HIGH })
    await turn()
    store.step(store.writers[1])
    await other
    store.release()
    await writer.flush()
    expect(short(store.segment(0).payloads)).toEqual(['before', `large ${LARGE.length}`, 'behind'])
  })

  it('of exactly 8 MiB of payload is an ordinary one', async () => {
    const { store, writer } = await setUp()
    await writer.writeEvent('x'.repeat(8 * 1024 * 1024))
    expect(store.segment(0).appends).toHaveLength(1)
    await writer.writeEvent('x'.repeat(8 * 1024 * 1024 + 1))
    expect(store.calls.filter(call => call === 'createTransient')).toHaveLength(1)
  })

  it('is refused where the option says so, or when it is beyond all bounds', async () => {
    const { store, writer } = await setUp(1, { largeEvents: 'refuse' })
    await expect(writer.writeEvent(LARGE)).rejects.toThrow(/9437184 bytes.*at most 8388608.*largeEvents: 'write'/)
    expect(store.calls).not.toContain('createTransient')
    const serializer = {
      serialize: () => new Uint8Array(LARGEST_EVENT - 7),
      deserialize: String,
    }
    const { writer: other } = await setUp(1, { serializer })
    await expect(other.writeEvent('')).rejects.toThrow(/1073741817 bytes.*at most 1073741816 are allowed/)
  })
})

describe('a large event for a segment that is sealed meanwhile', () => {
  it('starts over on the successor of its key, once, and what is behind it follows', async () => {
    const { store, writer } = await setUp()
    store.onCall = call => {
      if (call === 'merge' && !store.segment(0).sealed) store.scale([0], splitKeyRange(2))
    }
    const events = [LARGE, 'behind'].map(event => writer.writeEvent(event, { routingKey: LOW }))
    void writer.writeEvent('other', { routingKey: HIGH })
    await Promise.all(events)
    await writer.flush()
    expect(store.segment(0).payloads).toEqual([])
    expect(short(store.segment(1).payloads)).toEqual([`large ${LARGE.length}`, 'behind'])
    expect(store.segment(2).payloads).toEqual(['other'])
    expect(store.calls.filter(call => call === 'createTransient')).toHaveLength(2)
    expect(store.all).toHaveLength(3)
  })

  it('goes to the successors with what was in front of it', async () => {
    const { store, writer } = await setUp()
    store.held = true
    for (const event of ['before', LARGE, 'behind']) void writer.writeEvent(event, { routingKey: LOW })
    await turn()
    store.scale([0], splitKeyRange(2))
    store.release()
    await writer.flush()
    expect(short(store.segment(1).payloads)).toEqual(['before', `large ${LARGE.length}`, 'behind'])
  })

  it('is gone with the stream', async () => {
    const { store, writer } = await setUp()
    store.onCall = call => {
      if (call === 'createTransient') store.seal()
    }
    await expect(writer.writeEvent(LARGE)).rejects.toEqual(code('STREAM_SEALED'))
    expect(store.calls.filter(call => call === 'createTransient')).toHaveLength(1)
    expect(writer.pendingBytes).toBe(0)
  })

  it('looks for another one when the segment is not there any more', async () => {
    const { store, writer } = await setUp()
    store.scale([0], splitKeyRange(2))
    store.segment(0).deleted = true
    await writer.writeEvent(LARGE, { routingKey: HIGH })
    expect(short(store.segment(2).payloads)).toEqual([`large ${LARGE.length}`])
  })
})

describe('a merge of which nobody knows', () => {
  const unknown = new PravegaError('CONNECTION_LOST', 'no answer', {
    retriable: false,
    details: { outcome: 'unknown' },
  })
  const lost = new PravegaError('CONNECTION_LOST', 'no answer')

  it('is found to have happened', async () => {
    const { store, writer } = await setUp()
    const { merge } = store
    store.merge = async (...args) => {
      await merge.apply(store, args)
      throw unknown
    }
    await writer.writeEvent(LARGE)
    expect(short(store.payloads)).toEqual([`large ${LARGE.length}`])
  })

  it('is found to have happened although the segment has been sealed since', async () => {
    const { store, writer } = await setUp()
    let merges = 0
    const { merge } = store
    store.merge = async (...args) => {
      merges += 1
      if (merges > 1) throw new PravegaError('SEGMENT_SEALED', 'sealed')
      await merge.apply(store, args)
      store.scale([0], splitKeyRange(2))
      throw new PravegaError('SEGMENT_SEALED', 'sealed, says the second answer')
    }
    await writer.writeEvent(LARGE, { routingKey: LOW })
    await writer.writeEvent('behind', { routingKey: LOW })
    expect(short(store.payloads)).toEqual([`large ${LARGE.length}`, 'behind'])
  })

  it('is asked for again while the event is still where it was', async () => {
    const { store, writer } = await setUp()
    store.failures.push(['merge', lost], ['getInfo of source', lost], ['merge', unknown])
    await writer.writeEvent(LARGE)
    expect(short(store.payloads)).toEqual([`large ${LARGE.length}`])
    expect(store.calls.filter(call => call === 'createTransient')).toHaveLength(1)
    expect(store.calls.filter(call => call === 'merge')).toHaveLength(3)
  })
})

describe('what goes wrong on the way of a large event', () => {
  it('is tried again, with a segment of its own each time', async () => {
    const { store, writer } = await setUp()
    store.failures.push(['createTransient', new PravegaError('UNAVAILABLE', 'restarting')])
    const { openWriter } = store
    let opened = 0
    store.openWriter = (segment, options) => {
      const made = openWriter.call(store, segment, options)
      opened += 1
      if (opened === 1) queueMicrotask(() => made.end(new PravegaError('NO_SUCH_SEGMENT', 'it is gone')))
      return made
    }
    await writer.writeEvent(LARGE)
    expect(short(store.payloads)).toEqual([`large ${LARGE.length}`])
    expect(store.calls.filter(call => call === 'createTransient').length).toBe(3)
  })

  it('is given up after the attempts of the policy, or when there is no use', async () => {
    const { store, writer } = await setUp(1, { retry: { attempts: 2, initialDelayMs: 0 } })
    const unavailable = new PravegaError('UNAVAILABLE', 'restarting')
    store.failures.push(['createTransient', unavailable], ['createTransient', unavailable])
    await expect(writer.writeEvent(LARGE)).rejects.toMatchObject({ code: 'RETRIES_EXHAUSTED', cause: unavailable })
    const { store: second, writer: other } = await setUp()
    const refused = new PravegaError('TOKEN_REFUSED', 'no')
    second.failures.push(['merge', refused])
    await expect(other.writeEvent(LARGE)).rejects.toBe(refused)
    expect(second.payloads).toEqual([])
  })

  it('ends when the writer is closed by force', async () => {
    const { store, writer } = await setUp()
    const gate = Promise.withResolvers<void>()
    store.onCall = call => (call === 'merge' ? gate.promise : undefined)
    const event = writer.writeEvent(LARGE)
    await until(() => store.calls.includes('merge'), 'the merge')
    await writer.close({ force: true })
    await expect(event).rejects.toEqual(code('CLOSED'))
    gate.resolve()
  })
})
