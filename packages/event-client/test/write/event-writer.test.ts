import { type CloseOptions, PravegaError, ScopedStream } from '@pravega-ts/model'
import { describe, expect, it } from 'vitest'
import { type EventStore, type EventWriter, openEventWriter, type Serializer, utf8Serializer } from '../../src/index.ts'
import { ModelStore, turn } from './support/model-store.ts'
import { code, HIGH, LOW, setUp } from './support/writers.ts'

describe('opening a writer', () => {
  it('fails by name for a stream that is sealed or not there', async () => {
    const store = new ModelStore()
    store.seal()
    await expect(openEventWriter(store, store.stream)).rejects.toEqual(code('STREAM_SEALED'))
    store.deleted = true
    await expect(openEventWriter(store, new ScopedStream('s', 't'))).rejects.toEqual(code('STREAM_NOT_FOUND'))
  })

  it('refuses options that make no sense, naming them', async () => {
    const store = new ModelStore()
    for (const [options, message] of [
      [{ maxInFlightBytes: 0 }, /maxInFlightBytes 0/],
      [{ maxQueuedBytes: 1.5 }, /maxQueuedBytes 1.5/],
      [{ maxBlockBytes: 9_000_000 }, /maxBlockBytes 9000000.*8388616/],
      [{ largeEvents: 'no' as 'refuse' }, /largeEvents no/],
      [{ callTimeoutMs: -1 }, /callTimeoutMs -1/],
      [{ writerId: 'a/b' }, /a\/b/],
    ] as const) {
      await expect(openEventWriter(store, store.stream, options)).rejects.toThrow(message)
    }
  })
})

describe('writeEvent', () => {
  it('puts a header before each event, and the events of a key into one segment, in order', async () => {
    const { store, writer } = await setUp(2)
    for (const event of ['a', '', 'ä€']) void writer.writeEvent(event, { routingKey: LOW })
    void writer.writeEvent('b', { routingKey: HIGH })
    expect(writer.pendingBytes).toBe(9 + 8 + 13 + 9)
    await writer.flush()
    expect(writer.pendingBytes).toBe(0)
    expect(store.segment(0).payloads).toEqual(['a', '', 'ä€'])
    expect(store.segment(1).payloads).toEqual(['b'])
    expect(store.segment(0).bytes.subarray(0, 9)).toEqual(Buffer.from([0, 0, 0, 0, 0, 0, 0, 1, 0x61]))
    expect(store.segment(0).events).toBe(3)
  })

  it('gives events of one append one promise', async () => {
    const { store, writer } = await setUp(2)
    store.held = true
    const lows = Array.from({ length: 100 }, () => writer.writeEvent('x', { routingKey: LOW }))
    const high = writer.writeEvent('x', { routingKey: HIGH })
    expect(new Set(lows).size).toBe(1)
    expect(lows).not.toContain(high)
    await turn()
    expect(lows).not.toContain(writer.writeEvent('x', { routingKey: LOW }))
    store.release()
    await Promise.all([...lows, high])
    expect(store.segment(0).appends[0]?.length).toBe(900)
  })

  it('spreads events without a key over the segments', async () => {
    const { store, writer } = await setUp(4)
    for (let n = 0; n < 400; n++) void writer.writeEvent(`${n}`)
    await writer.flush()
    for (const segment of store.all) expect(segment.payloads.length).toBeGreaterThan(20)
    expect(store.payloads.toSorted((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 400 }, (_, n) => `${n}`),
    )
  })

  it('takes a serializer that has no encodeInto, and memory that is used again', async () => {
    const memory = Buffer.alloc(1)
    const serializer: Serializer<number> = {
      serialize: n => {
        memory[0] = 0x30 + n
        return memory
      },
      deserialize: bytes => Number(bytes[0]),
    }
    const store = new ModelStore()
    const writer = await openEventWriter(store, store.stream, { serializer })
    for (const n of [1, 2, 3]) void writer.writeEvent(n, { routingKey: '' })
    await writer.writeEvents([4, 5], { routingKey: '' })
    expect(store.payloads).toEqual(['1', '2', '3', '4', '5'])
  })

  it('refuses what its serializer cannot do, and goes on', async () => {
    const { store, writer } = await setUp()
    const fault = new Error('no such thing')
    const failing: Serializer<string> = {
      serialize: () => {
        throw fault
      },
      deserialize: () => '',
    }
    const other = await openEventWriter(store, store.stream, { serializer: failing })
    await expect(other.writeEvent('x')).rejects.toMatchObject({ code: 'SERIALIZATION_FAILED', cause: fault })
    await expect(other.flush()).rejects.toEqual(code('SERIALIZATION_FAILED'))
    await other.flush()
    const lying = { ...failing, maxLength: () => 1, encodeInto: () => 2 }
    const third = await openEventWriter(store, store.stream, { serializer: lying })
    await expect(third.writeEvent('x')).rejects.toThrow(/2 bytes.*maxLength must not be below/)
    const bytes = await openEventWriter<unknown>(store, store.stream)
    await expect(bytes.writeEvent('text')).rejects.toEqual(code('SERIALIZATION_FAILED'))
    await writer.writeEvent('y')
    expect(store.payloads).toEqual(['y'])
  })

  it('refuses a key that is no string', async () => {
    const { writer } = await setUp()
    await expect(writer.writeEvent('x', { routingKey: 7 as unknown as string })).rejects.toThrow(/routingKey 7.*String/)
  })

  it('refuses a serializer that writes events itself', async () => {
    const store = new ModelStore()
    let inner: Promise<void> | undefined
    const serializer: Serializer<string> = {
      serialize: text => Buffer.from(text),
      deserialize: String,
      maxLength: text => text.length,
      encodeInto: (text, target, offset) => {
        inner ??= writer.writeEvent('inner')
        return Buffer.from(text).copy(target, offset)
      },
    }
    const writer = await openEventWriter(store, store.stream, { serializer })
    await writer.writeEvent('outer')
    await expect(inner).rejects.toEqual(code('ILLEGAL_REQUEST'))
    expect(store.payloads).toEqual(['outer'])
  })

  it('stops waiting when its signal is aborted; the event may be written all the same', async () => {
    const { store, writer } = await setUp()
    store.held = true
    const abort = new AbortController()
    const reason = new Error('enough')
    const waiting = writer.writeEvent('x', { signal: abort.signal })
    abort.abort(reason)
    await expect(waiting).rejects.toMatchObject({ code: 'ABORTED', cause: reason })
    await expect(writer.writeEvent('y', { signal: abort.signal })).rejects.toEqual(code('ABORTED'))
    store.release()
    await writer.flush()
    expect(store.payloads).toEqual(['x'])
  })
})

