import { crc32 } from 'node:zlib'
import type { AttributeChange } from '../../segment-storage.ts'

// File:   8 magic, u32 format, u32 crc of the rest, u64 number of the segment, u64 offset of the first byte
// Frame:  u32 crc of the rest, u32 bytes behind the head, u64 offset of the first byte of data, u48 time in milliseconds, u8 flags,
//         u8 number of attribute changes; [u64 number of the source, if it is of a merge]; changes, 24 bytes each; data
// All numbers are big-endian and without sign, but for the values of attributes.

export const FILE_HEADER_BYTES = 32
export const FRAME_HEAD_BYTES = 24
/** Longer appends take several frames. */
export const MAX_FRAME_DATA_BYTES: number = 128 * 1024
export const MAX_FRAME_CHANGES = 255

const FILE_FORMAT = 1
const MAGIC = Buffer.from('pravegaD', 'latin1')
const CHANGE_BYTES = 24
const SOURCE_BYTES = 8
const MAX_BODY_BYTES = SOURCE_BYTES + MAX_FRAME_CHANGES * CHANGE_BYTES + MAX_FRAME_DATA_BYTES
const MORE_FOLLOWS = 1
const MERGED = 2
const UINT32 = 2 ** 32

/** The beginning of a data file. */
export interface FileHeader {
  /** Number of the segment that the file was made for. */
  readonly segment: number
  /** Offset in that segment of the first byte of data. */
  readonly offset: number
}

/** What a frame says of its data. */
export interface FrameHead {
  /** Offset of the first byte of data in the segment that the frame was written for. */
  readonly offset: number
  /** Unix time in milliseconds. */
  readonly time: number
  /** The frames up to the first one that does not say so are one change. */
  readonly moreFollows: boolean
  /** Number of the segment whose bytes were merged; undefined for an append. */
  readonly source: number | undefined
  /** At most {@link MAX_FRAME_CHANGES}. */
  readonly changes: readonly AttributeChange[]
}

/** A frame that was found in a file. */
export interface Frame extends FrameHead {
  /** A view. */
  readonly data: Buffer
}

/** Sizes of a frame, as its head gives them; not checked. */
export interface FrameExtent {
  readonly offset: number
  readonly dataBytes: number
  /** With the head. */
  readonly frameBytes: number
}

export function encodeFileHeader({ segment, offset }: FileHeader): Buffer {
  const bytes = Buffer.alloc(FILE_HEADER_BYTES)
  bytes.set(MAGIC)
  bytes.writeUInt32BE(FILE_FORMAT, 8)
  writeUint64(bytes, segment, 16)
  writeUint64(bytes, offset, 24)
  bytes.writeUInt32BE(crc32(bytes.subarray(16)), 12)
  return bytes
}

/** Undefined when the bytes are not the beginning of a data file of this format. */
export function decodeFileHeader(bytes: Buffer): FileHeader | undefined {
  if (bytes.byteLength < FILE_HEADER_BYTES || !bytes.subarray(0, 8).equals(MAGIC)) return undefined
  if (bytes.readUInt32BE(8) !== FILE_FORMAT) return undefined
  if (bytes.readUInt32BE(12) !== crc32(bytes.subarray(16, FILE_HEADER_BYTES))) return undefined
  return { segment: readUint64(bytes, 16), offset: readUint64(bytes, 24) }
}

/** Bytes of a frame in front of its data. */
export function frameHeadBytes(changes: number, merged: boolean): number {
  return FRAME_HEAD_BYTES + (merged ? SOURCE_BYTES : 0) + changes * CHANGE_BYTES
}

/**
 * Writes what is in front of the data, but for the checksum, which {@link sealFrame} adds.
 * @returns where the data begin
 */
