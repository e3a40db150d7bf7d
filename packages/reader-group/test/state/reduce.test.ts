import { describe, expect, it } from 'vitest'
import {
  checkpointStatus,
  compactionOf,
  decodeInitial,
  encodeInitial,
  pendingCheckpoint,
  type ReaderGroupState,
  type ReaderGroupUpdate,
  reduce,
} from '../../src/index.ts'
import { groupOf, init, joined, segment, told } from './group-of.ts'

function after(state: ReaderGroupState, ...updates: readonly ReaderGroupUpdate[]): ReaderGroupState {
  return updates.reduce<ReaderGroupState>(reduce, state)
}

function create(checkpoint: string): ReaderGroupUpdate {
  return { type: 'createCheckpoint', checkpoint }
}

function answer(
  checkpoint: string,
  reader: string,
  positions: Iterable<readonly [string, bigint]> = [],
): ReaderGroupUpdate {
  return { type: 'checkpointReader', checkpoint, reader, positions: new Map(positions) }
}

describe('reduce', () => {
  it('needs a full state first', () => {
    expect(() => reduce(undefined, { type: 'addReader', reader: 'r1' })).toThrow(
      expect.objectContaining({ code: 'ILLEGAL_STATE_UPDATE' }),
    )
  })

  it('refuses to begin without segments', () => {
    expect(() => reduce(undefined, init([]))).toThrow(expect.objectContaining({ code: 'ILLEGAL_STATE_UPDATE' }))
  })

  it('shares what an update does not change', () => {
    const before = groupOf(2, ...joined('r1', 0))
    const next = reduce(before, { type: 'acquireSegment', reader: 'r1', segment: segment(1) })
    for (const part of ['config', 'future', 'lag', 'lastRead', 'end', 'ranges', 'checkpoints'] as const) {
      expect(next[part]).toBe(before[part])
    }
  })

  it('goes on with the lag that a late update left behind', () => {
    const removed: ReaderGroupUpdate = { type: 'removeReader', reader: 'r1', offsets: new Map() }
    const state = groupOf(1, ...joined('r1', 0), removed, told('r1', 70_000n), ...joined('r1'))
    expect(state.lag).toEqual(new Map([['r1', 70_000n]]))
  })

  it('keeps key ranges of segments that can still be read, and no others', () => {
    const [low, high] = [
      { low: 0, high: 0.5 },
      { low: 0.5, high: 1 },
    ]
    const ranges = new Map([
      [segment(0), low],
      [segment(1), high],
      [segment(9), high],
    ])
    const starts = [
      [segment(0), 0n],
      [segment(1), 0n],
    ] as const
    const completed: ReaderGroupUpdate = {
      type: 'segmentCompleted',
      reader: 'r1',
      segment: segment(0),
      successors: new Map([
        [segment(2, 1), [0n, 1n]],
        [segment(3, 1), [0n]],
      ]),
      ranges: new Map([
        [segment(0), low],
        [segment(2, 1), { low: 0, high: 1 }],
        [segment(3, 1), undefined],
      ]),
    }
    const state = after(reduce(undefined, init(starts, { ranges })), ...joined('r1', 0), completed)
    expect(state.ranges).toEqual(
      new Map([
        [segment(1), high],
        [segment(2, 1), { low: 0, high: 1 }],
      ]),
    )
  })

  it('does not set back what readers have told of a segment before it became free', () => {
    const starts = [
      [segment(0), 0n],
      [segment(1), 40n],
    ] as const
    // Such a start is wrong; Java members take it.
    const completed: ReaderGroupUpdate = {
      type: 'segmentCompleted',
      reader: 'r1',
      segment: segment(0),
      successors: new Map([[segment(1), [0n]]]),
      ranges: new Map(),
    }
    const state = after(reduce(undefined, init(starts)), ...joined('r1', 0), completed)
    expect(state.unassigned.get(segment(1))).toBe(0n)
    expect(state.lastRead.get(segment(1))).toBe(40n)
  })

  it('takes offsets of owned segments only from a checkpoint answer', () => {
    const positions = [
      [segment(0), 5n],
      [segment(1), 6n],
    ] as const
    const state = groupOf(2, ...joined('r1', 0), create('c'), answer('c', 'r1', positions))
    expect(state.assigned.get('r1')).toEqual(new Map([[segment(0), 5n]]))
    expect(state.unassigned.get(segment(1))).toBe(0n)
    expect(state.checkpoints.last).toEqual(new Map(positions))
  })

  it('takes the answer to a silent checkpoint that is gone, even from a reader that is gone', () => {
    const state = groupOf(1)
    expect(reduce(state, answer('x_SILENT_', 'r1'))).toEqual(state)
  })

  it('cancelled checkpoints can be made again; the old entry stays cancelled', () => {
    const cancelled = groupOf(1, ...joined('r1', 0), create('c'), { type: 'removeOutstandingCheckpoints' })
    expect(checkpointStatus(cancelled, 'c')).toEqual({ kind: 'gone' })
    const again = after(cancelled, create('d'), create('c'))
    expect(again.checkpoints.list.map(({ id }) => id)).toEqual(['c', 'd', 'c'])
    expect(checkpointStatus(again, 'c')).toEqual({ kind: 'waiting', readers: ['r1'] })
    // All of that id is cleared, so that a late answer means nothing.
    const cleared = after(again, { type: 'clearCheckpointsBefore', checkpoint: 'd' })
    expect(checkpointStatus(cleared, 'c')).toEqual({ kind: 'gone' })
    expect(pendingCheckpoint(cleared, 'r1')).toBe('d')
    expect(after(cleared, answer('c', 'r1'), answer('c', 'r1')).checkpoints).toEqual(cleared.checkpoints)
  })

  it('silent checkpoints survive the removal of outstanding ones', () => {
    const state = groupOf(1, ...joined('r1'), create('c'), create('s_SILENT_'), {
      type: 'removeOutstandingCheckpoints',
    })
    expect(checkpointStatus(state, 's_SILENT_')).toEqual({ kind: 'waiting', readers: ['r1'] })
  })

  it('takes the checkpoints that a leaving reader completes in the order of a Java hash map', () => {
    const removed: ReaderGroupUpdate = { type: 'removeReader', reader: 'r1', offsets: new Map([[segment(0), 9n]]) }
    const acquired: ReaderGroupUpdate = { type: 'acquireSegment', reader: 'r1', segment: segment(1) }
    // There, cp16 comes before cp15.
    const state = groupOf(3, ...joined('r1', 0), create('cp15'), acquired, create('cp16'), removed)
    expect(state.checkpoints.list.map(({ id, waitingFor }) => [id, waitingFor.size])).toEqual([
      ['cp15', 0],
      ['cp16', 0],
    ])
    expect(state.checkpoints.last).toBe(state.checkpoints.list[0]?.positions)
  })

  it('reads an empty last checkpoint of a compaction as none', () => {
    const state = groupOf(1, ...joined('r1', 0))
    const read = decodeInitial(encodeInitial({ type: 'compact', state }))
    expect(reduce(undefined, read)).toEqual(state)
    const empty: ReaderGroupUpdate = {
      type: 'compact',
      state: { ...state, checkpoints: { ...state.checkpoints, last: new Map() } },
    }
    expect(reduce(state, empty).checkpoints.last).toBeUndefined()
  })
})

describe('compactionOf', () => {
  it('waits for a first checkpoint where one will come by itself', () => {
    const none = groupOf(1, ...joined('r1', 0))
    expect(compactionOf(none)).toBeUndefined()
    const manual = { ...none, config: { ...none.config, automaticCheckpointIntervalMs: -1n } }
    expect(compactionOf(manual)).toEqual({ type: 'compact', state: manual })
    const checked = after(none, create('c'), answer('c', 'r1', [[segment(0), 1n]]))
    expect(compactionOf(checked)).toEqual({ type: 'compact', state: checked })
  })
})
