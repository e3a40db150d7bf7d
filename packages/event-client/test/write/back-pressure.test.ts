import { splitKeyRange } from '@pravega-ts/model'
import { describe, expect, it } from 'vitest'
import { turn, until } from './support/model-store.ts'
import { code, HIGH, LOW, setUp } from './support/writers.ts'

describe('back-pressure', () => {
  it('lets events wait beyond the bytes in flight, in order, and gives room as they are acknowledged', async () => {
    const { store, writer } = await setUp(1, { maxInFlightBytes: 30, maxBlockBytes: 30 })
    store.held = true
    const events: Promise<void>[] = []
    for (let n = 0; n < 9; n++) events.push(writer.writeEvent(`${n}`, { routingKey: LOW }))
    expect(writer.pendingBytes).toBe(81)
    expect(writer.hasRoom).toBe(false)
    await turn()
    expect(store.segment(0).writers.size).toBe(1)
    expect(store.writers[0]?.pendingBytes).toBe(36)
    let ready = false
    const waiting = writer.ready().then(() => {
      ready = true
    })
    store.step()
    await turn()
    expect(ready).toBe(false)
    store.release()
    await waiting
    await Promise.all(events)
    expect(writer.hasRoom).toBe(true)
    expect(store.payloads).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8'])
    // Those that waited shared a promise too.
    expect(new Set(events.slice(4)).size).toBe(1)
  })

  it('refuses what is too much, keeps what it has, and goes on', async () => {
    const { store, writer } = await setUp(1, { maxInFlightBytes: 1, maxQueuedBytes: 100 })
    store.held = true
    const event = (name: string): Promise<void> => writer.writeEvent(name.padEnd(42), { routingKey: LOW })
    const taken = ['a', 'b', 'c'].map(event)
    await expect(event('d')).rejects.toThrow(/50 bytes.*100 bytes wait already.*maxQueuedBytes is 100.*ready\(\)/)
    store.release()
    await Promise.all(taken)
    await expect(writer.flush()).rejects.toEqual(code('QUEUE_FULL'))
    await event('e')
    await writer.flush()
    expect(store.payloads.map(text => text.trim())).toEqual(['a', 'b', 'c', 'e'])
  })

  it('lets one event wait whatever its size, and no more behind it', async () => {
    const { store, writer } = await setUp(1, { maxInFlightBytes: 1, maxQueuedBytes: 10 })
    store.held = true
    void writer.writeEvent('in flight')
    void writer.writeEvent('larger than the queue')
    await expect(writer.writeEvent('x')).rejects.toEqual(code('QUEUE_FULL'))
    store.release()
    await writer.close().catch(() => {})
    expect(store.payloads).toEqual(['in flight', 'larger than the queue'])
  })

  it('shares the room among segments', async () => {
    const { store, writer } = await setUp(2, { maxInFlightBytes: 20, maxBlockBytes: 20 })
    store.held = true
    for (let n = 0; n < 20; n++) void writer.writeEvent(`${n}`, { routingKey: n % 2 ? HIGH : LOW })
    await turn()
    expect(writer.pendingBytes).toBe(190)
    let most = 0
    for (; store.waitingBlocks > 0; await turn()) {
      most = Math.max(most, ...store.writers.map(({ pendingBytes }) => pendingBytes))
      store.step()
    }
    expect(most).toBeLessThanOrEqual(30)
    expect(store.segment(0).payloads).toEqual(['0', '2', '4', '6', '8', '10', '12', '14', '16', '18'])
    expect(store.segment(1).payloads).toEqual(['1', '3', '5', '7', '9', '11', '13', '15', '17', '19'])
  })

  it('holds while a range moves, and what waits follows in order', async () => {
    const { store, writer } = await setUp(1, { maxInFlightBytes: 40, maxQueuedBytes: 200 })
    const gate = Promise.withResolvers<void>()
    store.onCall = call => (call.startsWith('getSuccessors') ? gate.promise : undefined)
    store.scale([0], splitKeyRange(2))
    const accepted: string[] = []
    void writer.writeEvent('0', { routingKey: LOW })
    accepted.push('0')
    await until(() => store.calls.length > 1, 'the question')
    for (let n = 1; ; n++) {
      const full = writer.pendingBytes > 190
      const event = writer.writeEvent(`${n}`, { routingKey: n % 2 ? HIGH : LOW })
      if (full) {
        await expect(event).rejects.toEqual(code('QUEUE_FULL'))
        break
      }
      accepted.push(`${n}`)
    }
    gate.resolve()
    await until(() => writer.pendingBytes === 0, 'the end')
    expect(store.segment(1).payloads).toEqual(accepted.filter(n => Number(n) % 2 === 0))
    expect(store.segment(2).payloads).toEqual(accepted.filter(n => Number(n) % 2 === 1))
  })
})

describe('ready', () => {
  it('ends with its signal, with its time, and with the writer', async () => {
    const { store, writer } = await setUp(1, { maxInFlightBytes: 1 })
    await writer.ready()
    store.held = true
    void writer.writeEvent('x')
    const abort = new AbortController()
    const aborted = writer.ready({ signal: abort.signal })
    abort.abort()
    await expect(aborted).rejects.toEqual(code('ABORTED'))
    await expect(writer.ready({ timeoutMs: 5 })).rejects.toThrow(/waiting for room, took longer than 5 ms/)
    const waiting = writer.ready()
    await Promise.all([expect(waiting).rejects.toEqual(code('CLOSED')), writer.close({ force: true })])
  })
})