describe('writeEvents', () => {
  it('appends all at once, as so many events', async () => {
    const { store, writer } = await setUp(1, { maxBlockBytes: 30 })
    void writer.writeEvent('before', { routingKey: LOW })
    void writer.writeEvents(['a'.repeat(20), 'b', 'c'], { routingKey: LOW })
    void writer.writeEvent('after', { routingKey: LOW })
    await writer.flush()
    expect(store.segment(0).payloads).toEqual(['before', 'a'.repeat(20), 'b', 'c', 'after'])
    expect(store.segment(0).appends.map(({ length }) => length)).toEqual([14, 46, 13])
    expect(store.segment(0).events).toBe(5)
  })

  it('does nothing without events, and writes none of them when one cannot be', async () => {
    const { store, writer } = await setUp()
    await writer.writeEvents([], { routingKey: 'k' })
    function* half(): Iterable<string> {
      yield 'a'
      throw new Error('no more')
    }
    await expect(writer.writeEvents(half(), { routingKey: 'k' })).rejects.toThrow(/no more/)
    const large = ['x'.repeat(5_000_000), 'y'.repeat(5_000_000)]
    await expect(writer.writeEvents(large, { routingKey: 'k' })).rejects.toEqual(code('EVENT_TOO_LARGE'))
    await expect(writer.flush()).rejects.toThrow(/no more/)
    expect(store.payloads).toEqual([])
  })
})

describe('flush and close', () => {
  it('wait for everything before, in all segments', async () => {
    const { store, writer } = await setUp(2)
    store.held = true
    void writer.writeEvent('a', { routingKey: LOW })
    void writer.writeEvent('b', { routingKey: HIGH })
    let flushed = false
    const flushing = writer.flush().then(() => {
      flushed = true
    })
    await turn()
    store.step()
    await turn()
    expect(flushed).toBe(false)
    store.step()
    await flushing
    void writer.writeEvent('c', { routingKey: LOW })
    const closing = writer.close()
    await turn()
    await expect(writer.writeEvent('d')).rejects.toEqual(code('CLOSED'))
    store.release()
    await closing
    expect(writer.close()).toBe(writer.close())
    await expect(writer.flush()).rejects.toEqual(code('CLOSED'))
    await expect(writer.ready()).rejects.toEqual(code('CLOSED'))
    expect(store.writers.every(({ cause }) => cause?.code === 'CLOSED')).toBe(true)
    expect(store.payloads).toEqual(['a', 'c', 'b'])
  })

  it('says what it waits for when that takes too long, and goes on', async () => {
    const { store, writer } = await setUp()
    store.held = true
    void writer.writeEvent('a')
    await expect(writer.flush({ timeoutMs: 20 })).rejects.toThrow(
      /stream s\/t \(9 bytes in flight, 0 bytes waiting\), waiting for acknowledgements, took longer than 20 ms/,
    )
    store.release()
    await writer.flush()
  })

  it('with force waits for nothing and fails what is pending', async () => {
    const { store, writer } = await setUp(1, { maxInFlightBytes: 10 })
    store.held = true
    const events = ['in flight', 'waiting'].map(event => writer.writeEvent(event))
    const closing = writer.close()
    await writer.close({ force: true })
    await closing
    for (const event of events) await expect(event).rejects.toEqual(code('CLOSED'))
    expect(writer.pendingBytes).toBe(0)
  })

  it('closes at the end of its scope', async () => {
    const { store, writer } = await setUp()
    {
      await using scoped = writer
      void scoped.writeEvent('x')
    }
    expect(store.payloads).toEqual(['x'])
    await expect(writer.writeEvent('y')).rejects.toEqual(code('CLOSED'))
  })
})

