import { lagAt } from '../state/assignment.ts'
import type { Offsets, ReaderGroupState, SegmentName } from '../state/reader-group-state.ts'
import { countedLag } from '../state/reduce-segments.ts'

/** A lag that differs from the one that others know by this part of it makes no difference to who acquires and who releases. */
const NEGLIGIBLE_PART = 64n

/**
 * The lag that a reader tells: as Java members count it, but not less than what other owners of segments have told. Relative to the
 * largest lag a small one makes a reader look as if it had nothing to do, and keep what it should give away; Java members have that
 * problem with readers that have read nothing yet.
 */
export function lagAmong(
  state: ReaderGroupState,
  reader: string,
  nowMs: number,
  lastRead: SegmentName | undefined,
): bigint {
  const largestPossible = BigInt(Math.trunc(nowMs))
  let lag = lagAt(nowMs, lastRead)
  for (const [other, told] of state.lag) {
    const isOwner = other !== reader && (state.assigned.get(other)?.size ?? 0) > 0
    // More was never told by anybody: that is what a reader begins with.
    if (isOwner && countedLag(told) > countedLag(lag) && told <= largestPossible) lag = told
  }
  return lag
}

/**
 * What a reader tells about how far it is. Java members tell it all the time; here it is told when it has changed: an idle reader
 * writes nothing.
 */
export class LagTeller {
  #lastRead: SegmentName | undefined
  #toldLag: bigint | undefined
  #toldOffsets: Offsets = new Map()

  /** An event of this segment was handed out. */
  read(segment: SegmentName): void {
    this.#lastRead = segment
  }

  lagAt(state: ReaderGroupState, reader: string, nowMs: number): bigint {
    return lagAmong(state, reader, nowMs, this.#lastRead)
  }

  /** As the state keeps what was told last; undefined: nothing was. */
  get kept(): bigint | undefined {
    return this.#toldLag === undefined ? undefined : countedLag(this.#toldLag)
  }

  /** Whether others would learn something new. */
  hasNews(lag: bigint, positions: Offsets): boolean {
    for (const [segment, offset] of positions) if (this.#toldOffsets.get(segment) !== offset) return true
    if (this.#toldLag === undefined) return positions.size > 0
    const change = lag > this.#toldLag ? lag - this.#toldLag : this.#toldLag - lag
    return positions.size > 0 && change * NEGLIGIBLE_PART > (lag > this.#toldLag ? lag : this.#toldLag)
  }

  told(lag: bigint, positions: Offsets): void {
    this.#toldLag = lag
    this.#toldOffsets = positions
  }

  /** Joined, with these offsets and lag 0; without any it has told nothing. */
  begin(positions: Offsets): void {
    this.#lastRead = undefined
    this.#toldLag = positions.size > 0 ? 0n : undefined
    this.#toldOffsets = positions
  }
}
