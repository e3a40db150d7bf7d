import { ScopedStream, StreamCut } from '@pravega-ts/model'
import { describe, expect, it } from 'vitest'
import {
  acquireDelayMs,
  checkpointStatus,
  cutsOf,
  hasOngoingCheckpoint,
  isComplete,
  isEndOfData,
  isOnline,
  lagAt,
  lagUpdateDelayMs,
  lastCheckpointCuts,
  lateReaders,
  onlineReaders,
  outstandingCheckpoints,
  ownedBy,
  pendingCheckpoint,
  positionsOf,
  type ReaderGroupUpdate,
  rankOf,
  reduce,
  relativeSizes,
  segmentsToAcquire,
  segmentToRelease,
  streamCutsOf,
  unreadPositions,
} from '../../src/index.ts'
import { groupOf, init, joined, segment, told } from './group-of.ts'

const create = (checkpoint: string): ReaderGroupUpdate => ({ type: 'createCheckpoint', checkpoint })
const answer = (checkpoint: string, reader: string, offsets: readonly (readonly [string, bigint])[] = []) =>
  ({ type: 'checkpointReader', checkpoint, reader, positions: new Map(offsets) }) as const

describe('assignment', () => {
  it('a reader that never told its lag counts as next to nothing when it owns two segments: 64 bits wrap around', () => {
    const two = groupOf(2, ...joined('r1', 0, 1))
    expect(relativeSizes(two).get('r1')).toBe(-2.168404344971009e-19)
    const three = groupOf(4, ...joined('r1', 0, 1, 2), ...joined('r2', 3), told('r2', 30_000n))
    expect(relativeSizes(three).get('r1')).toBe(1)
  })

  it('ranks by size, ties as a Java hash map has them', () => {
    const state = groupOf(3, ...joined('r1', 0), ...joined('r2', 1, 2), told('r1', 0n), told('r2', 0n))
    expect([rankOf(state, 'r2'), rankOf(state, 'r1'), rankOf(state, 'nobody')]).toEqual([0, 1, -1])
    const tied = groupOf(1, ...joined('r1'), ...joined('r2'))
    expect([rankOf(tied, 'r2'), rankOf(tied, 'r1')]).toEqual([0, 1])
    expect([acquireDelayMs(tied, 'r1'), lagUpdateDelayMs(tied)]).toEqual([1000, 3000])
  })

  it('a reader takes its share of what is unassigned, one that is offline nothing', () => {
    const state = groupOf(5, ...joined('r1', 0), ...joined('r2'))
    expect(segmentsToAcquire(state, 'r2')).toEqual([segment(1), segment(2), segment(3)])
    expect(segmentsToAcquire(state, 'r3')).toEqual([])
    expect(onlineReaders(state)).toEqual(['r1', 'r2'])
    expect([isOnline(state, 'r1'), isOnline(state, 'r3'), ownedBy(state, 'r3')]).toEqual([true, false, undefined])
  })

  it('gives away the segment with the highest hash when another reader has much less', () => {
    const lags = [told('r1', 0n), told('r2', 0n)]
    const crowded = groupOf(3, ...joined('r1', 0, 1, 2), ...joined('r2'), ...lags)
    expect(segmentToRelease(crowded, 'r1')).toBe(segment(1))
    expect(segmentToRelease(crowded, 'r2')).toBeUndefined()
    expect(segmentToRelease(crowded, 'nobody')).toBeUndefined()
    // What is unassigned will make up for the difference.
    const twoFree = groupOf(5, ...joined('r1', 0, 1), ...joined('r2'), ...lags)
    expect(segmentToRelease(twoFree, 'r1')).toBeUndefined()
    const two = groupOf(2, ...joined('r1', 0, 1), ...joined('r2'), ...lags)
    expect(segmentToRelease(two, 'r1')).toBe(segment(1))
    const one = groupOf(1, ...joined('r1', 0), ...joined('r2'), ...lags)
    expect(segmentToRelease(one, 'r1')).toBeUndefined()
  })

  it('counts lag as Java does: from the clock and the id of the segment', () => {
    expect(lagAt(1_795_188_325_970.9, undefined)).toBe(0n)
    expect(lagAt(1_795_188_325_970.9, segment(7))).toBe(1_795_188_325_963n)
    expect(lagAt(1_795_188_325_970, segment(0, 1000))).toBe(1_795_188_325_970n - (1000n << 32n))
  })
})

