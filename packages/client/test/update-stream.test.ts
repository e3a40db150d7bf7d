import { RetentionPolicy, ScalingPolicy, type StreamConfiguration, streamConfiguration } from '@pravega-ts/model'
import { expect, it } from 'vitest'
import type { StreamConfigurationChanges } from '../src/index.ts'
import { managerOn, stream } from './fake-controller.ts'

const FULL = streamConfiguration({
  scaling: ScalingPolicy.byEventRate(100, 3, 2),
  retention: RetentionPolicy.bySize(1_000, 2_000),
  tags: ['b', 'a'],
  timestampAggregationTimeoutMs: 500,
  rolloverSizeBytes: 4096,
})

/** A controller that, as the real one, forgets what an update does not say. */
function storing(first: StreamConfiguration) {
  let stored = first
  const recorded = managerOn({
    getStreamConfiguration: async () => stored,
    updateStream: async (_, configuration) => {
      stored = configuration
    },
  })
  return { ...recorded, stored: () => stored }
}

it.each<[string, StreamConfigurationChanges, Partial<StreamConfiguration>]>([
  ['scaling', { scaling: ScalingPolicy.fixed(4) }, { scaling: ScalingPolicy.fixed(4) }],
  ['retention', { retention: RetentionPolicy.byTime(1) }, { retention: RetentionPolicy.byTime(1) }],
  ['no retention', { retention: null }, { retention: undefined }],
  ['tags', { tags: ['c'] }, { tags: ['c'] }],
  ['no tags', { tags: [] }, { tags: [] }],
  ['more tags', { addTags: ['c', 'a'] }, { tags: ['b', 'a', 'c'] }],
  ['fewer tags', { removeTags: ['b', 'z'] }, { tags: ['a'] }],
  ['the aggregation timeout', { timestampAggregationTimeoutMs: 0 }, { timestampAggregationTimeoutMs: 0n }],
  ['the rollover size', { rolloverSizeBytes: 1n }, { rolloverSizeBytes: 1n }],
  ['nothing', {}, {}],
])('changes %s and keeps every other setting', async (_, changes, expected) => {
  const { manager, stored } = storing(FULL)
  const now = await manager.updateStream(stream, changes)
  expect(stored()).toEqual({ ...FULL, ...expected })
  expect(now).toEqual(stored())
})

it('lets updates of a stream take turns, so that none undoes another', async () => {
  const { manager, stored, calls } = storing(FULL)
  await Promise.all([
    manager.addTags(stream, ['one']),
    manager.addTags('shop/orders', ['two']),
    manager.updateStream(stream, { rolloverSizeBytes: 9 }),
    manager.removeTags(stream, ['a']),
  ])
  expect(stored()).toEqual({ ...FULL, tags: ['b', 'one', 'two'], rolloverSizeBytes: 9n })
  expect(calls.map(([method]) => method)).toEqual(
    Array.from({ length: 4 }, () => ['getStreamConfiguration', 'updateStream']).flat(),
  )
})

it('goes on after an update that failed', async () => {
  let fail = true
  const { manager } = managerOn({
    getStreamConfiguration: async () => FULL,
    updateStream: async () => {
      if (fail) throw new Error('refused')
    },
  })
  const first = manager.addTags(stream, ['x'])
  const second = first.catch(() => {
    fail = false
    return manager.addTags(stream, ['y'])
  })
  await expect(first).rejects.toThrow('refused')
  expect(await second).toEqual(['a', 'b', 'y'])
})

it('replaces the whole configuration when asked to', async () => {
  const { manager, stored, calls } = storing(FULL)
  await manager.replaceConfiguration(stream, { scaling: ScalingPolicy.fixed(2) })
  expect(stored()).toEqual(streamConfiguration({ scaling: ScalingPolicy.fixed(2) }))
  expect(calls.map(([method]) => method)).toEqual(['updateStream'])
})

it('refuses a wrong change before anything is sent', async () => {
  const { manager, calls } = storing(FULL)
  await expect(manager.updateStream(stream, { rolloverSizeBytes: -1 })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  })
  expect(calls.map(([method]) => method)).toEqual(['getStreamConfiguration'])
})
