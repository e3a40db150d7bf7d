import { validateInternalScopeName, validateServedStreamName } from './names.ts'
import { invalid } from './refuse.ts'
import { ScopedStream } from './scoped-stream.ts'
import { makeSegmentId, segmentEpoch, segmentNumber, validateSegmentId } from './segment-id.ts'
import { parseUuid, uuidDigits } from './uuid.ts'

const SEGMENT_NAME = /^([^/]*)\/([^/]*)\/(\d{1,10})(?:\.#epoch\.(\d{1,10}))?(?:#transaction\.([0-9a-f]{32}))?$/

/**
 * A segment of a stream (or of a key-value table), or the part of it that belongs to one transaction. Immutable.
 * Its text form is the name under which the segment stores know it.
 */
export class ScopedSegment {
  /** Name of the scope. */
  readonly scope: string
  /** Name of the stream, or what stands for it in the segments of a key-value table. */
  readonly stream: string
  /** Epoch in the high 32 bits, number in the low 32 bits. */
  readonly segmentId: bigint
  /** Canonical UUID, when this is the part of a segment that belongs to a transaction. */
  readonly transactionId: string | undefined

  /** @throws PravegaError `INVALID_ARGUMENT` */
  constructor(scope: string, stream: string, segmentId: bigint, transactionId?: string) {
    this.scope = validateInternalScopeName(scope)
    this.stream = validateServedStreamName(stream)
    this.segmentId = validateSegmentId(segmentId)
    this.transactionId = transactionId === undefined ? undefined : parseUuid(transactionId)
    Object.freeze(this)
  }

  /**
   * The segment with this number that was made in this epoch.
   *
   * @throws PravegaError `INVALID_ARGUMENT`
   */
  static of(scope: string, stream: string, number: number, epoch: number): ScopedSegment {
    return new ScopedSegment(scope, stream, makeSegmentId(number, epoch))
  }

  /**
   * Reads `scope/stream/<number>.#epoch.<epoch>`, with or without `#transaction.<32 hexadecimal digits>` behind it.
   * A name that ends in a bare number, as old servers wrote it, is of epoch 0.
   *
   * @throws PravegaError `INVALID_ARGUMENT`
   */
  static parse(text: string): ScopedSegment {
    const [, scope, stream, number, epoch = '0', transaction] = SEGMENT_NAME.exec(text) ?? []
    if (scope === undefined || stream === undefined) {
      throw invalid(
        'segment name',
        text,
        'it does not have the form scope/stream/<number>.#epoch.<epoch>[#transaction.<32 hexadecimal digits>]',
        'Write it like "shop/orders/0.#epoch.0"',
      )
    }
    return new ScopedSegment(scope, stream, makeSegmentId(Number(number), Number(epoch)), transaction)
  }

  /** Number within the stream. */
  get number(): number {
    return segmentNumber(this.segmentId)
  }

  /** Epoch in which the segment was made. */
  get epoch(): number {
    return segmentEpoch(this.segmentId)
  }

  /** The stream, or what stands for a stream in the segments of a key-value table. */
  get scopedStream(): ScopedStream {
    return new ScopedStream(this.scope, this.stream)
  }

  /** The segment itself when this is the part of it that belongs to a transaction. */
  get parent(): ScopedSegment {
    return this.transactionId === undefined ? this : new ScopedSegment(this.scope, this.stream, this.segmentId)
  }

  /**
   * The part of this segment that belongs to a transaction.
   *
   * @throws PravegaError `INVALID_ARGUMENT`
   */
  inTransaction(transactionId: string): ScopedSegment {
    return new ScopedSegment(this.scope, this.stream, this.segmentId, transactionId)
  }

  /** Same stream, same id, same transaction. */
  equals(other: ScopedSegment): boolean {
    return (
      this.segmentId === other.segmentId &&
      this.stream === other.stream &&
      this.scope === other.scope &&
      this.transactionId === other.transactionId
    )
  }

  /** The name under which the segment stores know it. */
  toString(): string {
    const name = `${this.scope}/${this.stream}/${this.number}.#epoch.${this.epoch}`
    return this.transactionId === undefined ? name : `${name}#transaction.${uuidDigits(this.transactionId)}`
  }

  /** The name under which the segment stores know it. */
  toJSON(): string {
    return this.toString()
  }
}
