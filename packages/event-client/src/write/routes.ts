import type { KeyRange } from '@pravega-ts/model'

/** A part of the key space and what serves it. */
export interface Route<T> {
  readonly range: KeyRange
  readonly target: T
}

/** Bounds nearer to each other than this are one bound: servers compute them in floating point. */
const TOLERANCE = 1e-9

/**
 * Gives the ranges of one target to its successors, and leaves the other ranges alone. Undefined if the successors do not cover them:
 * then they are not all there yet.
 *
 * Only the ranges of the old target move, whatever larger ranges its successors have. That is what keeps the order of keys when
 * segments merge: events of the other old segment go on to that one until it says itself that it takes no more, and come behind what
 * it did not take. So at any time each position has one place, and moves from there with everything that is pending at it.
 */
export function replaceTarget<T>(
  routes: readonly Route<T>[],
  old: T,
  successors: readonly Route<T>[],
): readonly Route<T>[] | undefined {
  const replaced: Route<T>[] = []
  for (const route of routes) {
    if (route.target !== old) {
      replaced.push(route)
      continue
    }
    const parts = cover(route.range, successors)
    if (parts === undefined) return undefined
    replaced.push(...parts)
  }
  return joined(replaced)
}

/** Whether some ranges together cover those of a target. */
export function coverRangesOf<T>(
  routes: readonly Route<T>[],
  target: T,
  ranges: readonly { readonly range: KeyRange }[],
): boolean {
  const parts = ranges.map(({ range }) => ({ range, target: undefined }))
  return routes.every(route => route.target !== target || cover(route.range, parts) !== undefined)
}

/** The successors' parts of a range, bound by bound; undefined if there is a gap. */
function cover<T>(range: KeyRange, successors: readonly Route<T>[]): readonly Route<T>[] | undefined {
  const parts: Route<T>[] = []
  let low = range.low
  for (const successor of [...successors].sort((a, b) => a.range.low - b.range.low)) {
    if (successor.range.high <= low + TOLERANCE || low >= range.high) continue
    if (successor.range.low > low + TOLERANCE) return undefined
    const high = successor.range.high >= range.high - TOLERANCE ? range.high : successor.range.high
    parts.push({ range: { low, high }, target: successor.target })
    low = high
  }
  return low === range.high ? parts : undefined
}

/** Neighbours with one target become one route. */
function joined<T>(routes: readonly Route<T>[]): readonly Route<T>[] {
  const result: Route<T>[] = []
  for (const route of routes) {
    const last = result.at(-1)
    if (last === undefined || last.target !== route.target || last.range.high !== route.range.low) {
      result.push(route)
      continue
    }
    result[result.length - 1] = { range: { low: last.range.low, high: route.range.high }, target: last.target }
  }
  return result
}
