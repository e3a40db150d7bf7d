import {
  ClientFactory,
  RetentionPolicy,
  ScalingPolicy,
  type StreamConfigurationOptions,
  type StreamManager,
} from '@pravega-ts/client'
import { streamConfiguration } from '@pravega-ts/model'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeEngines, uniqueName } from '../../src/engine.ts'
import { collect } from './collect.ts'

/** Tags have no order; everything else is compared as it is. */
function comparable(configuration: StreamConfigurationOptions) {
  const { tags = [], ...rest } = streamConfiguration(configuration)
  return { ...rest, tags: [...tags].sort() }
}

const CONFIGURATIONS: readonly [string, StreamConfigurationOptions][] = [
  ['no setting', {}],
  ['several segments and tags', { scaling: ScalingPolicy.fixed(3), tags: ['b', 'a'] }],
  ['scaling by events', { scaling: ScalingPolicy.byEventRate(100, 2, 2) }],
  ['scaling by data', { scaling: ScalingPolicy.byDataRate(50, 3, 1) }],
  ['retention by time', { retention: RetentionPolicy.byTime(60_000, 120_000) }],
  ['retention by size', { retention: RetentionPolicy.bySize(2n ** 40n) }],
  ['rollover and aggregation', { rolloverSizeBytes: 2n ** 33n, timestampAggregationTimeoutMs: 1234 }],
]

describeEngines('streams', engine => {
  const scope = uniqueName('streams')
  let factory: ClientFactory
  let manager: StreamManager
  let made = 0
  const fresh = (): string => `${scope}/stream-${made++}`
  beforeAll(async () => {
    factory = await ClientFactory.create(engine.controllerUri)
    manager = factory.streamManager()
    await manager.createScope(scope)
  })
  afterAll(() => factory.close())

  it.each(CONFIGURATIONS)('keep their configuration: %s', async (_, configuration) => {
    const stream = fresh()
    expect(await manager.createStream(stream, configuration)).toBe(true)
    expect(comparable(await manager.getConfiguration(stream))).toEqual(comparable(configuration))
    expect(await manager.createStream(stream)).toBe(false)
    expect(comparable(await manager.getConfiguration(stream))).toEqual(comparable(configuration))
  })

  it('change one setting and keep the others', async () => {
    const stream = fresh()
    const configuration: StreamConfigurationOptions = {
      scaling: ScalingPolicy.byEventRate(100, 2, 1),
      retention: RetentionPolicy.byTime(60_000),
      tags: ['x'],
      rolloverSizeBytes: 1_000_000,
      timestampAggregationTimeoutMs: 99,
    }
    await manager.createStream(stream, configuration)
    await manager.updateStream(stream, { retention: RetentionPolicy.bySize(5_000) })
    await Promise.all([manager.addTags(stream, ['y']), manager.addTags(stream, ['z'])])
    expect(await manager.removeTags(stream, ['x'])).toEqual(['y', 'z'])
    expect(comparable(await manager.getConfiguration(stream))).toEqual(
      comparable({ ...configuration, retention: RetentionPolicy.bySize(5_000), tags: ['y', 'z'] }),
    )
    await manager.updateStream(stream, { retention: null })
    expect((await manager.getConfiguration(stream)).retention).toBeUndefined()
    await manager.replaceConfiguration(stream, { scaling: ScalingPolicy.fixed(1) })
    expect(comparable(await manager.getConfiguration(stream))).toEqual(comparable({}))
  })

  it('are listed, all of them or by tag, those of Pravega only on demand', async () => {
    const own = uniqueName('listing')
    await manager.createScope(own)
    for (const [name, tags] of Object.entries({ one: ['red'], two: ['red', 'blue'], three: [] })) {
      await manager.createStream(`${own}/${name}`, { tags })
    }
    const names = async (list: AsyncIterable<{ stream: string }>): Promise<string[]> =>
      (await collect(list)).map(({ stream }) => stream).sort()
    expect(await names(manager.listStreams(own))).toEqual(['one', 'three', 'two'])
    expect(await names(manager.listStreamsByTag(own, 'red'))).toEqual(['one', 'two'])
    expect(await names(manager.listStreamsByTag(own, 'blu'))).toEqual([])
    expect(await names(manager.listStreams(own, { includeInternal: true }))).toContain('_MARKone')
    await expect(names(manager.listStreams(uniqueName('absent')))).rejects.toMatchObject({ code: 'SCOPE_NOT_FOUND' })
  })

  it('are sealed, then deleted; deleted and made again they are empty', async () => {
    const stream = fresh()
    await manager.createStream(stream)
    await using writer = await factory.createByteWriter(stream)
    await writer.write(Buffer.from('data'))
    await writer.flush()
    await writer.close()

    await expect(manager.deleteStream(stream)).rejects.toMatchObject({ code: 'STREAM_NOT_SEALED' })
    await manager.sealStream(stream)
    await manager.sealStream(stream)
    expect((await manager.getStreamInfo(stream)).isSealed).toBe(true)
    expect(await manager.deleteStream(stream)).toBe(true)
    expect(await manager.deleteStream(stream)).toBe(false)
    expect(await manager.streamExists(stream)).toBe(false)

    expect(await manager.createStream(stream)).toBe(true)
    expect((await manager.getStreamInfo(stream)).sizeBytes).toBe(0n)
    expect(await manager.deleteStream(stream, { seal: true })).toBe(true)
  })

  it('that are not there are named in the error', async () => {
    const stream = `${scope}/absent`
    const notFound = { code: 'STREAM_NOT_FOUND', message: expect.stringContaining(stream) }
    await expect(manager.getConfiguration(stream)).rejects.toMatchObject(notFound)
    await expect(manager.getStreamInfo(stream)).rejects.toMatchObject(notFound)
    await expect(manager.updateStream(stream, { addTags: ['x'] })).rejects.toMatchObject(notFound)
    await expect(manager.sealStream(stream)).rejects.toMatchObject(notFound)
    await expect(manager.truncateStreamToTail(stream)).rejects.toMatchObject(notFound)
    await expect(manager.scaleStreamTo(stream, 2)).rejects.toMatchObject(notFound)
    expect(await manager.streamExists(stream)).toBe(false)
    await expect(manager.createStream(`${uniqueName('absent')}/x`)).rejects.toMatchObject({ code: 'SCOPE_NOT_FOUND' })
  })
})
