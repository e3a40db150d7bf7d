import { lagAt } from '../state/assignment.ts'
import type { Offsets, SegmentName } from '../state/reader-group-state.ts'

/** A lag that differs from the one that others know by this part of it makes no difference to who acquires and who releases. */
const NEGLIGIBLE_PART = 64n

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

  lagAt(nowMs: number): bigint {
    return lagAt(nowMs, this.#lastRead)
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

  /** Joined: with lag 0, at these offsets. */
  begin(positions: Offsets): void {
    this.#lastRead = undefined
    this.told(0n, positions)
  }
}
