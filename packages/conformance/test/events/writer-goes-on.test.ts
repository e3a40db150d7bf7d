import { ClientFactory } from '@pravega-ts/client'
import { expect, it } from 'vitest'
import { describeEngines } from '../../src/engine.ts'
import { FaultProxy, UNHARMED } from '../../src/fault-proxy.ts'
import { EventLedger } from './event-ledger.ts'
import { EventScene } from './event-scene.ts'

const MIB = 1024 * 1024

describeEngines('a writer goes on', engine => {
  it.each([
    { how: 'split', truncated: false },
    { how: 'split and truncated away', truncated: true },
  ])('when its segment is $how while its connection is cut (incumbents: scaled-while-cut)', async ({ truncated }) => {
    await using scene = await EventScene.open(engine, 'scaled-while-cut')
    const stream = await scene.stream()
    let down = false
    await using proxy = await FaultProxy.start(() => (down ? { ...UNHARMED, cutAfterSentBytes: 1 } : UNHARMED))
    await using factory = await ClientFactory.create(engine.controllerUri, { dial: proxy.dial })
    const writer = await scene.writer(stream, { factory })
    const write = (n: number): Promise<void> =>
      writer.writeEvent(`k${n % 10}:${Math.floor(n / 10)}`, { routingKey: `k${n % 10}` })
    for (let n = 0; n < 100; n++) void write(n)
    await writer.flush()
    down = true
    proxy.cutAll()
    for (let n = 100; n < 200; n++) void write(n)
    await scene.manager.scaleStreamTo(stream, 2)
    if (truncated) await scene.manager.truncateStreamToTail(stream)
    down = false
    for (let n = 200; n < 300; n++) void write(n)
    await writer.flush()

    const reader = await scene.reader(await scene.group([stream]))
    const ledger = new EventLedger()
    const expected = truncated ? 200 : 300
    for (const event of await scene.take(reader, expected)) ledger.note('reader', event)
    expect(ledger.faults).toEqual([])
    // What was truncated away is the beginning of each key.
    if (!truncated) expect(ledger.gaps()).toEqual([])
    expect(ledger.count).toBe(expected)
  })

  it('with an event of 9 MiB whose segment was sealed by a scale (incumbents: large-after-scale)', async () => {
    await using scene = await EventScene.open(engine, 'large-after-scale')
    const stream = await scene.stream()
    const writer = await scene.writer(stream)
    const write = (event: string): Promise<void> => writer.writeEvent(event, { routingKey: 'a' })
    await write('first')
    await scene.manager.scaleStreamTo(stream, 2)
    await Promise.all([write(`large${'L'.repeat(9 * MIB)}`), write('last')])
    const reader = await scene.reader(await scene.group([stream]))
    const read = await scene.take(reader, 3)
    expect(read.map(event => [event.slice(0, 5), event.length])).toEqual([
      ['first', 5],
      ['large', 5 + 9 * MIB],
      ['last', 4],
    ])
  })

  it('around events of 12 MiB, in order; and refuses them where it is told to (user-asks 20: large events)', async () => {
    await using scene = await EventScene.open(engine, 'large')
    const stream = await scene.stream()
    const writer = await scene.writer(stream)
    const sizes = [10, 12 * MIB, 0, 8 * MIB, 5, 8 * MIB + 1, 7]
    await Promise.all(sizes.map((size, n) => writer.writeEvent(String(n).repeat(size))))
    const reader = await scene.reader(await scene.group([stream]))
    const read = await scene.take(reader, sizes.length)
    expect(read.map(event => event.length)).toEqual(sizes)
    expect(read.map(event => new Set(event).size)).toEqual(sizes.map(size => Math.min(1, size)))

    const strict = await scene.writer(stream, { largeEvents: 'refuse' })
    await expect(strict.writeEvent('x'.repeat(8 * MIB + 1))).rejects.toMatchObject({ code: 'EVENT_TOO_LARGE' })
    await strict.writeEvent('small')
  })

  it('in the order of the calls, though none of 20,000 is waited for (incumbents: writes that are not awaited come out of order)', async () => {
    await using scene = await EventScene.open(engine, 'order')
    const stream = await scene.stream(3)
    const writer = await scene.writer(stream)
    for (let n = 0; n < 20_000; n++) void writer.writeEvent(`only:${n}`, { routingKey: 'only' })
    await writer.flush()
    const reader = await scene.reader(await scene.group([stream]))
    const ledger = new EventLedger()
    for (const event of await scene.take(reader, 20_000)) ledger.note('reader', event)
    expect(ledger.faults).toEqual([])
    expect(ledger.gaps()).toEqual([])
  })

  it('within its bytes, however fast events come; and refuses more than it was allowed to hold (user-asks 8, 9: back-pressure)', async () => {
    await using scene = await EventScene.open(engine, 'back-pressure')
    const stream = await scene.stream()
    const limits = { maxInFlightBytes: 50_000, maxQueuedBytes: 100_000 }
    const writer = await scene.writer(stream, limits)
    const event = 'e'.repeat(992)
    let most = 0
    const count = await writer.writeAll(
      (function* () {
        for (let n = 0; n < 2_000; n++) {
          yield { event, routingKey: `k${n}` }
          most = Math.max(most, writer.pendingBytes)
        }
      })(),
    )
    expect(count).toBe(2_000)
    expect(most).toBeLessThanOrEqual(limits.maxInFlightBytes + limits.maxQueuedBytes)

    const outcomes = await Promise.allSettled(Array.from({ length: 1_000 }, () => writer.writeEvent(event)))
    const refused = outcomes.filter(outcome => outcome.status === 'rejected')
    expect(refused.length).toBeGreaterThan(0)
    for (const outcome of refused) expect(outcome.reason).toMatchObject({ code: 'QUEUE_FULL' })
    await writer.flush().catch(() => {})

    const reader = await scene.reader(await scene.group([stream]))
    const stored = count + outcomes.length - refused.length
    expect(await scene.take(reader, stored)).toHaveLength(stored)
  })

  it('with batches of a key that appear side by side', async () => {
    await using scene = await EventScene.open(engine, 'batch')
    const stream = await scene.stream(2)
    const writer = await scene.writer(stream)
    await Promise.all([
      writer.writeEvents(['a1', 'a2', 'a3'], { routingKey: 'a' }),
      writer.writeEvent('a4', { routingKey: 'a' }),
      writer.writeEvents([], { routingKey: 'a' }),
    ])
    const reader = await scene.reader(await scene.group([stream]))
    expect(await scene.take(reader, 4)).toEqual(['a1', 'a2', 'a3', 'a4'])
  })

  it('to close: everything is written when close has resolved (user-asks 10: the flush was lost on shutdown)', async () => {
    await using scene = await EventScene.open(engine, 'close')
    const stream = await scene.stream(2)
    const writer = await scene.writer(stream)
    for (let n = 0; n < 1_000; n++)
      void writer.writeEvent(`k${n % 7}:${Math.floor(n / 7)}`, { routingKey: `k${n % 7}` })
    await Promise.all([writer.close(), writer.close()])
    await expect(writer.writeEvent('late')).rejects.toMatchObject({ code: 'CLOSED' })
    const reader = await scene.reader(await scene.group([stream]))
    const ledger = new EventLedger()
    for (const event of await scene.take(reader, 1_000)) ledger.note('reader', event)
    expect(ledger.faults).toEqual([])
  })
})
