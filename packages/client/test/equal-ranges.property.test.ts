import type { SegmentWithRange } from '@pravega-ts/controller-client'
import type { KeyRange } from '@pravega-ts/model'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { managerOn, segment, stream } from './fake-controller.ts'

const partitions = fc
  .uniqueArray(fc.double({ min: 0.001, max: 0.999, noNaN: true }), { maxLength: 8 })
  .map(inner => [0, ...inner.sort((a, b) => a - b), 1])
  .map(bounds => bounds.slice(1).map((high, i) => segment(i, 0, bounds[i] ?? 0, high)))

function scaled(
  current: readonly SegmentWithRange[],
  seal: readonly bigint[],
  ranges: readonly KeyRange[],
): KeyRange[] {
  const kept = current.filter(({ segment: { segmentId } }) => !seal.includes(segmentId)).map(({ range }) => range)
  return [...kept, ...ranges].sort((a, b) => a.low - b.low)
}

it('any segments become equal ones that cover the same keys, without a gap and without an overlap', () =>
  fc.assert(
    fc.asyncProperty(partitions, fc.integer({ min: 1, max: 60 }), async (current, count) => {
      const { manager, calls } = managerOn({
        getCurrentSegments: async () => ({ segments: current, delegationToken: '' }),
        scaleStreamAndWait: async () => ({ epoch: 0, segments: [] }),
      })
      await manager.scaleStreamTo(stream, count)
      const call = calls.find(([method]) => method === 'scaleStreamAndWait')
      const after = scaled(current, (call?.[2] ?? []) as bigint[], (call?.[3] ?? []) as KeyRange[])
      expect(after).toHaveLength(count)
      for (const [i, range] of after.entries()) {
        expect(range.low).toBe(i === 0 ? 0 : after[i - 1]?.high)
        expect(range.high - range.low).toBeCloseTo(1 / count, 9)
      }
      expect(after.at(-1)?.high).toBe(1)
    }),
  ))
