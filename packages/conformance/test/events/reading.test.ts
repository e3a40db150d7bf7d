import { ClientFactory, PravegaError } from '@pravega-ts/client'
import { expect, it } from 'vitest'
import { describeEngines } from '../../src/engine.ts'
import { FaultProxy, UNHARMED } from '../../src/fault-proxy.ts'
import { EventLedger } from './event-ledger.ts'
import { EventScene } from './event-scene.ts'

const CUTS = 30
const PADDING = '.'.repeat(80)

describeEngines('a reader', engine => {
  it('reads empty events and what follows them (incumbents: empty-event)', async () => {
    await using scene = await EventScene.open(engine, 'empty-event')
    const stream = await scene.stream()
    const writer = await scene.writer(stream)
    const events = ['', 'first', '', '', 'last', '']
    await Promise.all(events.map(event => writer.writeEvent(event)))
    const reader = await scene.reader(await scene.group([stream]))
    expect(await scene.take(reader, events.length)).toEqual(events)
  })

  it('gets the rest of a slice that was given back half-way, without a new event (incumbents: half-slice)', async () => {
    await using scene = await EventScene.open(engine, 'half-slice')
    const stream = await scene.stream()
    const writer = await scene.writer(stream)
    await Promise.all(Array.from({ length: 61 }, (_, n) => writer.writeEvent(`${n}`)))
    const reader = await scene.reader(await scene.group([stream]))
    const read: string[] = []
    {
      using slice = await reader.acquireSegment()
      read.push(slice?.next()?.value ?? 'no slice')
    }
    // Leaving a `for` loop over the slice early gives nothing away either.
    const loop = await reader.acquireSegment()
    if (loop === undefined) throw new Error('nothing came')
    for (const event of loop) {
      read.push(event.value)
      if (read.length === 10) break
    }
    reader.releaseSegment(loop)
    while (read.length < 61) {
      using slice = await reader.acquireSegment()
      for (const event of slice ?? []) read.push(event.value)
    }
    expect(read).toEqual(Array.from({ length: 61 }, (_, n) => `${n}`))
  })

  it('that stands before a truncation says so and reads on at the new head (incumbents: truncated-reader; user-asks 19)', async () => {
    await using scene = await EventScene.open(engine, 'truncated-reader')
    const stream = await scene.stream()
    const writer = await scene.writer(stream)
    const group = await scene.group([stream])
    await writer.writeEvent('before')
    // Little read-ahead: what was received before the truncation is given out all the same.
    const reader = await scene.reader(group, { readAheadBytes: 64 * 1024, requestLength: 16 * 1024 })
    expect(await scene.take(reader, 1)).toEqual(['before'])
    await Promise.all(Array.from({ length: 300 }, (_, n) => writer.writeEvent(`old-${n}-${'o'.repeat(1_000)}`)))
    const cut = await scene.manager.truncateStreamToTail(stream)
    await Promise.all(Array.from({ length: 50 }, (_, n) => writer.writeEvent(`new-${n}`)))

    const kinds = new Set<string>()
    const fresh: string[] = []
    for await (const item of reader.items()) {
      kinds.add(item.kind)
      if (item.kind === 'truncated') expect(item.to).toBe([...cut.positions.values()][0])
      if (item.kind === 'event' && item.event.value.startsWith('new')) fresh.push(item.event.value)
      if (fresh.length === 50) break
    }
    expect(kinds).toEqual(new Set(['event', 'truncated']))
    expect(fresh).toEqual(Array.from({ length: 50 }, (_, n) => `new-${n}`))
  })

  it('whose group begins before the head of a truncated stream reads all that is left (incumbents: truncated-reader)', async () => {
    await using scene = await EventScene.open(engine, 'truncated-before')
    const stream = await scene.stream()
    const writer = await scene.writer(stream)
    const head = await scene.manager.getHead(stream)
    await writer.writeEvent('gone')
    await scene.manager.truncateStreamToTail(stream)
    await writer.writeEvent('left')
    const reader = await scene.reader(await scene.group([{ stream, from: head }]))
    expect(await scene.take(reader, 1)).toEqual(['left'])
  })

  it('is not held up by an idle segment (user-asks 16: a tail read stalls when another segment is idle)', async () => {
    await using scene = await EventScene.open(engine, 'idle-segment')
    const stream = await scene.stream(8)
    const writer = await scene.writer(stream)
    const reader = await scene.reader(await scene.group([stream]))
    // One event at a time, each read before the next is written: all waits are tail reads of one busy segment among idle ones.
    for (let n = 0; n < 50; n++) {
      await writer.writeEvent(`${n}`, { routingKey: 'busy' })
      expect(await scene.take(reader, 1)).toEqual([`${n}`])
    }
  })

  it('tells idle, event, end of a segment and end of data apart (user-asks 15: a null event can mean four things)', async () => {
    await using scene = await EventScene.open(engine, 'items')
    const stream = await scene.stream()
    const writer = await scene.writer(stream)
    const reader = await scene.reader(await scene.group([stream]))
    expect(await reader.read({ timeoutMs: 50 })).toEqual({ kind: 'idle' })
    await writer.writeEvent('one')
    expect(await reader.read()).toMatchObject({ kind: 'event', event: { value: 'one' } })
    expect(await reader.acquireSegment({ timeoutMs: 50 })).toBeUndefined()
    await writer.close()
    await scene.manager.sealStream(stream)
    expect(await reader.read()).toMatchObject({ kind: 'segmentEnd' })
    expect(await reader.read()).toEqual({ kind: 'endOfData' })
    expect(await reader.acquireSegment()).toBeUndefined()
  })

  it('waits as long as it is told to: a time, a signal (incumbents: poll)', async () => {
    await using scene = await EventScene.open(engine, 'poll')
    const reader = await scene.reader(await scene.group([await scene.stream()]))
    const aborting = new AbortController()
    const waiting = reader.acquireSegment({ signal: aborting.signal })
    aborting.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'ABORTED' })
    const iterating = (async (): Promise<void> => {
      for await (const event of reader) throw new Error(`nobody wrote ${event.value}`)
    })()
    await reader.close()
    await iterating
    await expect(reader.read()).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('whose name is in use is refused by name (incumbents: twice)', async () => {
    await using scene = await EventScene.open(engine, 'twice')
    const group = await scene.group([await scene.stream()])
    const first = await scene.reader(group, { readerId: 'same' })
    await expect(scene.reader(group, { readerId: 'same' })).rejects.toMatchObject({
      code: 'READER_EXISTS',
      message: expect.stringContaining('same'),
    })
    await first.close()
    await scene.reader(group, { readerId: 'same' })
  })

  it('whose connections are cut again and again reads each event once and in order (incumbents: what held)', async () => {
    await using scene = await EventScene.open(engine, 'reader-cuts')
    const stream = await scene.stream(4)
    const writer = await scene.writer(stream)
    for (let n = 0; n < 20_000; n++) {
      void writer.writeEvent(`k${n % 50}:${Math.floor(n / 50)}|${PADDING}`, { routingKey: `k${n % 50}` })
    }
    await writer.flush()
    const proxy: FaultProxy = await FaultProxy.start(connection =>
      proxy.cuts < CUTS ? { ...UNHARMED, cutAfterReceivedBytes: 1 + ((connection * 7_919) % 60_000) } : UNHARMED,
    )
    const factory = await ClientFactory.create(engine.controllerUri, { dial: scene.use(proxy).dial })
    scene.use(factory)
    const { scope, name } = await scene.group([stream])
    const group = await factory.openReaderGroup({ scope, name })
    const reader = await scene.reader(group, { requestLength: 16_384 })
    const ledger = new EventLedger()
    for (const event of await scene.take(reader, 20_000)) ledger.note('reader', event.slice(0, event.indexOf('|')))
    expect(ledger.faults).toEqual([])
    expect(ledger.gaps()).toEqual([])
    expect(proxy.cuts).toBeGreaterThanOrEqual(CUTS)
  })

  it('fetches an event again by its pointer, also from text', async () => {
    await using scene = await EventScene.open(engine, 'pointer')
    const stream = await scene.stream()
    const writer = await scene.writer(stream)
    await Promise.all(['a', '', 'ccc'].map(event => writer.writeEvent(event)))
    const reader = await scene.reader(await scene.group([stream]))
    const pointers: string[] = []
    for await (const event of reader) if (pointers.push(event.pointer.toText()) === 3) break
    const fetched = await Promise.all(pointers.map(pointer => scene.fetch(pointer)))
    expect(fetched).toEqual(['a', '', 'ccc'])
    await scene.manager.truncateStreamToTail(stream)
    await expect(scene.fetch(pointers[0] ?? '')).rejects.toSatisfy(error => PravegaError.is(error))
  })

  it('reads at its own pace, however long the application takes (user-asks 20)', async () => {
    await using scene = await EventScene.open(engine, 'slow')
    const stream = await scene.stream()
    const writer = await scene.writer(stream)
    const reader = await scene.reader(await scene.group([stream]), { readAheadBytes: 4_096, requestLength: 1_024 })
    const big = 'b'.repeat(300_000)
    await Promise.all([big, 'small', big].map(event => writer.writeEvent(event)))
    expect(await scene.take(reader, 3)).toEqual([big, 'small', big])
  })
})
