import { CompactReader, CompactWriter, PravegaError, ScopedSegment } from '@pravega-ts/model'
import { toOffset } from '@pravega-ts/segment-client'
import { EVENT_HEADER_LENGTH } from './event-header.ts'

/*
 * bytes = 00 00 01 00 int32(length of data) data
 * data  = u16(length) segment name, compactLong(offset), compactInt(length with header)
 */

const PREAMBLE = [0, 0, 1, 0] as const
const LARGEST_LENGTH = 2 ** 31 - 1 + EVENT_HEADER_LENGTH
const TEXT = /^(.+):(\d{1,19})-(\d{1,10})$/

/** Where an event is, for good. Immutable. Both stored forms are those of Java clients. */
export class EventPointer {
  readonly segment: ScopedSegment
  /** Where the event begins. */
  readonly offset: bigint
  /** Bytes that it takes in the segment, its header of 8 bytes included. */
  readonly length: number

  /** @throws PravegaError `INVALID_ARGUMENT`, `OFFSET_OUT_OF_RANGE` */
  constructor(segment: ScopedSegment, offset: number | bigint, length: number) {
    if (!Number.isInteger(length) || length < EVENT_HEADER_LENGTH || length > LARGEST_LENGTH) {
      throw refused('length', length, `it is no whole number from ${EVENT_HEADER_LENGTH} to ${LARGEST_LENGTH}`)
    }
    this.segment = segment
    this.offset = toOffset('offset', offset)
    this.length = length
    Object.freeze(this)
  }

  /** `segment:offset-length`, as in `shop/orders/0.#epoch.0:1024-108`. */
  toText(): string {
    return `${this.segment}:${this.offset}-${this.length}`
  }

  /**
   * Reads what `toText` and Java's `EventPointer.toString` give.
   *
   * @throws PravegaError `INVALID_ARGUMENT`, `OFFSET_OUT_OF_RANGE`
   */
  static fromText(text: string): EventPointer {
    const [, segment, offset, length] = TEXT.exec(text) ?? []
    if (segment === undefined || offset === undefined) {
      throw refused('text', JSON.stringify(text), 'it does not have the form segment:offset-length')
    }
    return new EventPointer(ScopedSegment.parse(segment), BigInt(offset), Number(length))
  }

  /**
   * The bytes that Java clients store.
   *
   * @throws PravegaError `INVALID_ARGUMENT` for offsets of 2^62 and lengths of 2^30 and above, which that form cannot hold
   */
  toBytes(): Uint8Array {
    const data = new CompactWriter()
    data.ascii(this.segment.toString())
    data.long(this.offset)
    data.int(this.length)
    const body = data.finish()
    const bytes = Buffer.alloc(PREAMBLE.length + 4 + body.length)
    bytes.set(PREAMBLE)
    bytes.writeInt32BE(body.length, PREAMBLE.length)
    bytes.set(body, PREAMBLE.length + 4)
    return bytes
  }

  /**
   * Reads what `toBytes` of this and of Java's class give.
   *
   * @throws PravegaError `INVALID_ARGUMENT`, `OFFSET_OUT_OF_RANGE`
   */
  static fromBytes(bytes: Uint8Array): EventPointer {
    const outer = new CompactReader(bytes)
    const isKnown = outer.byte() === 0 && outer.byte() === 0
    // Further revisions may follow; they only add to the first one.
    if (!isKnown || outer.byte() === 0 || outer.byte() !== 0) {
      throw refused('bytes', `${bytes.length} of them`, 'they do not begin with format 0, version 0, revision 0')
    }
    const data = new CompactReader(outer.bytes(outer.int32()))
    const segment = ScopedSegment.parse(data.ascii())
    const offset = data.long()
    return new EventPointer(segment, offset, data.int())
  }

  /** Same segment, same offset, same length. */
  equals(other: EventPointer): boolean {
    return this.offset === other.offset && this.length === other.length && this.segment.equals(other.segment)
  }

  /** The text form. */
  toString(): string {
    return this.toText()
  }

  /** The text form. */
  toJSON(): string {
    return this.toText()
  }
}

function refused(what: string, value: unknown, rule: string): PravegaError {
  const remedy = 'Give what the pointer of an event gave'
  return new PravegaError(
    'INVALID_ARGUMENT',
    `The ${what} ${value} of an event pointer is refused: ${rule}. ${remedy}`,
    {
      details: { what, value },
    },
  )
}
