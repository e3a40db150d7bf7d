import { channel } from 'node:diagnostics_channel'
import { PravegaError, splitKeyRange } from '@pravega-ts/model'
import { describe, expect, it } from 'vitest'
import { DIAGNOSTICS, type RerouteMessage } from '../../src/index.ts'
import { turn, until } from './support/model-store.ts'
import { code, HIGH, keyBetween, LOW, setUp } from './support/writers.ts'

const sealedError = new PravegaError('SEGMENT_SEALED', 'sealed')

describe('a segment that is split', () => {
  it('gives what it did not take to its successors, in order, before newer events', async () => {
    const { store, writer } = await setUp()
    store.held = true
    const first = writer.writeEvent('low 1', { routingKey: LOW })
    await turn()
    store.step()
    await first
    const lost = ['low 2', 'high 1', 'low 3', 'high 2'].map((event, n) =>
      writer.writeEvent(event, { routingKey: n % 2 === 0 ? LOW : HIGH }),
    )
    await turn()
    void writer.writeEvent('low 4', { routingKey: LOW })
    store.scale([0], splitKeyRange(2))
    store.step()
    void writer.writeEvent('low 5', { routingKey: LOW })
    const flushing = writer.flush()
    store.release()
    await turn(5)
    store.release()
    await flushing
    await Promise.all(lost)
    expect(store.segment(0).payloads).toEqual(['low 1'])
    expect(store.segment(1).payloads).toEqual(['low 2', 'low 3', 'low 4', 'low 5'])
    expect(store.segment(2).payloads).toEqual(['high 1', 'high 2'])
    expect(writer.pendingBytes).toBe(0)
    await writer.close()
  })

  it('leaves other segments alone, and holds back only what goes to its own range', async () => {
    const { store, writer } = await setUp(2)
    const gate = Promise.withResolvers<void>()
    store.onCall = call => (call.startsWith('getSuccessors') ? gate.promise : undefined)
    store.scale([0], splitKeyRange(2, { low: 0, high: 0.5 }))
    const held = writer.writeEvent('a', { routingKey: LOW })
    await until(() => store.calls.includes('getSuccessors 0'), 'the question')
    await writer.writeEvent('b', { routingKey: HIGH })
    const later = writer.writeEvent('c', { routingKey: LOW })
    expect(writer.pendingBytes).toBe(18)
    gate.resolve()
    await Promise.all([held, later])
    expect(store.calls.filter(call => call === 'getSuccessors 1')).toEqual([])
    const successors = [...store.segment(2).payloads, ...store.segment(3).payloads]
    expect([successors, store.segment(1).payloads]).toEqual([['a', 'c'], ['b']])
  })

  it('says so on the diagnostics channel', async () => {
    const messages: RerouteMessage[] = []
    const listen = (message: unknown): void => void messages.push(message as RerouteMessage)
    channel(DIAGNOSTICS.reroute).subscribe(listen)
    const { store, writer } = await setUp()
    store.scale([0], splitKeyRange(2))
    await writer.writeEvent('a', { routingKey: LOW })
    channel(DIAGNOSTICS.reroute).unsubscribe(listen)
    const segment = 's/t/0.#epoch.0'
    const cause = code('SEGMENT_SEALED')
    expect(messages).toEqual([
      { segment, state: 'moving', successors: [], bytes: 9, cause },
      { segment, state: 'replaced', successors: ['s/t/1.#epoch.1', 's/t/2.#epoch.1'], bytes: 9, cause },
    ])
  })

  it('is split again while its events are on their way to its successors', async () => {
    const { store, writer } = await setUp()
    store.held = true
    const events = Array.from({ length: 40 }, (_, n) => writer.writeEvent(`${n}`, { routingKey: n % 2 ? LOW : HIGH }))
    await turn()
    store.scale([0], splitKeyRange(2))
    store.step()
    await until(() => store.writers.length === 3 && store.waitingBlocks === 2, 'the resend')
    store.scale([1, 2], splitKeyRange(1))
    while (store.step()) {}
    await until(() => store.waitingBlocks > 0, 'the second resend')
    store.scale([3], splitKeyRange(3))
    store.release()
    await Promise.all(events)
    await writer.flush()
    const numbers = store.payloads.map(Number)
    for (const odd of [0, 1]) {
      const mine = numbers.filter(n => n % 2 === odd)
      expect(mine).toEqual(Array.from({ length: 20 }, (_, n) => 2 * n + odd))
    }
    expect(writer.pendingBytes).toBe(0)
  })

  it('gives on as many events as there were in one append', async () => {
    const { store, writer } = await setUp()
    store.held = true
    for (let n = 0; n < 3_000; n++) void writer.writeEvent(`${n}`.repeat(n % 7), { routingKey: n % 3 ? LOW : HIGH })
    await turn()
    expect(store.waitingBlocks).toBe(1)
    store.scale([0], splitKeyRange(2))
    store.release()
    await writer.flush()
    const texts = Array.from({ length: 3_000 }, (_, n) => `${n}`.repeat(n % 7))
    expect(store.segment(1).payloads).toEqual(texts.filter((_, n) => n % 3 !== 0))
    expect(store.segment(2).payloads).toEqual(texts.filter((_, n) => n % 3 === 0))
  })

  it('never tears a batch apart', async () => {
    const { store, writer } = await setUp()
    store.held = true
    const batch = writer.writeEvents(['a', 'b', 'c'], { routingKey: LOW })
    void writer.writeEvent('d', { routingKey: HIGH })
    await turn()
    store.scale([0], splitKeyRange(2))
    store.release()
    await until(() => store.writers.length === 3, 'the successors')
    await batch
    await writer.flush()
    expect(store.segment(1).appends.map(({ length }) => length)).toEqual([27])
    expect(store.segment(1).events).toBe(3)
  })
})

