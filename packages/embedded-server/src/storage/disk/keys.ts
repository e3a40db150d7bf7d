import type { KeptFile } from './files/data-file.ts'
import { readUint64, uuid, writeUint64 } from './frames/frame-codec.ts'
import { FrameIndex } from './frames/frame-index.ts'
import type { KeyChange, KeyRange } from './key-values.ts'

// 0x00 'c': closed, all records say what there is. 0x00 'f': format. 0x00 'n': numbers below are taken. 0x00 's': nothing.
// 0x01 segment: record. 0x02 segment attribute: value. 0x03 file: where it belongs, what is in it.

const META = 0x00
const SEGMENT = 0x01
const ATTRIBUTE = 0x02
const FILE = 0x03
const NUMBER_BYTES = 8
const ID_BYTES = 16
const SEALED = 1
const RECORD_VERSION = 1
const RECORD_FRONT_BYTES = 42

export const CLOSED_KEY: Uint8Array = Buffer.of(META, 0x63)
export const FORMAT_KEY: Uint8Array = Buffer.of(META, 0x66)
export const NUMBERS_KEY: Uint8Array = Buffer.of(META, 0x6e)
export const ALL_SEGMENTS: KeyRange = rangeOf(SEGMENT)
export const ALL_ATTRIBUTES: KeyRange = rangeOf(ATTRIBUTE)
export const ALL_FILES: KeyRange = rangeOf(FILE)
export const ALL_KEYS: KeyRange = { from: Buffer.of(0x00), to: Buffer.of(0xff) }

/** What the keys say of a segment, as of its last record. */
export interface SegmentRecord {
  readonly name: string
  readonly number: number
  readonly isSealed: boolean
  /** Unix time in milliseconds. */
  readonly lastModified: number
  readonly startOffset: number
  readonly length: number
  /** Number of the file that is appended to; 0 for none. */
  readonly openFile: number
  /** How much of that file the record knows, in bytes. */
  readonly position: number
}

export function segmentKey(number: number): Uint8Array {
  return numbered(SEGMENT, number, 0)
}

/** @param id canonical UUID */
export function attributeKey(number: number, id: string): Uint8Array {
  const key = numbered(ATTRIBUTE, number, ID_BYTES)
  key.write(id.replaceAll('-', ''), 1 + NUMBER_BYTES, ID_BYTES, 'hex')
  return key
}

export function fileKey(number: number): Uint8Array {
  return numbered(FILE, number, 0)
}

export function decodeAttributeKey(key: Uint8Array): { readonly segment: number; readonly id: string } {
  const bytes = bufferOf(key)
  return { segment: readUint64(bytes, 1), id: uuid(bytes.toString('hex', 1 + NUMBER_BYTES)) }
}

export function encodeNumber(value: number): Uint8Array {
  const bytes = Buffer.alloc(NUMBER_BYTES)
  writeUint64(bytes, value, 0)
  return bytes
}

export function decodeNumber(bytes: Uint8Array): number {
  return readUint64(bufferOf(bytes), 0)
}

export function encodeAttribute(value: bigint): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(value)
  return bytes
}

export function decodeAttribute(bytes: Uint8Array): bigint {
  return bufferOf(bytes).readBigInt64BE(0)
}

export function encodeSegmentRecord(record: SegmentRecord): Uint8Array {
  const bytes = Buffer.alloc(RECORD_FRONT_BYTES + Buffer.byteLength(record.name))
  bytes[0] = RECORD_VERSION
  bytes[1] = record.isSealed ? SEALED : 0
  let at = 2
  const { lastModified, startOffset, length, openFile, position } = record
  for (const value of [lastModified, startOffset, length, openFile, position]) {
    writeUint64(bytes, value, at)
    at += NUMBER_BYTES
  }
  bytes.write(record.name, RECORD_FRONT_BYTES)
  return bytes
}

export function decodeSegmentRecord(key: Uint8Array, value: Uint8Array): SegmentRecord {
  const bytes = bufferOf(value)
  return {
    name: bytes.toString('utf8', RECORD_FRONT_BYTES),
    number: readUint64(bufferOf(key), 1),
    isSealed: ((bytes[1] as number) & SEALED) !== 0,
    lastModified: readUint64(bytes, 2),
    startOffset: readUint64(bytes, 10),
    length: readUint64(bytes, 18),
    openFile: readUint64(bytes, 26),
    position: readUint64(bytes, 34),
  }
}

/** @param segment number of the segment that the file belongs to now */
export function encodeFile(segment: number, file: KeptFile): Uint8Array {
  const front = Buffer.alloc(6 * NUMBER_BYTES)
  let at = 0
  for (const value of [segment, file.madeFor, file.base, file.frameBase, file.size, file.dataBytes]) {
    writeUint64(front, value, at)
    at += NUMBER_BYTES
  }
  return Buffer.concat([front, file.index.encode()])
}

export function decodeFile(key: Uint8Array, value: Uint8Array): { readonly segment: number; readonly file: KeptFile } {
  const bytes = bufferOf(value)
  const file: KeptFile = {
    number: readUint64(bufferOf(key), 1),
    madeFor: readUint64(bytes, 8),
    base: readUint64(bytes, 16),
    frameBase: readUint64(bytes, 24),
    size: readUint64(bytes, 32),
    dataBytes: readUint64(bytes, 40),
    index: FrameIndex.decode(bytes.subarray(48)),
  }
  return { segment: readUint64(bytes, 0), file }
}

/** A change that changes nothing; written to make what was written before it durable. */
export function writeMarker(): KeyChange {
  return { key: Buffer.of(META, 0x73), value: Buffer.alloc(0) }
}

function numbered(prefix: number, number: number, more: number): Buffer {
  const key = Buffer.alloc(1 + NUMBER_BYTES + more)
  key[0] = prefix
  writeUint64(key, number, 1)
  return key
}

function rangeOf(prefix: number): KeyRange {
  return { from: Buffer.of(prefix), to: Buffer.of(prefix + 1) }
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
