import { CompactReader, type CompactWriter, type KeyRange, ScopedSegment } from '@pravega-ts/model'
import type { Offsets, SegmentName } from '../state/reader-group-state.ts'
import type { Ranges } from '../state/updates.ts'
import { malformed } from './versioned.ts'

/*
 * boolean          1 byte, 0 = false
 * buffer           compactInt(length) bytes
 * list             compactInt(count) items
 * map              compactInt(count) { key value }        in any order
 * segment          text "scope/stream/number.#epoch.epoch"
 * range            float64(low) float64(high)             not known: both -1
 * offsets          map of segment to int64
 * ranges           map of segment to range
 * rangedOffsets    map of segment and range to int64
 */

const UNKNOWN_BOUND = -1

export function writeBoolean(out: CompactWriter, value: boolean): void {
  out.number(value ? 1n : 0n, 1)
}

export function readBoolean(data: CompactReader): boolean {
  return data.byte() !== 0
}

export function writeBuffer(out: CompactWriter, bytes: Uint8Array): void {
  out.int(bytes.length)
  out.bytes(bytes)
}

export function readBuffer(data: CompactReader): CompactReader {
  return new CompactReader(data.bytes(data.int()))
}

export function writeList<T>(out: CompactWriter, items: Iterable<T>, write: (item: T) => void): void {
  const all = [...items]
  out.int(all.length)
  for (const item of all) write(item)
}

export function readList<T>(data: CompactReader, read: () => T): T[] {
  const count = data.int()
  const items: T[] = []
  // The count is a claim: it ends with the bytes.
  for (let i = 0; i < count; i++) items.push(read())
  return items
}

export function writeMap<K, V>(
  out: CompactWriter,
  map: ReadonlyMap<K, V>,
  writeKey: (key: K) => void,
  writeValue: (value: V) => void,
): void {
  out.int(map.size)
  for (const [key, value] of map) {
    writeKey(key)
    writeValue(value)
  }
}

export function readMap<K, V>(data: CompactReader, readKey: () => K, readValue: () => V): Map<K, V> {
  return new Map(readList(data, () => [readKey(), readValue()] as const))
}

/** In the form of today, also when an old server has written only the number: that is epoch 0. */
export function readSegment(data: CompactReader): SegmentName {
  return ScopedSegment.parse(data.text()).toString()
}

export function writeRange(out: CompactWriter, range: KeyRange | undefined): void {
  out.float64(range?.low ?? UNKNOWN_BOUND)
  out.float64(range?.high ?? UNKNOWN_BOUND)
}

export function readRange(data: CompactReader): KeyRange | undefined {
  const low = data.float64()
  const high = data.float64()
  if (low < 0 || high < 0) return undefined
  if (!(low <= high && high < Number.POSITIVE_INFINITY)) throw malformed(`a key range is from ${low} to ${high}`)
  return { low, high }
}

export function writeOffsets(out: CompactWriter, offsets: Offsets): void {
  writeMap(
    out,
    offsets,
    segment => out.text(segment),
    offset => out.int64(offset),
  )
}

export function readOffsets(data: CompactReader): Offsets {
  return readMap(
    data,
    () => readSegment(data),
    () => data.int64(),
  )
}

export function writeRanges(out: CompactWriter, ranges: Ranges): void {
  writeMap(
    out,
    ranges,
    segment => out.text(segment),
    range => writeRange(out, range),
  )
}

export function readRanges(data: CompactReader): Ranges {
  return readMap(
    data,
    () => readSegment(data),
    () => readRange(data),
  )
}

export function writeRangedOffsets(out: CompactWriter, offsets: Offsets, ranges: Ranges): void {
  out.int(offsets.size)
  for (const [segment, offset] of offsets) {
    out.text(segment)
    writeRange(out, ranges.get(segment))
    out.int64(offset)
  }
}

export function readRangedOffsets(data: CompactReader): { readonly offsets: Offsets; readonly ranges: Ranges } {
  const offsets = new Map<SegmentName, bigint>()
  const ranges = new Map<SegmentName, KeyRange | undefined>()
  for (const [segment, range, offset] of readList(
    data,
    () => [readSegment(data), readRange(data), data.int64()] as const,
  )) {
    offsets.set(segment, offset)
    ranges.set(segment, range)
  }
  return { offsets, ranges }
}