describe('checkpoints', () => {
  const under = groupOf(2, ...joined('r1', 0), ...joined('r2', 1), create('c1'), create('s_SILENT_'), create('c2'))

  it('wait for the readers that were online', () => {
    const later = reduce(under, { type: 'addReader', reader: 'r3' })
    expect(lateReaders(later, 'c1')).toEqual(['r1', 'r2'])
    expect(lateReaders(later, 'unknown')).toEqual([])
    expect(pendingCheckpoint(later, 'r1')).toBe('c1')
    expect(pendingCheckpoint(later, 'r3')).toBeUndefined()
    expect(outstandingCheckpoints(later)).toEqual(['c1', 'c2'])
    expect(hasOngoingCheckpoint(later)).toBe(true)
  })

  it('are complete when all have answered', () => {
    const half = reduce(under, answer('c1', 'r1', [[segment(0), 10n]]))
    expect(checkpointStatus(half, 'c1')).toEqual({ kind: 'waiting', readers: ['r2'] })
    expect([isComplete(half, 'c1'), lastCheckpointCuts(half)]).toEqual([false, undefined])
    expect(pendingCheckpoint(half, 'r1')).toBe('s_SILENT_')
    const whole = reduce(half, answer('c1', 'r2', [[segment(1), 20n]]))
    const positions = new Map([
      [segment(0), 10n],
      [segment(1), 20n],
    ])
    expect(checkpointStatus(whole, 'c1')).toEqual({ kind: 'complete', positions })
    expect(isComplete(whole, 'c1')).toBe(true)
    expect(lastCheckpointCuts(whole)?.get('scope/stream')?.positions).toEqual(
      new Map([
        [0n, 10n],
        [1n, 20n],
      ]),
    )
    expect(outstandingCheckpoints(whole)).toEqual(['c2'])
  })

  it('no checkpoint is under way in a new group', () => {
    expect([hasOngoingCheckpoint(groupOf(1)), isComplete(groupOf(1), 'c')]).toEqual([false, false])
  })
})

describe('positions', () => {
  it('are one cut for each stream, and back', () => {
    const positions = new Map([
      ['a/x/0.#epoch.0', 1n],
      ['b/y/3.#epoch.2', -1n],
      ['a/x/1.#epoch.0', 2n],
    ])
    const cuts = cutsOf(positions)
    expect([...cuts.keys()]).toEqual(['a/x', 'b/y'])
    const x = new StreamCut(ScopedStream.parse('a/x'), [
      [0n, 1n],
      [1n, 2n],
    ])
    expect(cuts.get('a/x')?.equals(x)).toBe(true)
    expect(positionsOf([...cuts.values(), StreamCut.UNBOUNDED])).toEqual(positions)
  })

  it('of a group are the recorded ones, of all its streams', () => {
    const starts = [
      ['a/x/0.#epoch.0', 5n],
      ['b/y/0.#epoch.0', 7n],
    ] as const
    const acquired: ReaderGroupUpdate = { type: 'acquireSegment', reader: 'r1', segment: 'a/x/0.#epoch.0' }
    const state = [...joined('r1'), acquired].reduce(reduce, reduce(undefined, init(starts)))
    expect([...streamCutsOf(state)].map(([stream, cut]) => [stream, ...cut.positions.values()])).toEqual([
      ['b/y', 7n],
      ['a/x', 5n],
    ])
  })

  it('of unread data are what readers have told, and what is recorded once a segment was handed over', () => {
    const offsets = new Map([[segment(0), 12n]])
    const lag: ReaderGroupUpdate = { type: 'updateDistanceToTail', reader: 'r1', lag: 0n, offsets, ranges: new Map() }
    const state = groupOf(1, ...joined('r1', 0), lag)
    expect(unreadPositions(state)).toEqual(offsets)
    const checked = [create('c'), answer('c', 'r1', [[segment(0), 10n]])].reduce(reduce, state)
    expect(unreadPositions(checked)).toEqual(offsets)
    const left = reduce(checked, { type: 'removeReader', reader: 'r1', offsets: new Map([[segment(0), 11n]]) })
    expect(unreadPositions(left)).toEqual(new Map([[segment(0), 11n]]))
  })

  it('there is data to come as long as any segment is free, owned or awaited', () => {
    const completed = (number: number, ...successors: readonly (readonly [string, readonly bigint[]])[]) =>
      ({
        type: 'segmentCompleted',
        reader: 'r1',
        segment: segment(number),
        successors: new Map(successors),
        ranges: new Map(),
      }) as const
    const owned = groupOf(2, ...joined('r1', 0, 1))
    expect([isEndOfData(groupOf(1)), isEndOfData(owned)]).toEqual([false, false])
    const [half, end] = [reduce(owned, completed(0)), reduce(reduce(owned, completed(0)), completed(1))]
    expect([isEndOfData(half), isEndOfData(end)]).toEqual([false, true])
    const awaited = reduce(reduce(owned, completed(0, [segment(2, 1), [0n, 1n]])), {
      type: 'releaseSegment',
      reader: 'r1',
      segment: segment(1),
      offset: 3n,
    })
    expect(isEndOfData(awaited)).toBe(false)
  })
})