export function writeFrameHead(into: Buffer, at: number, head: FrameHead, dataBytes: number): number {
  const start = at + frameHeadBytes(head.changes.length, head.source !== undefined)
  into.writeUInt32BE(start - at - FRAME_HEAD_BYTES + dataBytes, at + 4)
  writeUint64(into, head.offset, at + 8)
  into.writeUIntBE(head.time, at + 16, 6)
  into[at + 22] = (head.moreFollows ? MORE_FOLLOWS : 0) | (head.source === undefined ? 0 : MERGED)
  into[at + 23] = head.changes.length
  let position = at + FRAME_HEAD_BYTES
  if (head.source !== undefined) {
    writeUint64(into, head.source, position)
    position += SOURCE_BYTES
  }
  for (const { id, value } of head.changes) {
    into.write(id.replaceAll('-', ''), position, 16, 'hex')
    into.writeBigInt64BE(value, position + 16)
    position += CHANGE_BYTES
  }
  return start
}

/**
 * Puts the checksum in front of a frame.
 * @param end where what lies in `into` ends: the data, or if they follow in `data`, what is in front of them
 */
export function sealFrame(into: Buffer, at: number, end: number, data: readonly Uint8Array[] = []): void {
  putSum(into, at, sumOf(into, at, end, data))
}

/** The checksum of a frame, or of as much of it as is given. See {@link sealFrame} for the arguments. */
export function sumOf(into: Buffer, at: number, end: number, data: readonly Uint8Array[]): number {
  return sumOn(crc32(into.subarray(at + 4, end)), data)
}

/** The checksum of what has the checksum `sum`, with `data` behind it. */
export function sumOn(sum: number, data: readonly Uint8Array[]): number {
  return data.reduce((before, part) => crc32(part, before), sum)
}

/** Puts a checksum that was made elsewhere in front of a frame. */
export function putSum(into: Buffer, at: number, sum: number): void {
  into.writeUInt32BE(sum, at)
}

/** What the head at `at` says, if there is a whole one that is possible. */
export function peekFrame(bytes: Buffer, at: number): FrameExtent | undefined {
  if (bytes.byteLength - at < FRAME_HEAD_BYTES) return undefined
  const bodyBytes = bytes.readUInt32BE(at + 4)
  const flags = bytes[at + 22] as number
  const front = ((flags & MERGED) === 0 ? 0 : SOURCE_BYTES) + (bytes[at + 23] as number) * CHANGE_BYTES
  if (bodyBytes > MAX_BODY_BYTES || bodyBytes < front || bodyBytes - front > MAX_FRAME_DATA_BYTES) return undefined
  return { offset: readUint64(bytes, at + 8), dataBytes: bodyBytes - front, frameBytes: FRAME_HEAD_BYTES + bodyBytes }
}

/** Whether the frame, all of which is in `bytes`, is as it was written. */
export function isIntact(bytes: Buffer, at: number, { frameBytes }: FrameExtent): boolean {
  return crc32(bytes.subarray(at + 4, at + frameBytes)) === bytes.readUInt32BE(at)
}

/** The frame at `at`, if there is a whole one as it was written. */
export function decodeFrame(bytes: Buffer, at: number): (Frame & FrameExtent) | undefined {
  const extent = peekFrame(bytes, at)
  if (extent === undefined || bytes.byteLength - at < extent.frameBytes || !isIntact(bytes, at, extent))
    return undefined
  const flags = bytes[at + 22] as number
  let position = at + FRAME_HEAD_BYTES
  let source: number | undefined
  if ((flags & MERGED) !== 0) {
    source = readUint64(bytes, position)
    position += SOURCE_BYTES
  }
  const changes = Array.from({ length: bytes[at + 23] as number }, (_, index) => {
    const place = position + index * CHANGE_BYTES
    return { id: uuid(bytes.toString('hex', place, place + 16)), value: bytes.readBigInt64BE(place + 16) }
  })
  const end = at + extent.frameBytes
  return {
    ...extent,
    time: bytes.readUIntBE(at + 16, 6),
    moreFollows: (flags & MORE_FOLLOWS) !== 0,
    source,
    changes,
    data: bytes.subarray(end - extent.dataBytes, end),
  }
}

export function uuid(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** Exact up to 2^53. */
export function writeUint64(into: Buffer, value: number, at: number): void {
  const high = Math.floor(value / UINT32)
  into.writeUInt32BE(high, at)
  into.writeUInt32BE(value - high * UINT32, at + 4)
}

/** Exact up to 2^53. */
export function readUint64(from: Buffer, at: number): number {
  return from.readUInt32BE(at) * UINT32 + from.readUInt32BE(at + 4)
}
