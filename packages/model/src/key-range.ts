import { invalid } from './refuse.ts'

/** The part of the routing-key space [0, 1] that one segment takes. */
export interface KeyRange {
  /** From 0; belongs to the range only when it is 0. */
  readonly low: number
  /** Up to 1; belongs to the range. */
  readonly high: number
}

/** All of the routing-key space. */
export const FULL_KEY_RANGE: KeyRange = Object.freeze({ low: 0, high: 1 })

/**
 * Servers compute the bounds of n equal ranges as multiples of 1/n, and the last one is then not always 1: it is
 * 0.9999999999999999 for n = 49, 98, 103 and others.
 */
const TOLERANCE = 1e-9

/**
 * A range with its bounds checked and an upper bound next to 1 set to 1.
 *
 * @throws PravegaError `INVALID_ARGUMENT`
 */
export function keyRange(low: number, high: number): KeyRange {
  const top = Math.abs(high - 1) <= TOLERANCE ? 1 : high
  if (!(low >= 0 && top <= 1 && low < top)) {
    throw invalid('key range', `${low} to ${high}`, 'its bounds are not 0 <= low < high <= 1', 'Give such bounds')
  }
  return { low, high: top }
}

/**
 * Whether events with this position go to a segment with this range: the upper bound belongs to the range, the lower one
 * does not, except 0. So 0.5 is in the lower one of two halves.
 */
export function keyRangeContains(range: KeyRange, position: number): boolean {
  return position <= range.high && (position > range.low || (position === 0 && range.low === 0))
}

/** Whether the two ranges have more than a bound in common. */
export function keyRangesOverlap(a: KeyRange, b: KeyRange): boolean {
  return a.low < b.high && b.low < a.high
}

/**
 * `count` equal parts of a range, in ascending order. Neighbours share their bound bit for bit, and the outer bounds are
 * those of the range, as a server demands it of the ranges in a scale request.
 *
 * @param range - Default: all of the key space.
 * @throws PravegaError `INVALID_ARGUMENT`
 */
export function splitKeyRange(count: number, range: KeyRange = FULL_KEY_RANGE): readonly KeyRange[] {
  if (!Number.isInteger(count) || count < 1) {
    throw invalid('number of key ranges', count, 'it is not a whole number above 0', 'Give at least 1')
  }
  const { low, high } = keyRange(range.low, range.high)
  const bound = (i: number): number =>
    i === 0 ? range.low : i === count ? range.high : low + i * ((high - low) / count)
  return Array.from({ length: count }, (_, i) => ({ low: bound(i), high: bound(i + 1) }))
}
