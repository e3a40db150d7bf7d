import { setTimeout as sleep } from 'node:timers/promises'
import { ClientFactory, type EventReader, type ReaderGroup } from '@pravega-ts/client'
import { resolveClientConfig } from '@pravega-ts/config'
import { createController } from '@pravega-ts/controller-client'
import type { ReceivedEvent } from '@pravega-ts/event-client'
import { openReaderGroup } from '@pravega-ts/reader-group'
import { expect, it, onTestFinished } from 'vitest'
import { describeEngines } from '../../src/engine.ts'
import { FaultProxy, UNHARMED } from '../../src/fault-proxy.ts'
import { EventLedger } from '../events/event-ledger.ts'
import { EventScene } from '../events/event-scene.ts'
import { CountedRequests } from './counted-requests.ts'

const KEYS = 200
/** The defaults of a group, under which costs are counted. */
const USUAL_GROUP = { refreshTimeMs: 3_000, automaticCheckpointIntervalMs: 30_000 }
const IDLE_MS = 6_000

describeEngines('readers of a group', engine => {
  async function write(scene: EventScene, stream: string, from: number, to: number): Promise<void> {
    const writer = await scene.writer(stream)
    for (let n = from; n < to; n++) {
      void writer.writeEvent(`k${n % KEYS}:${Math.floor(n / KEYS)}`, { routingKey: `k${n % KEYS}` })
    }
    await writer.close()
  }

  it('lose nothing when one dies without a word, and repeat only what it had not recorded', async () => {
    await using scene = await EventScene.open(engine, 'reader-dies')
    let isDead = false
    await using proxy = await FaultProxy.start(() => (isDead ? { ...UNHARMED, cutAfterSentBytes: 1 } : UNHARMED))
    const doomed = await ClientFactory.create(engine.controllerUri, { dial: proxy.dial })
    onTestFinished(() => doomed.close({ force: true }))
    const stream = await scene.stream(6)
    await write(scene, String(stream), 0, 3_000)
    await using group = await scene.group([stream], { automaticCheckpointIntervalMs: -1 })
    const theirs = await openReaderGroup(doomed.segmentStore, String(group))
    const dying = await theirs.createReader({ readerId: 'dying', balanceUnitMs: 100 })
    await using first = await scene.reader(group, { readerId: 'first' })
    await using second = await scene.reader(group, { readerId: 'second' })
    await owning(group, 3)

    const readBy = new Map<string, string[]>()
    /** Events of the one that dies, and where they are. */
    const places = new Map<string, readonly [segment: string, offset: bigint]>()
    const note = (reader: EventReader<unknown>, event: ReceivedEvent<unknown>): string => {
      const text = Buffer.from(event.payload).toString()
      const texts = readBy.get(reader.readerId) ?? []
      texts.push(text)
      readBy.set(reader.readerId, texts)
      if (reader === dying) places.set(text, [String(event.segment), event.offset])
      return text
    }
    const take = async (reader: EventReader<unknown>, count: number): Promise<void> => {
      let left = count
      for await (const event of reader.events({ acknowledgeOnBreak: true })) {
        note(reader, event)
        if (--left === 0) break
      }
    }
    await Promise.all([take(dying, 300), take(first, 100), take(second, 100)])
    await group.initiateCheckpoint('recorded', { timeoutMs: 20_000 })
    await take(dying, 200)

    isDead = true
    proxy.cutAll()
    const recorded = (await group.state()).assigned.get('dying') ?? new Map()
    expect(await group.readerOffline('dying')).toBe(true)
    const readers = [first, second]
    const all = new Set([...readBy.values()].flat())
    const goOn = readers.map(async reader => {
      for await (const event of reader) {
        all.add(note(reader, event))
        if (all.size === 3_000) await Promise.all(readers.map(other => other.close()))
      }
    })
    await Promise.all(goOn)
    await dying.close({ force: true })

    const living = [...(readBy.get('first') ?? []), ...(readBy.get('second') ?? [])]
    expect(all.size).toBe(3_000)
    expect(new Set(living).size).toBe(living.length)
    const again = (readBy.get('dying') ?? []).filter(text => living.includes(text))
    expect(again.length).toBeGreaterThan(0)
    for (const text of again) {
      const [segment, offset] = places.get(text) ?? ['', -1n]
      expect(offset).toBeGreaterThanOrEqual(recorded.get(segment) ?? offset + 1n)
    }
  })

  it('answer at once on a busy segment while others are idle', async () => {
    await using scene = await EventScene.open(engine, 'busy')
    const stream = await scene.stream(4)
    await using group = await scene.group([stream])
    await using reader = await scene.reader(group)
    expect(reader.segments).toHaveLength(4)
    const writer = await scene.writer(stream)
    const iteration = reader.events()
    // With a second lost on each, as when idle segments are waited for in turn, these would not come within the time of a test.
    for (let n = 0; n < 200; n++) {
      await writer.writeEvent(`${n}`, { routingKey: 'always the same' })
      expect((await iteration.next()).value?.value).toBe(`${n}`)
    }
  })

  it('cost less than 2 requests a second, three of them together, when nothing happens', async () => {
    await using scene = await EventScene.open(engine, 'idle')
    const counted = new CountedRequests()
    const config = resolveClientConfig(engine.controllerUri)
    await using plain = createController(config)
    const controller = counted.controller(plain)
    await using factory = await ClientFactory.create(engine.controllerUri, { dial: counted.dial, controller })
    const stream = await scene.stream(3)
    await write(scene, String(stream), 0, 300)
    await using group = await scene.group([stream], USUAL_GROUP)
    await using theirs = await openReaderGroup(factory.segmentStore, String(group))
    const readers = await Promise.all(
      ['a', 'b', 'c'].map(readerId => theirs.createReader({ readerId, balanceUnitMs: 100 })),
    )
    let read = 0
    const reading = readers.map(async reader => {
      for await (const _ of reader) read++
    })
    await expect.poll(() => read, { timeout: 20_000 }).toBe(300)
    await expect.poll(() => readers.map(({ segments }) => segments.length).join(), { timeout: 25_000 }).toBe('1,1,1')
    await sleep(2 * USUAL_GROUP.refreshTimeMs)
    counted.reset()
    await sleep(IDLE_MS)
    const { total } = counted
    await Promise.all(readers.map(reader => reader.close()))
    await Promise.all(reading)
    expect(total).toBeGreaterThan(0)
    expect(total / (IDLE_MS / 1000)).toBeLessThan(2)
  }, 90_000)

  it('cost less than 200 requests to the group for 100,000 events', async () => {
    await using scene = await EventScene.open(engine, 'many')
    const stream = await scene.stream(4)
    const counted = new CountedRequests(`${stream}/`)
    await using factory = await ClientFactory.create(engine.controllerUri, { dial: counted.dial })
    await write(scene, String(stream), 0, 100_000)
    await using group = await scene.group([stream], USUAL_GROUP)
    await using theirs = await openReaderGroup(factory.segmentStore, String(group))
    const ledger = new EventLedger()
    const readers = await Promise.all(['a', 'b', 'c'].map(readerId => theirs.createReader({ readerId })))
    const reading = readers.map(async reader => {
      for await (const batch of reader.batches({ borrowed: true })) {
        for (const event of batch) ledger.note(reader.readerId, String(event.payload))
      }
    })
    await ledger.reached(100_000)
    await Promise.all(readers.map(reader => reader.close()))
    await Promise.all(reading)
    expect(ledger.faults).toEqual([])
    expect(counted.commands).toBeGreaterThan(3)
    expect(counted.commands).toBeLessThan(200)
  })

  it('go on in a second process, after a restart and after a crash, from what was handed over or recorded', async () => {
    await using scene = await EventScene.open(engine, 'restart')
    const stream = await scene.stream(2)
    await write(scene, String(stream), 0, 1_000)
    await using group = await scene.group([stream], { automaticCheckpointIntervalMs: -1 })
    const ledger = new EventLedger()
    const take = async (reader: EventReader<string>, count: number): Promise<void> => {
      for (const text of await scene.take(reader, count)) ledger.note(reader.readerId, text)
    }
    const before = await scene.reader(group, { readerId: 'worker' })
    await take(before, 300)
    await expect(scene.reader(group, { readerId: 'worker' })).rejects.toMatchObject({ code: 'READER_EXISTS' })
    await before.close()

    const restarted = await scene.reader(group, { readerId: 'worker' })
    await take(restarted, 300)
    // What a process would have stored with its results; then it is gone.
    const stored = restarted.position().toText()
    expect(await group.readerOffline('worker', stored)).toBe(true)
    await using elsewhere = await scene.reader(group, { readerId: 'worker' })
    await take(elsewhere, 400)
    expect(ledger.faults).toEqual([])
    expect(ledger.gaps()).toEqual([])
    expect(ledger.count).toBe(1_000)
    await restarted.close()
    expect(await group.readers()).toEqual(['worker'])
  })
})

/** Waits until so many readers own something. */
async function owning(group: ReaderGroup, readers: number): Promise<void> {
  const count = async (): Promise<number> =>
    [...(await group.state()).assigned.values()].filter(({ size }) => size > 0).length
  await expect.poll(count, { timeout: 20_000 }).toBe(readers)
}
