import type { KeyRange } from '@pravega-ts/model'

/** Servers compute bounds, and may be off by as much. */
const TOLERANCE = 1e-9

/** The parts of a range that are in none of the others. Ascending. */
export function uncovered({ low, high }: KeyRange, others: readonly KeyRange[]): readonly KeyRange[] {
  const parts: KeyRange[] = []
  let reached = low
  const add = (end: number): void => {
    if (end - reached > TOLERANCE) parts.push({ low: reached, high: end })
  }
  for (const other of [...others].sort((a, b) => a.low - b.low)) {
    add(Math.min(other.low, high))
    reached = Math.max(reached, other.high)
  }
  add(high)
  return parts
}
