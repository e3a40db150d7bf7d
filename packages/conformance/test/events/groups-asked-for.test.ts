import { ReaderPosition, StreamCut } from '@pravega-ts/client'
import { expect, it } from 'vitest'
import { describeEngines } from '../../src/engine.ts'
import { EventLedger } from './event-ledger.ts'
import { EventScene } from './event-scene.ts'

describeEngines('what users asked of groups', engine => {
  it('positions and cuts as text, to resume where reading stopped (user-asks 3, 4; incumbents: group-cut)', async () => {
    await using scene = await EventScene.open(engine, 'resume')
    const streams = [await scene.stream(2), await scene.stream(3)]
    for (const [n, stream] of streams.entries()) {
      const writer = await scene.writer(stream)
      for (let e = 0; e < 100; e++)
        void writer.writeEvent(`s${n}k${e % 10}:${Math.floor(e / 10)}`, { routingKey: `k${e % 10}` })
      await writer.close()
    }
    const group = await scene.group(streams)
    const ledger = new EventLedger()
    const reader = await scene.reader(group)
    for (const event of await scene.take(reader, 70)) ledger.note('first', event)
    const position = reader.position().toText()
    const cuts = [...(await group.generateStreamCuts()).values()]
    expect(cuts.map(cut => String(cut.stream)).sort()).toEqual(streams.map(String).sort())
    const stored = cuts.map(cut => cut.toText())

    // Another group, from the cuts' text.
    const from = stored.map(text => StreamCut.fromText(text))
    const other = await scene.group(from.map(cut => ({ stream: cut.stream, from: cut })))
    const copy = new EventLedger()
    for (const event of await scene.take(await scene.reader(other), 130)) copy.note('second', event)
    expect(copy.count).toBe(130)
    expect(copy.faults).toEqual([])

    // The same group, another reader, from the position's text.
    await group.readerOffline(reader.readerId, ReaderPosition.fromText(position))
    for (const event of await scene.take(await scene.reader(group), 130)) ledger.note('third', event)
    expect(ledger.faults).toEqual([])
    expect(ledger.gaps()).toEqual([])
    expect(ledger.count).toBe(200)
  })

  it('lifecycle calls that may be made twice, in any order (user-asks 5, 6)', async () => {
    await using scene = await EventScene.open(engine, 'idempotent')
    const stream = await scene.stream()
    const writer = await scene.writer(stream)
    await writer.writeEvent('only')
    const group = await scene.group([stream])
    const reader = await scene.reader(group, { readerId: 'reader' })
    const slice = await reader.acquireSegment()
    expect(slice?.next()?.value).toBe('only')
    if (slice !== undefined) {
      reader.releaseSegment(slice)
      reader.releaseSegment(slice)
    }
    expect(await group.readerOffline('reader')).toBe(true)
    expect(await group.readerOffline('reader')).toBe(false)
    expect(await group.readerOffline('never-was')).toBe(false)
    await reader.offline()
    await reader.offline()
    await Promise.all([reader.close(), reader.close({ force: true })])
    await reader.close()
    await Promise.all([writer.close(), writer.close(), group.close(), group.close()])
  })

  it('a reset that readers find out by name, or survive where they are told to (user-asks 14)', async () => {
    await using scene = await EventScene.open(engine, 'rejoin')
    const stream = await scene.stream()
    const writer = await scene.writer(stream)
    await writer.writeEvent('one')
    const group = await scene.group([stream])
    const strict = await scene.reader(group)
    expect(await scene.take(strict, 1)).toEqual(['one'])
    await group.reset()
    await expect(scene.take(strict, 2)).rejects.toMatchObject({ code: 'READER_GROUP_RESET' })
    const patient = await scene.reader(group, { autoRejoin: true })
    expect(await scene.take(patient, 1)).toEqual(['one'])
    const next = scene.take(patient, 1)
    await group.reset()
    expect(await next).toEqual(['one'])
  })

  it('segments for readers that join, though nobody makes checkpoints (user-asks 18)', async () => {
    await using scene = await EventScene.open(engine, 'rebalance')
    const stream = await scene.stream(6)
    const group = await scene.group([stream], { automaticCheckpointIntervalMs: -1 })
    const readers = [await scene.reader(group)]
    await expect.poll(() => readers[0]?.segments.length, { timeout: 20_000 }).toBe(6)
    readers.push(await scene.reader(group), await scene.reader(group))
    const reading = readers.map(async reader => {
      for await (const event of reader) throw new Error(`nobody wrote ${event.value}`)
    })
    const shares = (): string => readers.map(({ segments }) => segments.length).join()
    await expect.poll(shares, { timeout: 30_000 }).toBe('2,2,2')
    await readers[0]?.close()
    await expect.poll(shares, { timeout: 30_000 }).toBe('0,3,3')
    await Promise.all(readers.map(reader => reader.close()))
    await Promise.all(reading)
  })

  it('none left behind: they are listed and deleted (user-asks 12)', async () => {
    await using scene = await EventScene.open(engine, 'listed')
    const stream = await scene.stream()
    const made = [await scene.group([stream]), await scene.group([stream])]
    const list = async (): Promise<readonly string[]> => {
      const names: string[] = []
      for await (const { scope, name } of scene.factory.listReaderGroups(scene.scope)) names.push(`${scope}/${name}`)
      return names.sort()
    }
    expect(await list()).toEqual(made.map(String).sort())
    expect(await scene.factory.deleteReaderGroup(String(made[0]))).toBe(true)
    expect(await scene.factory.deleteReaderGroup(String(made[0]))).toBe(false)
    expect(await list()).toEqual([String(made[1])])
  })
})
