import { type CompactReader, type KeyRange, PravegaError, ScopedSegment } from '@pravega-ts/model'
import type { Offsets, SegmentName } from '../state/reader-group-state.ts'
import type { Ranges } from '../state/updates.ts'
import { readMap, readRanges, readSegment, writeMap, writeRanges } from './fields.ts'
import { decoding, readSingle, single } from './versioned.ts'

/*
 * bytes = single, revision 0: map(segment to compactLong(offset))      -1 as 2^62-2
 *                 revision 1: ranges
 * text  = "1:" [item ("," item)*]
 * item  = segment "=" offset ["@" low ".." high]
 */

const READ_TO_THE_END = -1n
const STORED_END = 2n ** 62n - 2n
const LARGEST_INT64 = 2n ** 63n - 1n
const TEXT_VERSION = '1:'
const NUMBER = String.raw`\d+(?:\.\d+)?(?:e[+-]?\d+)?`
const ITEM = new RegExp(`^([^=]+)=(-1|\\d{1,19})(?:@(${NUMBER})\\.\\.(${NUMBER}))?$`)

/**
 * Where a reader is: the segments that it owns, each with the offset of the first event that it has not finished. Immutable. Hand it
 * to `readerOffline` when the reader is gone, and reading goes on there. Store it anew also when the reader's segments have changed: one
 * that left and came back since was read on by others, and an old position makes what they read come again.
 */
export class ReaderPosition {
  /** Offsets by segment, as `scope/stream/number.#epoch.epoch`. Offset -1: read to its end. */
  readonly segments: Offsets
  /** Key ranges by segment, where known. */
  readonly ranges: ReadonlyMap<SegmentName, KeyRange>

  /** @throws PravegaError `INVALID_ARGUMENT` */
  constructor(segments: Iterable<readonly [SegmentName, bigint]>, ranges: Ranges = new Map()) {
    const checked = new Map<SegmentName, bigint>()
    for (const [name, offset] of segments) {
      const segment = ScopedSegment.parse(name).toString()
      if (typeof offset !== 'bigint' || offset < READ_TO_THE_END || offset > LARGEST_INT64) {
        throw refused(`the offset ${offset} of segment ${segment} is neither an offset nor -1`)
      }
      if (checked.has(segment)) throw refused(`segment ${segment} is in it twice`)
      checked.set(segment, offset)
    }
    const known = new Map<SegmentName, KeyRange>()
    for (const [name, range] of ranges) {
      if (range === undefined || !checked.has(name)) continue
      const { low, high } = range
      if (!(low >= 0 && low <= high && high < Number.POSITIVE_INFINITY)) {
        throw refused(`the key range of segment ${name} is from ${low} to ${high}`)
      }
      known.set(name, range)
    }
    this.segments = checked
    this.ranges = known
    Object.freeze(this)
  }

  /**
   * A line of text that can be stored, such as `1:shop/orders/0.#epoch.0=1024@0..0.5,shop/orders/1.#epoch.0=-1`. No other client
   * reads it.
   */
  toText(): string {
    const items = [...this.segments].map(([segment, offset]) => {
      const range = this.ranges.get(segment)
      return `${segment}=${offset}${range === undefined ? '' : `@${range.low}..${range.high}`}`
    })
    return TEXT_VERSION + items.join(',')
  }

  /**
   * Reads what `toText` gave.
   *
   * @throws PravegaError `INVALID_ARGUMENT`
   */
  static fromText(text: string): ReaderPosition {
    if (!text.startsWith(TEXT_VERSION)) throw refused(`its text does not begin with ${TEXT_VERSION}`)
    const joined = text.slice(TEXT_VERSION.length)
    const ranges = new Map<SegmentName, KeyRange>()
    const segments = (joined === '' ? [] : joined.split(',')).map(item => {
      const [, name, offset, low, high] = ITEM.exec(item) ?? []
      if (name === undefined || offset === undefined) {
        throw refused(`${JSON.stringify(item)} in its text is not segment=offset or segment=offset@low..high`)
      }
      const segment = ScopedSegment.parse(name).toString()
      if (low !== undefined) ranges.set(segment, { low: Number(low), high: Number(high) })
      return [segment, BigInt(offset)] as const
    })
    return new ReaderPosition(segments, ranges)
  }

  /**
   * The bytes of Java's `Position.toBytes`.
   *
   * @throws PravegaError `INVALID_ARGUMENT` for offsets of 2^62-2 and above, which that form cannot hold
   */
  toBytes(): Uint8Array {
    const ranges = new Map<SegmentName, KeyRange | undefined>(this.ranges)
    for (const segment of this.segments.keys()) if (!ranges.has(segment)) ranges.set(segment, undefined)
    return single(
      out =>
        writeMap(
          out,
          this.segments,
          segment => out.text(segment),
          offset => out.long(stored(offset)),
        ),
      out => writeRanges(out, ranges),
    )
  }

  /**
   * Reads what `toBytes` of this and of Java's class gave.
   *
   * @throws PravegaError `INVALID_ARGUMENT`
   */
  static fromBytes(bytes: Uint8Array): ReaderPosition {
    return decoding('INVALID_ARGUMENT', 'The byte form of a reader position', bytes, readPosition)
  }

  /** Same segments, same offsets. */
  equals(other: ReaderPosition): boolean {
    if (this.segments.size !== other.segments.size) return false
    for (const [segment, offset] of this.segments) if (other.segments.get(segment) !== offset) return false
    return true
  }

  /** The text form. */
  toString(): string {
    return this.toText()
  }

  /** The text form, so that a position in an object can be stored as JSON. */
  toJSON(): string {
    return this.toText()
  }
}

function readPosition(data: CompactReader): ReaderPosition {
  const [offsets, ranges] = readSingle(data)
  const segments = readMap(
    offsets,
    () => readSegment(offsets),
    () => {
      const offset = offsets.long()
      return offset === STORED_END ? READ_TO_THE_END : offset
    },
  )
  return new ReaderPosition(segments, ranges === undefined ? new Map() : readRanges(ranges))
}

function stored(offset: bigint): bigint {
  if (offset === READ_TO_THE_END) return STORED_END
  if (offset < STORED_END) return offset
  throw refused(`the byte form cannot hold the offset ${offset}; use the text form, which can`)
}

function refused(rule: string): PravegaError {
  return new PravegaError(
    'INVALID_ARGUMENT',
    `A reader position is refused: ${rule}. Give what a reader's position gave`,
  )
}