describe('segments that merge', () => {
  it('keep the order of keys, whichever of them is noticed first', async () => {
    const { store, writer } = await setUp(2)
    store.held = true
    const write = (event: string, routingKey: string): void => void writer.writeEvent(event, { routingKey })
    write('low 1', LOW)
    write('high 1', HIGH)
    await turn()
    store.scale([0, 1], splitKeyRange(1))
    // Only the first is noticed; events of the second must not overtake what is pending there.
    store.step(store.writers[0])
    await until(() => store.writers.length === 3, 'the successor')
    write('high 2', HIGH)
    write('low 2', LOW)
    await until(() => (store.writers[2]?.waitingBlocks ?? 0) > 0, 'the resend')
    store.step(store.writers[2])
    store.release()
    await writer.flush()
    const { payloads } = store.segment(2)
    expect(payloads.filter(event => event.startsWith('low'))).toEqual(['low 1', 'low 2'])
    expect(payloads.filter(event => event.startsWith('high'))).toEqual(['high 1', 'high 2'])
    expect(store.writers).toHaveLength(3)
  })
})

describe('a stream that ends', () => {
  it('by sealing: pending events fail by name, and new ones are refused at once', async () => {
    const { store, writer } = await setUp(2)
    store.held = true
    const events = [LOW, HIGH].map(routingKey => writer.writeEvent('x', { routingKey }))
    await turn()
    store.seal()
    store.release()
    for (const event of events) await expect(event).rejects.toEqual(code('STREAM_SEALED'))
    const calls = store.calls.length
    await expect(writer.writeEvent('y')).rejects.toEqual(code('STREAM_SEALED'))
    expect(store.calls).toHaveLength(calls)
    await expect(writer.flush()).rejects.toThrow(/s\/t is sealed.*write them to another stream/)
    for (let n = 0; n < 3; n++) await expect(writer.flush()).rejects.toEqual(code('STREAM_SEALED'))
    await writer.close()
    expect(writer.pendingBytes).toBe(0)
    expect(store.payloads).toEqual([])
  })

  it('by deletion: the same, with its own name', async () => {
    const { store, writer } = await setUp()
    store.deleted = true
    store.segment(0).deleted = true
    await expect(writer.writeEvent('x')).rejects.toEqual(code('STREAM_NOT_FOUND'))
    await expect(writer.close()).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND', cause: code('STREAM_NOT_FOUND') })
  })
})

