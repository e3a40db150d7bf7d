import { PravegaError, readModifiedUtf8 } from '@pravega-ts/model'
import { readUuid } from './uuid.ts'

/** Reads the fields of one payload in order. Every read beyond the end is a PROTOCOL_VIOLATION that names the field. */
export class Reader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #command: string
  #position = 0
  /** The field being read; only for messages. */
  field = ''

  constructor(payload: Uint8Array, command: string) {
    this.#bytes = payload
    this.#view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength)
    this.#command = command
  }

  get remaining(): number {
    return this.#bytes.length - this.#position
  }

  /** Moves over `size` bytes and returns where they start. */
  #take(size: number): number {
    const start = this.#position
    if (size > this.#bytes.length - start)
      throw this.violation(`needs ${size} bytes where ${this.#bytes.length - start} are left`)
    this.#position = start + size
    return start
  }

  violation(problem: string): PravegaError {
    const { field } = this
    return new PravegaError('PROTOCOL_VIOLATION', `malformed ${this.#command} from the peer: ${field} ${problem}`, {
      details: { command: this.#command, field, payloadBytes: this.#bytes.length },
    })
  }

  i8(): number {
    return this.#view.getInt8(this.#take(1))
  }

  i32(): number {
    return this.#view.getInt32(this.#take(4))
  }

  i64(): bigint {
    return this.#view.getBigInt64(this.#take(8))
  }

  uuid(): string {
    return readUuid(this.#bytes, this.#take(16))
  }

  utf(): string {
    const size = this.#view.getUint16(this.#take(2))
    const start = this.#take(size)
    const text = readModifiedUtf8(this.#bytes, start, start + size)
    if (text === undefined) throw this.violation('is not modified UTF-8')
    return text
  }

  /** An i32 that counts something: never negative. */
  count(): number {
    const count = this.i32()
    if (count < 0) throw this.violation(`has the negative length ${count}`)
    return count
  }

  /** The next `size` bytes, as a view. */
  view(size: number): Uint8Array {
    const start = this.#take(size)
    return this.#bytes.subarray(start, start + size)
  }

  /** All that is left, as a view. */
  rest(): Uint8Array {
    return this.view(this.remaining)
  }
}
