import { modifiedUtf8Length, PravegaError, writeModifiedUtf8 } from '@pravega-ts/model'
import { FRAME_HEADER_BYTES, MAX_FRAME_BYTES } from '../limits.ts'
import { writeUuid } from './uuid.ts'

const FIRST_CAPACITY = 256
const MAX_UTF_BYTES = 65_535
const I64_MIN = -(2n ** 63n)
const I64_MAX = 2n ** 63n - 1n

/**
 * Collects the bytes of one frame, behind room for its header. Values that do not fit their field are refused with an INVALID_ARGUMENT that names
 * it. Byte fields of at least `shareAbove` bytes are not copied but become chunks of their own.
 */
export class Writer {
  readonly #command: string
  readonly #shareAbove: number
  readonly #chunks: Uint8Array[] = []
  #finished = 0
  #bytes: Buffer = Buffer.allocUnsafe(FIRST_CAPACITY)
  #start = 0
  #position = FRAME_HEADER_BYTES
  /** The field being written; only for messages. */
  field = ''

  constructor(command: string, shareAbove: number = Number.POSITIVE_INFINITY) {
    this.#command = command
    this.#shareAbove = shareAbove
  }

  /** Bytes of the frame so far, its header included. */
  get length(): number {
    return this.#finished + this.#position - this.#start
  }

  /** Makes room for `size` bytes and returns where they go. */
  #reserve(size: number): number {
    const at = this.#position
    if (at + size > this.#bytes.length) {
      const used = at - this.#start
      const grown = Buffer.allocUnsafe(Math.max(2 * used, used + size + FIRST_CAPACITY))
      this.#bytes.copy(grown, 0, this.#start, at)
      this.#bytes = grown
      this.#start = 0
      this.#position = used + size
      return used
    }
    this.#position = at + size
    return at
  }

  #refuse(value: unknown, rule: string): PravegaError {
    const shown = typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : String(value)
    return new PravegaError('INVALID_ARGUMENT', `${this.#command}.${this.field} is ${shown}; it must be ${rule}`, {
      details: { command: this.#command, field: this.field },
    })
  }

  i8(value: number): void {
    if (!Number.isInteger(value) || value < -128 || value > 127)
      throw this.#refuse(value, 'an integer from -128 to 127')
    const at = this.#reserve(1)
    this.#bytes.writeInt8(value, at)
  }

  i32(value: number): void {
    if ((value | 0) !== value) throw this.#refuse(value, 'a 32-bit signed integer')
    const at = this.#reserve(4)
    this.#bytes.writeInt32BE(value, at)
  }

  i64(value: bigint): void {
    if (typeof value !== 'bigint' || value < I64_MIN || value > I64_MAX)
      throw this.#refuse(value, 'a bigint that fits in 64 bits, signed')
    const at = this.#reserve(8)
    this.#bytes.writeBigInt64BE(value, at)
  }

  bool(value: boolean): void {
    if (typeof value !== 'boolean') throw this.#refuse(value, 'true or false')
    const at = this.#reserve(1)
    this.#bytes[at] = value ? 1 : 0
  }

  uuid(value: string): void {
    const at = this.#reserve(16)
    if (!writeUuid(this.#bytes, at, value))
      throw this.#refuse(value, 'a UUID like 01234567-89ab-cdef-fedc-ba9876543210')
  }

  utf(value: string): void {
    if (typeof value !== 'string') throw this.#refuse(value, 'a string')
    const size = modifiedUtf8Length(value)
    if (size > MAX_UTF_BYTES) throw this.#refuse(value, `at most ${MAX_UTF_BYTES} bytes in modified UTF-8, not ${size}`)
    const at = this.#reserve(2 + size)
    this.#bytes.writeUInt16BE(size, at)
    writeModifiedUtf8(this.#bytes, at + 2, value)
  }

  /** Bytes as they are; the caller writes their length. */
  raw(value: Uint8Array): void {
    this.assertBytes(value)
    if (value.length >= this.#shareAbove) {
      this.#chunks.push(this.#bytes.subarray(this.#start, this.#position), value)
      this.#finished = this.length + value.length
      this.#start = this.#position
      return
    }
    const at = this.#reserve(value.length)
    this.#bytes.set(value, at)
  }

  assertBytes(value: Uint8Array): void {
    if (!(value instanceof Uint8Array)) throw this.#refuse(value, 'a Uint8Array')
  }

  assertRecord(value: object): void {
    if (typeof value !== 'object' || value === null) throw this.#refuse(value, 'an object with all fields')
  }

  assertList(value: readonly unknown[]): void {
    if (!Array.isArray(value)) throw this.#refuse(value, 'an array')
  }

  /** Bytes that are all zero. */
  zeros(count: number): void {
    if ((count | 0) !== count || count < 0) throw this.#refuse(count, 'a count of bytes')
    const at = this.#reserve(count)
    this.#bytes.fill(0, at, at + count)
  }

  /** The frame as one piece; for a writer that shares nothing. */
  finish(type: number): Uint8Array {
    const frame = this.#bytes.subarray(this.#start, this.#position)
    this.#writeHeader(frame, type)
    return frame
  }

  /** The frame in pieces. */
  finishChunks(type: number): readonly Uint8Array[] {
    if (this.#position > this.#start) this.#chunks.push(this.#bytes.subarray(this.#start, this.#position))
    this.#writeHeader(this.#chunks[0] as Buffer, type)
    return this.#chunks
  }

  #writeHeader(first: Buffer, type: number): void {
    const length = this.length - FRAME_HEADER_BYTES
    if (length > MAX_FRAME_BYTES)
      throw new PravegaError(
        'INVALID_ARGUMENT',
        `${this.#command} of ${length} bytes does not fit into a frame of ${MAX_FRAME_BYTES} bytes; split its data`,
        { details: { command: this.#command, bytes: length } },
      )
    first.writeInt32BE(type, 0)
    first.writeInt32BE(length, 4)
  }
}
