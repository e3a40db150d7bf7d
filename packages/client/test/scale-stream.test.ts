import type { SegmentWithRange } from '@pravega-ts/controller-client'
import type { KeyRange } from '@pravega-ts/model'
import { expect, it } from 'vitest'
import { managerOn, segment, stream } from './fake-controller.ts'

/** What Pravega makes of 49 equal ranges ends here. */
const ALMOST_ONE = 0.9999999999999999

function scaling(current: readonly SegmentWithRange[]) {
  return managerOn({
    getCurrentSegments: async () => ({ segments: current, delegationToken: '' }),
    scaleStreamAndWait: async () => ({ epoch: 0, segments: [] }),
  })
}

function sent(calls: readonly unknown[][]): { seal: bigint[]; ranges: KeyRange[] } | undefined {
  const call = calls.find(([method]) => method === 'scaleStreamAndWait')
  return call === undefined ? undefined : { seal: call[2] as bigint[], ranges: call[3] as KeyRange[] }
}

it('makes equal ranges of one segment', async () => {
  const { manager, calls } = scaling([segment(0, 0, 0, 1)])
  await manager.scaleStreamTo(stream, 2)
  expect(sent(calls)).toEqual({
    seal: [0n],
    ranges: [
      { low: 0, high: 0.5 },
      { low: 0.5, high: 1 },
    ],
  })
})

it('leaves segments alone that fit already', async () => {
  const { manager, calls } = scaling([segment(0, 0, 0, 0.5), segment(2, 1, 0.5, 0.7), segment(3, 1, 0.7, 1)])
  await manager.scaleStreamTo(stream, 2)
  expect(sent(calls)).toEqual({ seal: [2n + (1n << 32n), 3n + (1n << 32n)], ranges: [{ low: 0.5, high: 1 }] })
})

it('never sends an empty scale, which blocks a stream for good', async () => {
  const current = [segment(0, 0, 0, 0.5), segment(1, 0, 0.5, 1)]
  const { manager, calls } = scaling(current)
  expect(await manager.scaleStreamTo(stream, 2)).toBe(current)
  expect(sent(calls)).toBeUndefined()
})

it('repeats the outer bounds bit for bit', async () => {
  const { manager, calls } = scaling([segment(0, 0, 0, ALMOST_ONE)])
  await manager.scaleStreamTo(stream, 3)
  expect(sent(calls)?.ranges.at(-1)?.high).toBe(ALMOST_ONE)
})

it('splits one segment into parts', async () => {
  const { manager, calls } = scaling([segment(0, 0, 0, 0.5), segment(1, 0, 0.5, 1)])
  await manager.splitSegment(stream, 1n, 2)
  expect(sent(calls)).toEqual({
    seal: [1n],
    ranges: [
      { low: 0.5, high: 0.75 },
      { low: 0.75, high: 1 },
    ],
  })
})

it('merges neighbours, in whatever order they are named', async () => {
  const { manager, calls } = scaling([segment(0, 0, 0, 0.25), segment(1, 0, 0.25, 0.5), segment(2, 0, 0.5, 1)])
  await manager.mergeSegments(stream, [1n, 0n])
  expect(sent(calls)).toEqual({ seal: [0n, 1n], ranges: [{ low: 0, high: 0.5 }] })
})

it.each([
  ['segments that are not neighbours', [0n, 2n], 'not neighbours'],
  ['a segment that is not active', [0n, 9n], 'segment 9 is not active; the active ones are 0, 1, 2'],
  ['one segment with itself', [0n, 0n], 'two different'],
])('refuses to merge %s', async (_, ids, message) => {
  const { manager, calls } = scaling([segment(0, 0, 0, 0.25), segment(1, 0, 0.25, 0.5), segment(2, 0, 0.5, 1)])
  const merge = manager.mergeSegments(stream, ids)
  await expect(merge).rejects.toMatchObject({ code: 'SCALE_REFUSED' })
  await expect(merge).rejects.toThrow(message)
  expect(sent(calls)).toBeUndefined()
})

it('says that a sealed stream cannot be scaled', async () => {
  const { manager } = scaling([])
  await expect(manager.scaleStreamTo(stream, 2)).rejects.toMatchObject({ code: 'STREAM_SEALED' })
})
