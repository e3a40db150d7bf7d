import { keyRangesOverlap } from '@pravega-ts/model'
import type { Watermark, WatermarkPosition } from '../codec/watermark.ts'
import { uncovered } from './uncovered.ts'

/** Where the group is in event time, in the unit in which writers note times. */
export interface TimeWindow {
  /** What is still to be read was written by writers that had noted this time or a later one. Undefined: not known. */
  readonly lower: bigint | undefined
  /** What was read was written before all writers had noted a later time than this. Undefined: not known, as at the tail. */
  readonly upper: bigint | undefined
}

/**
 * How positions stand to a watermark:
 * - `passed`: they have reached it in all segments
 * - `ahead`: they have come beyond it in none, and have not reached all of it
 * - `across`: beyond it in some, before it in others
 */
export type Standing = 'passed' | 'ahead' | 'across'

const READ_TO_THE_END = -1n

/**
 * @param positions - One for each key of which events are still to be read; an offset of -1 is the end of its segment.
 */
export function standing(mark: Watermark, positions: readonly WatermarkPosition[]): Standing {
  if (mark.positions.length === 0) return 'across'
  let isBefore = false
  let isBeyond = false
  for (const marked of mark.positions) {
    const there = positions.filter(({ range }) => keyRangesOverlap(range, marked.range))
    for (const position of there) {
      const difference = compare(position, marked)
      isBefore ||= difference < 0
      isBeyond ||= difference > 0
    }
    // Keys without a position are read to the end of the group.
    const ranges = there.map(({ range }) => range)
    isBeyond ||= uncovered(marked.range, ranges).length > 0
  }
  if (!isBefore) return 'passed'
  return isBeyond ? 'across' : 'ahead'
}

/**
 * The window that positions are in: between the newest watermark that they have passed and the oldest one behind it that lies ahead.
 *
 * @param marks - Oldest first.
 */
export function timeWindow(marks: readonly Watermark[], positions: readonly WatermarkPosition[]): TimeWindow {
  const passed = newestPassed(marks, positions)
  const ahead = marks.slice(passed + 1).find(mark => standing(mark, positions) === 'ahead')
  return { lower: marks[passed]?.lower, upper: ahead?.upper }
}

/** Its index; -1: none. */
export function newestPassed(marks: readonly Watermark[], positions: readonly WatermarkPosition[]): number {
  return marks.findLastIndex(mark => standing(mark, positions) === 'passed')
}

/** Two places of one key. The ids of its segments ascend, because they begin with the epoch. */
function compare(a: WatermarkPosition, b: WatermarkPosition): number {
  if (a.segmentId !== b.segmentId) return a.segmentId < b.segmentId ? -1 : 1
  if (a.offset === b.offset) return 0
  if (a.offset === READ_TO_THE_END) return 1
  return b.offset === READ_TO_THE_END || a.offset < b.offset ? -1 : 1
}
