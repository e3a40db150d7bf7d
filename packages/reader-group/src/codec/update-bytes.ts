import type { CompactReader, KeyRange } from '@pravega-ts/model'
import type { SegmentName } from '../state/reader-group-state.ts'
import type { Compact, Init, Ranges, ReaderGroupUpdate, UpdateOf } from '../state/updates.ts'
import {
  readBoolean,
  readList,
  readMap,
  readOffsets,
  readRangedOffsets,
  readRanges,
  readSegment,
  writeBoolean,
  writeList,
  writeMap,
  writeOffsets,
  writeRangedOffsets,
  writeRanges,
} from './fields.ts'
import { COMPACT_ID, decodeCompact, decodeInit, encodeCompact, encodeInit, INIT_ID } from './initial-bytes.ts'
import { decoding, malformed, multi, type Revisions, readMulti } from './versioned.ts'

/*
 * multi, by type id, revision 0 unless another one is named:
 *
 *    0 init                           initial-bytes.ts
 *    1 compact                        initial-bytes.ts
 *    2 addReader                      text(reader)
 *    3 removeReader                   text(reader) offsets
 *    4 releaseSegment                 text(reader) segment int64(offset)
 *    5 acquireSegment                 text(reader) segment
 *    6 updateDistanceToTail           text(reader) int64(lag); revision 1: rangedOffsets
 *    7 segmentCompleted               text(reader) segment map(successor to list(int64(predecessor id))); revision 1: ranges
 *    8 checkpointReader               text(checkpoint) text(reader) offsets
 *    9 createCheckpoint               text(checkpoint)
 *   10 clearCheckpointsBefore         text(checkpoint)
 *   11 updateCheckpointPublished      boolean
 *   12 updatingConfig                 boolean
 *   13 removeOutstandingCheckpoints   nothing
 */

export function encodeUpdate(update: ReaderGroupUpdate): Uint8Array {
  switch (update.type) {
    case 'init':
      return encodeInit(update)
    case 'compact':
      return encodeCompact(update)
    case 'addReader':
      return multi(2, out => out.text(update.reader))
    case 'removeReader':
      return multi(3, out => {
        out.text(update.reader)
        writeOffsets(out, update.offsets)
      })
    case 'releaseSegment':
      return multi(4, out => {
        out.text(update.reader)
        out.text(update.segment)
        out.int64(update.offset)
      })
    case 'acquireSegment':
      return multi(5, out => {
        out.text(update.reader)
        out.text(update.segment)
      })
    case 'updateDistanceToTail':
      return multi(
        6,
        out => {
          out.text(update.reader)
          out.int64(update.lag)
        },
        out => writeRangedOffsets(out, update.offsets, update.ranges),
      )
    case 'segmentCompleted':
      return encodeSegmentCompleted(update)
    case 'checkpointReader':
      return multi(8, out => {
        out.text(update.checkpoint)
        out.text(update.reader)
        writeOffsets(out, update.positions)
      })
    case 'createCheckpoint':
      return multi(9, out => out.text(update.checkpoint))
    case 'clearCheckpointsBefore':
      return multi(10, out => out.text(update.checkpoint))
    case 'updateCheckpointPublished':
      return multi(11, out => writeBoolean(out, update.published))
    case 'updatingConfig':
      return multi(12, out => writeBoolean(out, update.updating))
    case 'removeOutstandingCheckpoints':
      return multi(13, () => {})
  }
}

/** @throws PravegaError `CORRUPT_STATE` */
export function decodeUpdate(bytes: Uint8Array): ReaderGroupUpdate {
  return decoding('CORRUPT_STATE', 'An update of a reader group', bytes, readUpdate)
}

/** A first or compacted state: as an update, but of these two types only. */
export function encodeInitial(initial: Init | Compact): Uint8Array {
  return encodeUpdate(initial)
}

/**
 * Zero bytes behind it are ignored: Java members leave them there.
 *
 * @throws PravegaError `CORRUPT_STATE`
 */
export function decodeInitial(bytes: Uint8Array): Init | Compact {
  return decoding('CORRUPT_STATE', 'The full state of a reader group', bytes, data => {
    const update = readUpdate(data)
    if (update.type === 'init' || update.type === 'compact') return update
    throw malformed(`it is an update ${update.type}`)
  })
}

function readUpdate(data: CompactReader): ReaderGroupUpdate {
  const { typeId, readRevisions } = readMulti(data)
  const decode = DECODERS.get(typeId)
  if (decode === undefined) throw malformed(`its type is ${typeId}, only 0 to ${DECODERS.size - 1} are known`)
  return decode(readRevisions())
}

const DECODERS: ReadonlyMap<number, (revisions: Revisions) => ReaderGroupUpdate> = new Map<
  number,
  (revisions: Revisions) => ReaderGroupUpdate
>([
  [INIT_ID, decodeInit],
  [COMPACT_ID, decodeCompact],
  [2, ([data]) => ({ type: 'addReader', reader: data.text() })],
  [3, ([data]) => ({ type: 'removeReader', reader: data.text(), offsets: readOffsets(data) })],
  [4, ([data]) => ({ type: 'releaseSegment', reader: data.text(), segment: readSegment(data), offset: data.int64() })],
  [5, ([data]) => ({ type: 'acquireSegment', reader: data.text(), segment: readSegment(data) })],
  [
    6,
    ([data, positions]) => ({
      type: 'updateDistanceToTail',
      reader: data.text(),
      lag: data.int64(),
      ...(positions === undefined ? { offsets: new Map(), ranges: new Map() } : readRangedOffsets(positions)),
    }),
  ],
  [
    7,
    ([data, ranges]) => ({
      type: 'segmentCompleted',
      reader: data.text(),
      segment: readSegment(data),
      successors: readMap(
        data,
        () => readSegment(data),
        () => readList(data, () => data.int64()),
      ),
      ranges: ranges === undefined ? new Map() : readRanges(ranges),
    }),
  ],
  [
    8,
    ([data]) => ({
      type: 'checkpointReader',
      checkpoint: data.text(),
      reader: data.text(),
      positions: readOffsets(data),
    }),
  ],
  [9, ([data]) => ({ type: 'createCheckpoint', checkpoint: data.text() })],
  [10, ([data]) => ({ type: 'clearCheckpointsBefore', checkpoint: data.text() })],
  [11, ([data]) => ({ type: 'updateCheckpointPublished', published: readBoolean(data) })],
  [12, ([data]) => ({ type: 'updatingConfig', updating: readBoolean(data) })],
  [13, () => ({ type: 'removeOutstandingCheckpoints' })],
])

function encodeSegmentCompleted(update: UpdateOf<'segmentCompleted'>): Uint8Array {
  const { reader, segment, successors } = update
  return multi(
    7,
    out => {
      out.text(reader)
      out.text(segment)
      writeMap(
        out,
        successors,
        name => out.text(name),
        predecessors => writeList(out, predecessors, id => out.int64(id)),
      )
    },
    out => writeRanges(out, rangesOfAll(update.ranges, [segment, ...successors.keys()])),
  )
}

function rangesOfAll(ranges: Ranges, segments: readonly SegmentName[]): Ranges {
  const all = new Map<SegmentName, KeyRange | undefined>(ranges)
  for (const segment of segments) if (!all.has(segment)) all.set(segment, undefined)
  return all
}
