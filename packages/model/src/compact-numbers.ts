import { LARGEST_INT64 } from './int64.ts'
import { modifiedUtf8Length, readModifiedUtf8, writeModifiedUtf8 } from './modified-utf8.ts'
import { invalid } from './refuse.ts'

/*
 * The elements of Java's byte forms. Numbers whose first bits say how long they are, big endian:
 *
 *   compact int          0 = 1 byte, 10 = 2, 11 = 4                                    0 to 2^30-1
 *   compact long         00 = 1 byte, 01 = 2, 10 = 4, 11 = 8                           0 to 2^62-1
 *   compact signed long  first bit 1 = negative v kept as -v-1, then as compact long   -2^61 to 2^61-1
 *   text                 modified UTF-8 behind its length in 2 bytes
 */

const LARGEST_TEXT_BYTES = 0xffff

/** Writes the elements of Java's byte forms one behind the other. What does not fit an element is an INVALID_ARGUMENT. */
export class CompactWriter {
  private buffer: Buffer = Buffer.allocUnsafe(64)
  private length = 0

  /** Compact int. */
  int(value: number): void {
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** 30) throw tooLarge(value, '0 to 2^30-1')
    if (value < 0x80) this.number(BigInt(value), 1)
    else if (value < 0x4000) this.number(BigInt(value) | 0x8000n, 2)
    else this.number(BigInt(value) | 0xc000_0000n, 4)
  }

  /** Compact long. */
  long(value: bigint): void {
    if (value < 0n || value >= 1n << 62n) throw tooLarge(value, '0 to 2^62-1')
    this.withLength(value, 0n, 62n)
  }

  /** Compact signed long. */
  signedLong(value: bigint): void {
    if (value < -(1n << 61n) || value >= 1n << 61n) throw tooLarge(value, '-2^61 to 2^61-1')
    if (value < 0n) this.withLength(-value - 1n, 1n, 61n)
    else this.withLength(value, 0n, 61n)
  }

  /** Text of ASCII characters only, behind its length in 2 bytes. */
  ascii(text: string): void {
    this.number(BigInt(text.length), 2)
    this.reserve(text.length)
    this.length += this.buffer.write(text, this.length, 'latin1')
  }

  /** Text of any characters, behind its length in 2 bytes. */
  text(text: string): void {
    const length = modifiedUtf8Length(text)
    if (length > LARGEST_TEXT_BYTES) {
      throw invalid(
        'text in a byte form',
        text,
        `it takes ${length} bytes of at most ${LARGEST_TEXT_BYTES}`,
        'Shorten it',
      )
    }
    this.number(BigInt(length), 2)
    this.reserve(length)
    writeModifiedUtf8(this.buffer, this.length, text)
    this.length += length
  }

  /** All 64 bits of a signed number. */
  int64(value: bigint): void {
    if (value < -LARGEST_INT64 - 1n || value > LARGEST_INT64) throw tooLarge(value, '-2^63 to 2^63-1')
    this.number(value, 8)
  }

  float64(value: number): void {
    this.reserve(8)
    this.length = this.buffer.writeDoubleBE(value, this.length)
  }

  bytes(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.buffer.set(bytes, this.length)
    this.length += bytes.length
  }

  /** As many low bytes of a number, as they are. */
  number(value: bigint, bytes: 1 | 2 | 4 | 8): void {
    this.reserve(bytes)
    for (let i = bytes - 1; i >= 0; i--) {
      this.buffer[this.length + i] = Number(value & 0xffn)
      value >>= 8n
    }
    this.length += bytes
  }

  /** What was written, without copying it: write no more. */
  finish(): Uint8Array {
    return this.buffer.subarray(0, this.length)
  }

  private withLength(value: bigint, sign: bigint, bits: bigint): void {
    const spare = bits - 56n
    const step = value < 1n << spare ? 0n : value < 1n << (spare + 8n) ? 1n : value < 1n << (spare + 24n) ? 2n : 3n
    const bytes = ([1, 2, 4, 8] as const)[Number(step)] ?? 8
    const prefix = (sign << 2n) | step
    this.number((prefix << (BigInt(bytes * 8) - 8n + spare)) | value, bytes)
  }

  private reserve(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + bytes))
    this.buffer.copy(larger, 0, 0, this.length)
    this.buffer = larger
  }
}

/** Reads what {@link CompactWriter} writes; running off the end is an INVALID_ARGUMENT. */
export class CompactReader {
  private readonly buffer: Buffer
  private offset = 0

  constructor(bytes: Uint8Array) {
    this.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Bytes that are left. */
  get remaining(): number {
    return this.buffer.length - this.offset
  }

  byte(): number {
    return this.buffer.readUInt8(this.take(1))
  }

  int32(): number {
    return this.buffer.readInt32BE(this.take(4))
  }

  /** Compact int. */
  int(): number {
    const first = this.peek()
    if (first < 0x80) return this.byte()
    if (first < 0xc0) return this.buffer.readUInt16BE(this.take(2)) & 0x3fff
    return this.buffer.readUInt32BE(this.take(4)) & 0x3fff_ffff
  }

  int64(): bigint {
    return this.buffer.readBigInt64BE(this.take(8))
  }

  float64(): number {
    return this.buffer.readDoubleBE(this.take(8))
  }

  /** Compact long. */
  long(): bigint {
    const step = this.peek() >> 6
    return this.masked(step, 2n)
  }

  /** Compact signed long. */
  signedLong(): bigint {
    const first = this.peek()
    const value = this.masked((first >> 5) & 3, 3n)
    return first >= 0x80 ? -value - 1n : value
  }

  /** Text of any characters, behind its length in 2 bytes. */
  text(): string {
    const length = this.buffer.readUInt16BE(this.take(2))
    const start = this.take(length)
    const text = readModifiedUtf8(this.buffer, start, start + length)
    if (text !== undefined) return text
    throw this.refused(`at byte ${start} there is text that is not modified UTF-8`)
  }

  /** Text of ASCII characters only, behind its length in 2 bytes. */
  ascii(): string {
    const length = this.buffer.readUInt16BE(this.take(2))
    const start = this.take(length)
    return this.buffer.toString('latin1', start, start + length)
  }

  /** The next bytes, as a view. */
  bytes(length: number): Uint8Array {
    const start = this.take(length)
    return this.buffer.subarray(start, start + length)
  }

  private peek(): number {
    const start = this.take(1)
    this.offset = start
    return this.buffer.readUInt8(start)
  }

  private masked(step: number, prefixBits: bigint): bigint {
    const bytes = 1 << step
    const start = this.take(bytes)
    let value = 0n
    for (let i = 0; i < bytes; i++) value = (value << 8n) | BigInt(this.buffer.readUInt8(start + i))
    return BigInt.asUintN(bytes * 8 - Number(prefixBits), value)
  }

  private take(length: number): number {
    const start = this.offset
    if (length < 0 || length > this.remaining) {
      throw this.refused(`at byte ${start} there should be ${length} more`)
    }
    this.offset += length
    return start
  }

  private refused(rule: string): Error {
    return invalid('byte form', `${this.buffer.length} bytes`, rule, 'Give all bytes that were stored, as they were')
  }
}

function tooLarge(value: bigint | number, range: string): Error {
  return invalid(
    'number in a byte form',
    value,
    `the byte form holds ${range}`,
    'Use the text form, which holds all 64-bit numbers',
  )
}
