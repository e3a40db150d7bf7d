import { segmentEpoch } from '@pravega-ts/model'
import { overlap } from './epochs.ts'
import { type Placement, placeCut } from './stream-cut.ts'
import type { Cut, EpochRecord } from './stream-record.ts'

/**
 * The latest cut that is ahead of none of the given ones, for any key. Those that place no key are left out.
 *
 * @returns undefined when none is left
 */
export function lowerBoundOf(epochs: readonly EpochRecord[], cuts: Iterable<Cut>): Cut | undefined {
  let bound: readonly Placement[] | undefined
  for (const cut of cuts) {
    const placed = placeCut(epochs, cut)
    if (placed.valid) bound = bound === undefined ? placed.placements : lower(bound, placed.placements)
  }
  return bound && cutOf(bound)
}

/** For each key the placement that is further back. Both lists cover all keys, and so does the result. */
function lower(a: readonly Placement[], b: readonly Placement[]): readonly Placement[] {
  return a.flatMap(here =>
    b
      .filter(there => overlap(here, there))
      .map(there => {
        const { segment, offset } = isFurtherBack(here, there) ? here : there
        return { low: Math.max(here.low, there.low), high: Math.min(here.high, there.high), segment, offset }
      }),
  )
}

function isFurtherBack(a: Placement, b: Placement): boolean {
  if (a.segment.id === b.segment.id) return a.offset < b.offset
  return segmentEpoch(a.segment.id) < segmentEpoch(b.segment.id)
}

/** A segment some of whose keys are still in an older one has not been reached yet, whatever offset other keys have in it. */
function cutOf(bound: readonly Placement[]): Cut {
  const cut = new Map<bigint, bigint>()
  for (const { segment, offset } of bound) {
    const known = cut.get(segment.id)
    if (bound.some(other => other.segment.id !== segment.id && overlap(other, segment))) cut.set(segment.id, -1n)
    else if (known === undefined || offset < known) cut.set(segment.id, offset)
  }
  return cut
}