describe('a store that closes what stands on it first', () => {
  it('is finished with, by force if it says so, and forgets writers that are closed', async () => {
    const dependents = new Set<(options: CloseOptions) => Promise<void>>()
    const beforeClose: EventStore['beforeClose'] = close => {
      dependents.add(close)
      return () => dependents.delete(close)
    }
    const store = Object.assign(new ModelStore(), { beforeClose })
    const open = (): Promise<EventWriter<string>> =>
      openEventWriter(store, store.stream, { serializer: utf8Serializer, maxInFlightBytes: 10 })
    const closeAll = (options: CloseOptions) => Promise.all([...dependents].map(close => close(options)))

    const first = await open()
    const written = ['in flight', 'waiting'].map(event => first.writeEvent(event))
    await closeAll({})
    await Promise.all(written)
    expect(store.payloads).toEqual(['in flight', 'waiting'])
    expect(dependents.size).toBe(0)

    const second = await open()
    store.held = true
    const lost = second.writeEvent('lost')
    await closeAll({ force: true })
    await expect(lost).rejects.toEqual(code('CLOSED'))

    await (await open()).close()
    expect(dependents.size).toBe(0)
  })
})

describe('a failure that no other segment helps against', () => {
  it('ends the writer: what is pending fails, what is written later is refused, flush and close tell', async () => {
    const { store, writer } = await setUp(2)
    store.held = true
    const refused = new PravegaError('TOKEN_REFUSED', 'not you')
    const low = writer.writeEvent('a', { routingKey: LOW })
    const high = writer.writeEvent('b', { routingKey: HIGH })
    await turn()
    store.writers[0]?.end(refused)
    await expect(low).rejects.toBe(refused)
    await expect(writer.writeEvent('c', { routingKey: HIGH })).rejects.toBe(refused)
    await expect(writer.ready()).rejects.toBe(refused)
    expect(writer.hasRoom).toBe(false)
    store.release()
    await high
    await expect(writer.flush()).rejects.toBe(refused)
    await expect(writer.flush()).rejects.toBe(refused)
    await writer.close()
  })

  it('is told by close when nobody else has asked', async () => {
    const { store, writer } = await setUp()
    store.held = true
    void writer.writeEvent('a')
    await turn()
    store.writers[0]?.end(new PravegaError('RETRIES_EXHAUSTED', 'nobody there'))
    await expect(writer.close()).rejects.toEqual(code('RETRIES_EXHAUSTED'))
  })

  it('is told when the store below is closed', async () => {
    const { store, writer } = await setUp(1, { maxInFlightBytes: 10 })
    store.held = true
    const events = ['in flight', 'waiting'].map(event => writer.writeEvent(event))
    await turn()
    await store.writers[0]?.close({ force: true })
    for (const event of events) await expect(event).rejects.toEqual(code('CLOSED'))
    await expect(writer.flush()).rejects.toEqual(code('CLOSED'))
    await writer.close()
  })
})

describe('noteTime', () => {
  it('tells the controller what is acknowledged, and takes leave when the writer is closed', async () => {
    const { store, writer } = await setUp(2, { writerId: 'me' })
    await writer.writeEvent('abc', { routingKey: LOW })
    await writer.noteTime(5)
    expect(store.noted).toEqual([['me', 5, new Map([[0n, 11n]])]])
    await writer.close()
    expect(store.removed).toEqual(['me'])
    const { store: other, writer: silent } = await setUp()
    await silent.close()
    expect(other.removed).toEqual([])
  })

  it('fails when the controller refuses, and close says so when it cannot take leave', async () => {
    const { store, writer } = await setUp()
    store.failures.push(['noteTimestamp', new PravegaError('INVALID_ARGUMENT', 'time goes down')])
    await expect(writer.noteTime(1)).rejects.toThrow(/time goes down/)
    store.failures.push(['removeWriter', new PravegaError('UNAVAILABLE', 'no controller')])
    await expect(writer.close()).rejects.toEqual(code('UNAVAILABLE'))
  })

  it('takes leave whatever has become of the events, and without waiting when it is closed by force', async () => {
    const { store, writer } = await setUp()
    await writer.noteTime(1)
    store.seal()
    await expect(writer.writeEvent('x')).rejects.toEqual(code('STREAM_SEALED'))
    await expect(writer.close()).rejects.toEqual(code('STREAM_SEALED'))
    expect(store.removed).toHaveLength(1)
    const { store: second, writer: other } = await setUp()
    await other.noteTime(1)
    second.onCall = () => new Promise(() => {})
    await other.close({ force: true })
    expect(second.calls.at(-1)).toBe('removeWriter')
  })
})
