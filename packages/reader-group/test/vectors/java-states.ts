import type { KeyRange } from '@pravega-ts/model'
import {
  decodeInitial,
  decodeUpdate,
  isEndOfData,
  type ReaderGroupState,
  type ReaderGroupUpdate,
  relativeSizes,
} from '../../src/index.ts'

type JavaRange = readonly number[] | null

/** A segment as the vectors have it: its name, or name and key range, in the live log as a pair. */
export type JavaSegment =
  | string
  | { readonly segment: string; readonly range: JavaRange }
  | readonly [segment: string, range: JavaRange]

export type JavaOffsets = readonly (readonly [JavaSegment, string | number])[]

/** The state of a group as a Java member showed it. */
export interface JavaState {
  readonly assigned: readonly (readonly [string, JavaOffsets])[]
  readonly unassigned: JavaOffsets
  readonly future: readonly (readonly [JavaSegment, readonly string[]])[]
  readonly distanceToTail: readonly (readonly [string, string])[]
  readonly lastReadPosition: JavaOffsets
  readonly endSegments: JavaOffsets
  readonly checkpoints: readonly string[]
  readonly uncheckpointedHosts: readonly (readonly [string, readonly string[]])[]
  readonly checkpointPositions: readonly (readonly [string, JavaOffsets])[]
  readonly lastCheckpointPosition: JavaOffsets | null
  readonly isLastCheckpointPublished: boolean
  readonly updatingConfig: boolean
  readonly endOfData: boolean
  readonly relativeSizes: Readonly<Record<string, string>>
}

export function bytesOf(hex: string): Uint8Array {
  return Buffer.from(hex, 'hex')
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

export function nameOf(segment: JavaSegment): string {
  if (typeof segment === 'string') return segment
  return 'segment' in segment ? segment.segment : segment[0]
}

/** Ranges that are not known are there, as undefined. */
export function rangesOf(segments: readonly JavaSegment[]): Map<string, KeyRange | undefined> {
  return new Map(segments.map(segment => [nameOf(segment), rangeOf(segment)]))
}

function rangeOf(segment: JavaSegment): KeyRange | undefined {
  if (typeof segment === 'string') return undefined
  const [low, high] = ('segment' in segment ? segment.range : segment[1]) ?? []
  return low === undefined || high === undefined ? undefined : { low, high }
}

export function offsetsOf(offsets: JavaOffsets): Map<string, bigint> {
  return new Map(offsets.map(([segment, offset]) => [nameOf(segment), BigInt(offset)]))
}

/** What a record of the log holds: `int32 kind`, then one full state (1) or updates behind their lengths (2). */
export function updatesOf(record: Uint8Array): ReaderGroupUpdate[] {
  return piecesOf(record).map(({ full, bytes }) => (full ? decodeInitial(bytes) : decodeUpdate(bytes)))
}

export function piecesOf(record: Uint8Array): { readonly full: boolean; readonly bytes: Uint8Array }[] {
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength)
  if (view.getInt32(0) === 1) return [{ full: true, bytes: record.subarray(4) }]
  const pieces = []
  for (let at = 4; at < record.length; at += 4 + view.getInt32(at)) {
    pieces.push({ full: false, bytes: record.subarray(at + 4, at + 4 + view.getInt32(at)) })
  }
  return pieces
}

/** Without what depends on order only. */
export function expected(java: JavaState): unknown {
  return {
    assigned: new Map(java.assigned.map(([reader, owned]) => [reader, offsetsOf(owned)])),
    unassigned: offsetsOf(java.unassigned),
    future: new Map(java.future.map(([segment, ids]) => [nameOf(segment), new Set(ids.map(BigInt))])),
    lag: new Map(java.distanceToTail.map(([reader, lag]) => [reader, BigInt(lag)])),
    lastRead: offsetsOf(java.lastReadPosition),
    end: offsetsOf(java.endSegments),
    checkpoints: java.checkpoints,
    waiting: new Map(java.uncheckpointedHosts.map(([id, readers]) => [id, new Set(readers)])),
    positions: new Map(java.checkpointPositions.map(([id, offsets]) => [id, offsetsOf(offsets)])),
    last: java.lastCheckpointPosition === null ? undefined : offsetsOf(java.lastCheckpointPosition),
    published: java.isLastCheckpointPublished,
    updatingConfig: java.updatingConfig,
    endOfData: java.endOfData,
    sizes: new Map(Object.entries(java.relativeSizes).map(([reader, size]) => [reader, Number(size)])),
  }
}

/** Our state in the same shape. */
export function shown(state: ReaderGroupState): unknown {
  const { list, last, published } = state.checkpoints
  return {
    assigned: state.assigned,
    unassigned: state.unassigned,
    future: state.future,
    lag: state.lag,
    lastRead: state.lastRead,
    end: state.end,
    checkpoints: list.map(({ id }) => id),
    waiting: new Map(list.flatMap(({ id, waitingFor }) => (waitingFor.size > 0 ? [[id, waitingFor]] : []))),
    positions: new Map(list.flatMap(({ id, positions }) => (positions === undefined ? [] : [[id, positions]]))),
    last,
    published,
    updatingConfig: state.updatingConfig,
    endOfData: isEndOfData(state),
    sizes: relativeSizes(state),
  }
}
