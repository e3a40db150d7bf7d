import { PravegaError } from '@pravega-ts/model'

/*
 * A record is one event:
 *
 *   int32 type = 0 | int32 length | payload
 */
const HEADER_BYTES = 8

/** Most bytes of a record's payload: no client writes larger ones. */
export const LARGEST_RECORD: number = 8 * 1024 * 1024

/** A record as it stands in the segment. */
export interface LogRecord {
  readonly startOffset: bigint
  /** Behind it. */
  readonly endOffset: bigint
  /** A view on what was received. */
  readonly payload: Uint8Array
}

/**
 * The bytes of a record whose payload are these pieces.
 *
 * @throws PravegaError `INVALID_ARGUMENT` above {@link LARGEST_RECORD}
 */
export function frameRecord(segment: unknown, pieces: readonly Uint8Array[]): Uint8Array {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
  if (length > LARGEST_RECORD) {
    throw new PravegaError(
      'INVALID_ARGUMENT',
      `A record of ${length} bytes for segment ${segment} is refused: it may have ${LARGEST_RECORD}. Write less at a time`,
      { details: { segment: String(segment), length, most: LARGEST_RECORD } },
    )
  }
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeInt32BE(length, 4)
  return Buffer.concat([header, ...pieces])
}

/** Finds the records in bytes that come in pieces of any size. */
export class RecordParser {
  readonly #segment: unknown
  /** Of the first byte that is not part of a record given out. */
  #offset: bigint
  #pieces: Uint8Array[] = []
  /** Where the record begins in the first piece. */
  #at = 0
  #held = 0

  constructor(segment: unknown, offset: bigint) {
    this.#segment = segment
    this.#offset = offset
  }

  /** Where the record begins that is not complete. */
  get offset(): bigint {
    return this.#offset
  }

  /** Bytes of it that are there. */
  get held(): number {
    return this.#held
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.#pieces.push(bytes)
    this.#held += bytes.length
  }

  /**
   * The next record; undefined: more bytes are needed.
   *
   * @throws PravegaError `CORRUPT_EVENT`
   */
  next(): LogRecord | undefined {
    if (this.#held < HEADER_BYTES) return undefined
    const header = this.#view(HEADER_BYTES)
    const type = header.readInt32BE(0)
    const length = header.readInt32BE(4)
    if (type !== 0 || length < 0 || length > LARGEST_RECORD) throw this.#corrupt(type, length)
    const total = HEADER_BYTES + length
    if (this.#held < total) return undefined
    const payload = this.#view(total).subarray(HEADER_BYTES)
    const startOffset = this.#offset
    this.#offset += BigInt(total)
    this.#at += total
    this.#held -= total
    if (this.#held === 0) {
      this.#pieces = []
      this.#at = 0
    }
    return { startOffset, endOffset: this.#offset, payload }
  }

  /** The next bytes in one piece; pieces are joined only when they all are there. */
  #view(length: number): Buffer {
    let first = this.#pieces[0] ?? new Uint8Array(0)
    if (first.length - this.#at < length) {
      const joined = Buffer.concat(this.#pieces)
      first = joined
      this.#pieces = [joined]
    }
    return Buffer.from(first.buffer, first.byteOffset + this.#at, length)
  }

  #corrupt(type: number, length: number): PravegaError {
    return new PravegaError(
      'CORRUPT_EVENT',
      `What stands at offset ${this.#offset} of segment ${this.#segment} is no record: type ${type}, length ${length}. ` +
        'Something else was written to the stream, or it was truncated inside of a record',
      { details: { segment: String(this.#segment), offset: this.#offset, type, length } },
    )
  }
}
