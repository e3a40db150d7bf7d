import { type KeyRange, keyRange } from './key-range.ts'
import { invalid } from './refuse.ts'

const TOLERANCE = 1e-9

/**
 * Finds the one of several things with a key range that a position belongs to: that with the smallest upper bound which is
 * not below the position. Immutable; a look-up is a binary search.
 */
export class KeyRangeIndex<T extends { readonly range: KeyRange }> {
  /** By ascending range. */
  readonly items: readonly T[]
  private readonly highs: Float64Array

  /**
   * @param items - Together they cover all of [0, 1], without gaps and overlaps; any order.
   * @throws PravegaError `INVALID_ARGUMENT`
   */
  constructor(items: Iterable<T>) {
    this.items = [...items].sort((a, b) => a.range.low - b.range.low)
    this.highs = new Float64Array(this.items.length)
    let end = 0
    for (const [i, { range }] of this.items.entries()) {
      const { low, high } = keyRange(range.low, range.high)
      if (Math.abs(low - end) > TOLERANCE) throw uncovered(end, low)
      this.highs[i] = end = high
    }
    if (end !== 1) throw uncovered(end, 1)
  }

  /**
   * The item to which events with this position go.
   *
   * @param position - In [0, 1], for instance what `routingKeyPosition` returned.
   * @throws PravegaError `INVALID_ARGUMENT`
   */
  at(position: number): T {
    let low = 0
    let high = this.highs.length - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.highs[middle] as number) < position) low = middle + 1
      else high = middle
    }
    const item = this.items[low]
    if (item === undefined || !(position >= 0 && position <= 1)) {
      throw invalid('position', position, 'it is not in [0, 1]', 'Take it from routingKeyPosition(key)')
    }
    return item
  }
}

function uncovered(from: number, to: number): Error {
  return invalid(
    'set of key ranges',
    `${Math.min(from, to)} to ${Math.max(from, to)}`,
    from < to ? 'no range covers that part of the key space' : 'more than one range covers that part of the key space',
    'Give ranges that cover [0, 1] once; a sealed stream has none',
  )
}
