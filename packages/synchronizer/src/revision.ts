import { PravegaError, ScopedSegment } from '@pravega-ts/model'

const LARGEST_OFFSET = 2n ** 63n - 1n
const TEXT = /^(.+):(\d{1,19}):(\d{1,10})$/

/** A place in a revisioned stream: behind a record, or behind one of the updates in it. Immutable. */
export class Revision {
  readonly segment: ScopedSegment
  /** Where the record ends; the next one begins there. */
  readonly offset: bigint
  /** Which of the updates in the record, from 0 on. */
  readonly index: number

  /** @throws PravegaError `INVALID_ARGUMENT` */
  constructor(segment: ScopedSegment, offset: bigint, index = 0) {
    if (offset < 0n || offset > LARGEST_OFFSET || !Number.isSafeInteger(index) || index < 0) {
      throw new PravegaError(
        'INVALID_ARGUMENT',
        `A revision at offset ${offset}, index ${index} of segment ${segment} is refused: both are whole numbers from 0 on`,
      )
    }
    this.segment = segment
    this.offset = offset
    this.index = index
    Object.freeze(this)
  }

  /**
   * Reads what {@link toText} has written.
   *
   * @throws PravegaError `INVALID_ARGUMENT`
   */
  static fromText(text: string): Revision {
    const [, segment, offset, index] = TEXT.exec(text) ?? []
    if (segment === undefined) {
      throw new PravegaError(
        'INVALID_ARGUMENT',
        `Revision ${JSON.stringify(text)} is refused: it does not have the form segment:offset:index. Give what toText() has returned`,
      )
    }
    return new Revision(ScopedSegment.parse(segment), BigInt(offset ?? 0), Number(index))
  }

  /** `segment:offset:index`, as other clients write it. */
  toText(): string {
    return `${this.segment}:${this.offset}:${this.index}`
  }

  /**
   * Below 0 if this one comes before the other, 0 if they are the same place.
   *
   * @throws PravegaError `INVALID_ARGUMENT` for a revision of another segment
   */
  compare(other: Revision): number {
    if (!this.segment.equals(other.segment)) {
      throw new PravegaError(
        'INVALID_ARGUMENT',
        `Revisions ${this.toText()} and ${other.toText()} have no order: they are of different segments`,
      )
    }
    if (this.offset !== other.offset) return this.offset < other.offset ? -1 : 1
    return this.index - other.index
  }

  /** Same as {@link toText}. */
  toString(): string {
    return this.toText()
  }

  /** Same as {@link toText}. */
  toJSON(): string {
    return this.toText()
  }
}