describe('a segment of which the controller does not know enough', () => {
  it('that was truncated away is replaced by those that are written to now', async () => {
    const { store, writer } = await setUp(2)
    store.scale([0], splitKeyRange(2, { low: 0, high: 0.5 }))
    store.scale([2, 3], splitKeyRange(1, { low: 0, high: 0.5 }))
    store.segment(0).deleted = true
    store.forgotten.add(store.segment(0).name)
    await writer.writeEvent('a', { routingKey: LOW })
    await writer.writeEvent('b', { routingKey: HIGH })
    expect(store.segment(4).payloads).toEqual(['a'])
    expect(store.segment(1).payloads).toEqual(['b'])
    expect(store.writers).toHaveLength(3)
  })

  it('is replaced so too when the controller fails to name its successors', async () => {
    const { store, writer } = await setUp()
    store.scale([0], splitKeyRange(2))
    store.failures.push(['getSuccessors', new PravegaError('NOT_FOUND', 'long ago')])
    await writer.writeEvent('a', { routingKey: LOW })
    expect(store.segment(1).payloads).toEqual(['a'])
  })

  it('is asked about again while no successors are visible', async () => {
    const { store, writer } = await setUp()
    store.segment(0).sealed = true
    const event = writer.writeEvent('a', { routingKey: LOW })
    await until(() => store.calls.filter(call => call.startsWith('getSuccessors')).length > 3, 'some questions')
    store.failures.push(['getCurrent', new PravegaError('UNAVAILABLE', 'restarting')])
    await until(() => store.failures.length === 0, 'the failure')
    store.scale([0], splitKeyRange(2))
    await event
    expect(store.segment(1).payloads).toEqual(['a'])
  })

  it('is given up in the end, with what it has said', async () => {
    const { store, writer } = await setUp(1, { callTimeoutMs: 0 })
    store.segment(0).sealed = true
    await expect(writer.writeEvent('a')).rejects.toMatchObject({ code: 'SEGMENT_SEALED', cause: sealedErrorOf(0) })
  })

  it('is given up at once when the caller may not ask', async () => {
    const { store, writer } = await setUp()
    store.scale([0], splitKeyRange(2))
    const refused = new PravegaError('PERMISSION_DENIED', 'no')
    store.failures.push(['getSuccessors', refused], ['getCurrent', refused])
    await expect(writer.writeEvent('a')).rejects.toBe(refused)
  })

  it('ends no wait of a writer that is closed', async () => {
    const { store, writer } = await setUp()
    store.segment(0).sealed = true
    const event = writer.writeEvent('a')
    await until(() => store.calls.length > 4, 'some questions')
    await writer.close({ force: true })
    await expect(event).rejects.toEqual(code('CLOSED'))
    const calls = store.calls.length
    await turn(5)
    expect(store.calls.length).toBeLessThanOrEqual(calls + 1)
  })
})

describe('successors that do not cover their range yet', () => {
  it('are asked for again', async () => {
    const { store, writer } = await setUp()
    store.scale([0], splitKeyRange(2))
    const { getSuccessors } = store.controller
    let asked = 0
    Object.assign(store.controller, {
      getSuccessors: async (...args: Parameters<typeof getSuccessors>) => {
        const all = await getSuccessors(...args)
        asked += 1
        return asked < 3 ? all.slice(1) : all
      },
    })
    await writer.writeEvent('a', { routingKey: keyBetween(0, 0.5) })
    expect(asked).toBe(3)
    expect(store.segment(1).payloads).toEqual(['a'])
  })
})

function sealedErrorOf(number: number): object {
  return expect.objectContaining({ code: sealedError.code, message: expect.stringContaining(`/${number}.`) })
}
