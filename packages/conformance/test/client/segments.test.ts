import { ClientFactory, ScalingPolicy, type SegmentWithRange, StreamCut, type StreamManager } from '@pravega-ts/client'
import { ScopedStream } from '@pravega-ts/model'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeEngines, uniqueName } from '../../src/engine.ts'

function bounds(segments: readonly SegmentWithRange[]): [number, number][] {
  return segments.map(({ range }) => [range.low, range.high])
}

describeEngines('segments of a stream', engine => {
  const scope = uniqueName('segments')
  let factory: ClientFactory
  let manager: StreamManager
  let made = 0
  const fresh = (): ScopedStream => new ScopedStream(scope, `stream-${made++}`)
  beforeAll(async () => {
    factory = await ClientFactory.create(engine.controllerUri)
    manager = factory.streamManager()
    await manager.createScope(scope)
  })
  afterAll(() => factory.close())

  it('are scaled to equal ranges, split, merged, and given ranges of choice', async () => {
    const stream = fresh()
    await manager.createStream(stream)
    const two = await manager.scaleStreamTo(stream, 2)
    expect(bounds(two)).toEqual([
      [0, 0.5],
      [0.5, 1],
    ])
    expect(two.map(({ segment }) => segment.epoch)).toEqual([1, 1])

    const [first, second] = two.map(({ segment }) => segment.segmentId)
    const split = await manager.splitSegment(stream, second ?? 0n)
    expect(bounds(split)).toEqual([
      [0, 0.5],
      [0.5, 0.75],
      [0.75, 1],
    ])
    expect(split[0]?.segment.segmentId).toBe(first)

    const merged = await manager.mergeSegments(
      stream,
      split.slice(1).map(({ segment }) => segment.segmentId),
    )
    expect(bounds(merged)).toEqual([
      [0, 0.5],
      [0.5, 1],
    ])

    const chosen = await manager.scaleStream(
      stream,
      [first ?? 0n],
      [
        { low: 0, high: 0.1 },
        { low: 0.1, high: 0.5 },
      ],
    )
    expect(bounds(chosen)).toEqual([
      [0, 0.1],
      [0.1, 0.5],
      [0.5, 1],
    ])
    expect(bounds(await manager.scaleStreamTo(stream, 1))).toEqual([[0, 1]])

    const { epoch } = await manager.getStreamInfo(stream)
    expect(epoch).toBe(5)
    expect(bounds(await manager.getEpochSegments(stream, 0))).toEqual([[0, 1]])
    expect(bounds(await manager.getEpochSegments(stream, 2))).toEqual([
      [0, 0.5],
      [0.5, 0.75],
      [0.75, 1],
    ])
  })

  it('that do not fit are refused, and the stream scales on', async () => {
    const stream = fresh()
    await manager.createStream(stream, { scaling: ScalingPolicy.fixed(2) })
    await expect(manager.scaleStream(stream, [0n], [{ low: 0, high: 0.3 }])).rejects.toMatchObject({
      code: 'SCALE_REFUSED',
    })
    await expect(manager.scaleStreamTo(stream, 1)).rejects.toMatchObject({ code: 'SCALE_REFUSED' })
    await expect(manager.scaleStream(stream, [], [])).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(bounds(await manager.scaleStreamTo(stream, 4))).toHaveLength(4)
  })

  it('of a stream whose ranges do not add up to 1 are scaled too', async () => {
    const stream = fresh()
    await manager.createStream(stream, { scaling: ScalingPolicy.fixed(49) })
    await manager.updateStream(stream, { scaling: ScalingPolicy.byEventRate(1000, 2, 1) })
    expect(bounds(await manager.scaleStreamTo(stream, 2))).toHaveLength(2)
  }, 60_000)

  it('show what they hold, before and after a scale, a truncation and a seal', async () => {
    const stream = fresh()
    await manager.createStream(stream)
    await using writer = await factory.createByteWriter(stream)
    await writer.write(Buffer.alloc(1000))
    await writer.flush()
    await writer.close()

    const before = await manager.getStreamInfo(stream)
    expect(before).toMatchObject({ isSealed: false, epoch: 0, sizeBytes: 1000n })
    expect(before.segments).toMatchObject([{ headOffset: 0n, tailOffset: 1000n, isSealed: false }])
    expect(before.head.equals(new StreamCut(stream, [[0n, 0n]]))).toBe(true)
    expect(before.tail.equals(new StreamCut(stream, [[0n, 1000n]]))).toBe(true)

    await manager.truncateStream(new StreamCut(stream, [[0n, 400n]]))
    expect((await manager.getStreamInfo(stream)).segments).toMatchObject([{ headOffset: 400n, tailOffset: 1000n }])
    expect((await manager.getHead(stream)).positions).toEqual(new Map([[0n, 400n]]))

    await manager.scaleStreamTo(stream, 2)
    const scaled = await manager.getStreamInfo(stream)
    expect(scaled.segments.map(({ isSealed, tailOffset }) => [isSealed, tailOffset])).toEqual([
      [true, 1000n],
      [false, 0n],
      [false, 0n],
    ])
    expect(scaled).toMatchObject({ epoch: 1, sizeBytes: 600n })
    expect([...scaled.tail.positions.values()]).toEqual([0n, 0n])

    const cut = await manager.truncateStreamToTail(stream)
    expect((await manager.getHead(stream)).equals(cut)).toBe(true)
    expect((await manager.getStreamInfo(stream)).segments).toHaveLength(2)

    await manager.sealStream(stream)
    const sealed = await manager.getStreamInfo(stream)
    expect(sealed).toMatchObject({ isSealed: true, epoch: 1, sizeBytes: 0n })
    expect(sealed.tail.equals(cut)).toBe(true)
    expect((await manager.getTail(stream)).equals(cut)).toBe(true)
    expect(await manager.getSegments(stream)).toEqual([])
    await expect(manager.truncateStream(cut)).rejects.toMatchObject({ code: 'STREAM_SEALED' })
    await expect(manager.scaleStreamTo(stream, 3)).rejects.toMatchObject({ code: 'STREAM_SEALED' })
  })

  it('are not truncated at offsets that they do not have', async () => {
    const stream = fresh()
    await manager.createStream(stream)
    const beyond = manager.truncateStream(new StreamCut(stream, [[0n, 1n]]))
    await expect(beyond).rejects.toMatchObject({
      code: 'STREAM_CUT_INVALID',
      message: expect.stringContaining('ends at 0'),
    })
    const unknown = manager.truncateStream(new StreamCut(stream, [[7n, 0n]]))
    await expect(unknown).rejects.toMatchObject({ code: 'STREAM_CUT_INVALID' })
  })
})
