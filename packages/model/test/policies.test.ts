import { RetentionPolicy, ScalingPolicy, streamConfiguration } from '@pravega-ts/model'
import { describe, expect, it } from 'vitest'
import { refused } from './refused.ts'

const LARGEST = 2n ** 63n - 1n

describe('ScalingPolicy', () => {
  it('is plain data', () => {
    expect(ScalingPolicy.fixed(3)).toEqual({ type: 'fixed', segments: 3 })
    expect(ScalingPolicy.byDataRate(1024, 2, 1)).toEqual({
      type: 'byDataRate',
      targetKBps: 1024,
      scaleFactor: 2,
      minSegments: 1,
    })
    expect(ScalingPolicy.byEventRate(100, 2, 4)).toEqual({
      type: 'byEventRate',
      targetEventsPerSecond: 100,
      scaleFactor: 2,
      minSegments: 4,
    })
  })

  it('has numbers above 0 only', () => {
    for (const bad of [0, -1, 1.5, Number.NaN, 2 ** 31, '2' as unknown as number]) {
      expect(refused(() => ScalingPolicy.fixed(bad))).toContain('number of segments')
      expect(refused(() => ScalingPolicy.byDataRate(bad, 1, 1))).toContain('target rate in KB/s')
      expect(refused(() => ScalingPolicy.byDataRate(1, bad, 1))).toContain('scale factor')
      expect(refused(() => ScalingPolicy.byDataRate(1, 1, bad))).toContain('smallest number of segments')
      expect(refused(() => ScalingPolicy.byEventRate(bad, 1, 1))).toContain('events per second')
      expect(refused(() => ScalingPolicy.byEventRate(1, bad, 1))).toContain('scale factor')
      expect(refused(() => ScalingPolicy.byEventRate(1, 1, bad))).toContain('smallest number of segments')
    }
  })

  it('has no other type', () => {
    expect(refused(() => ScalingPolicy.validate({ type: 'byMood' } as unknown as ScalingPolicy))).toContain('"byMood"')
  })
})

describe('RetentionPolicy', () => {
  it('has no upper bound of its own accord', () => {
    expect(RetentionPolicy.byTime(60_000)).toEqual({ type: 'byTime', minMs: 60_000n, maxMs: LARGEST })
    expect(RetentionPolicy.bySize(2n ** 40n)).toEqual({ type: 'bySize', minBytes: 2n ** 40n, maxBytes: LARGEST })
  })

  it('may keep nothing, or exactly so much', () => {
    expect(RetentionPolicy.bySize(0)).toMatchObject({ minBytes: 0n })
    expect(RetentionPolicy.byTime(5, 5n)).toEqual({ type: 'byTime', minMs: 5n, maxMs: 5n })
  })

  it('stays the same when it is checked again', () => {
    for (const policy of [RetentionPolicy.byTime(1, 2), RetentionPolicy.bySize(3, 4)]) {
      expect(RetentionPolicy.validate(policy)).toEqual(policy)
    }
  })

  it('refuses bounds that are none', () => {
    expect(refused(() => RetentionPolicy.byTime(-1))).toContain('smallest retention in milliseconds -1')
    expect(refused(() => RetentionPolicy.bySize(5, 4))).toContain('it is below the smallest one, 5')
    refused(() => RetentionPolicy.bySize(2n ** 63n))
    refused(() => RetentionPolicy.bySize(0.5))
    expect(refused(() => RetentionPolicy.bySize(2 ** 60))).toContain('as bigint')
    expect(refused(() => RetentionPolicy.validate({ type: 'never' } as unknown as RetentionPolicy))).toContain(
      '"never"',
    )
  })
})

describe('streamConfiguration', () => {
  it('is one segment and nothing else when nothing is said', () => {
    expect(streamConfiguration()).toEqual({
      scaling: { type: 'fixed', segments: 1 },
      retention: undefined,
      tags: [],
      timestampAggregationTimeoutMs: 0n,
      rolloverSizeBytes: 0n,
    })
  })

  it('keeps what is said', () => {
    const configuration = streamConfiguration({
      scaling: ScalingPolicy.byEventRate(10, 2, 3),
      retention: RetentionPolicy.byTime(1000),
      tags: ['b', 'a', 'b'],
      timestampAggregationTimeoutMs: 500,
      rolloverSizeBytes: 2n ** 33n,
    })
    expect(configuration).toEqual({
      scaling: { type: 'byEventRate', targetEventsPerSecond: 10, scaleFactor: 2, minSegments: 3 },
      retention: { type: 'byTime', minMs: 1000n, maxMs: LARGEST },
      tags: ['b', 'a'],
      timestampAggregationTimeoutMs: 500n,
      rolloverSizeBytes: 2n ** 33n,
    })
    expect(Object.isFrozen(configuration)).toBe(true)
    expect(streamConfiguration(configuration)).toEqual(configuration)
  })

  it('checks the policies in it', () => {
    refused(() => streamConfiguration({ scaling: { type: 'fixed', segments: 0 } }))
    refused(() => streamConfiguration({ retention: { type: 'byTime', minMs: 5n, maxMs: 4n } }))
  })

  it('has at most 127 tags of at most 255 characters', () => {
    const tags = Array.from({ length: 127 }, (_, i) => `${i}`.padStart(255, 'x'))
    expect(streamConfiguration({ tags }).tags).toHaveLength(127)
    expect(streamConfiguration({ tags: [...tags, ...tags] }).tags).toHaveLength(127)
    expect(refused(() => streamConfiguration({ tags: [...tags, 'one more'] }))).toContain('number of tags 128')
    refused(() => streamConfiguration({ tags: ['x'.repeat(256)] }))
    refused(() => streamConfiguration({ tags: [''] }))
  })

  it('has no negative sizes and times', () => {
    expect(refused(() => streamConfiguration({ rolloverSizeBytes: -1 }))).toContain('rolloverSizeBytes')
    expect(refused(() => streamConfiguration({ timestampAggregationTimeoutMs: -1n }))).toContain('Timeout')
  })
})
