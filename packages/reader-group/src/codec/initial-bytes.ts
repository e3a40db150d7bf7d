import type { CompactReader, KeyRange } from '@pravega-ts/model'
import type { ReaderGroupState, SegmentName } from '../state/reader-group-state.ts'
import type { Compact, Init, Ranges } from '../state/updates.ts'
import { decodeCheckpoints, encodeCheckpoints } from './checkpoints-bytes.ts'
import {
  readBoolean,
  readBuffer,
  readList,
  readMap,
  readOffsets,
  readRangedOffsets,
  readRanges,
  readSegment,
  writeBoolean,
  writeBuffer,
  writeList,
  writeMap,
  writeOffsets,
  writeRangedOffsets,
  writeRanges,
} from './fields.ts'
import { decodeGroupConfig, encodeGroupConfig } from './group-config-bytes.ts'
import { multi, type Revisions } from './versioned.ts'

/*
 * init:    revision 0: buffer(config) offsets(starts) offsets(ends)
 *          revision 1: rangedOffsets(starts), instead of those before
 *          revision 2: boolean(updating config)
 *
 * compact: revision 0: buffer(config) buffer(checkpoints) map(reader to int64(lag)) map(segment to list(int64(predecessor id)))
 *                      map(reader to offsets(assigned)) offsets(unassigned) offsets(ends)
 *          revision 1: offsets(last read) ranges
 *          revision 2: boolean(updating config)
 */

export const INIT_ID = 0
export const COMPACT_ID = 1

const NO_RANGES: Ranges = new Map()

export function encodeInit({ config, starts, ends, ranges, updatingConfig }: Init): Uint8Array {
  return multi(
    INIT_ID,
    out => {
      writeBuffer(out, encodeGroupConfig(config))
      writeOffsets(out, starts)
      writeOffsets(out, ends)
    },
    out => writeRangedOffsets(out, starts, ranges),
    out => writeBoolean(out, updatingConfig),
  )
}

export function decodeInit([basics, ranged, updating]: Revisions): Init {
  const config = decodeGroupConfig(readBuffer(basics))
  const starts = readOffsets(basics)
  const ends = readOffsets(basics)
  const { offsets, ranges } = ranged === undefined ? { offsets: starts, ranges: NO_RANGES } : readRangedOffsets(ranged)
  const updatingConfig = updating === undefined ? false : readBoolean(updating)
  return { type: 'init', config, starts: offsets, ends, ranges, updatingConfig }
}

export function encodeCompact({ state }: Compact): Uint8Array {
  return multi(
    COMPACT_ID,
    out => {
      writeBuffer(out, encodeGroupConfig(state.config))
      writeBuffer(out, encodeCheckpoints(state.checkpoints))
      writeMap(
        out,
        state.lag,
        reader => out.text(reader),
        lag => out.int64(lag),
      )
      writeMap(
        out,
        state.future,
        segment => out.text(segment),
        predecessors => writeList(out, predecessors, id => out.int64(id)),
      )
      writeMap(
        out,
        state.assigned,
        reader => out.text(reader),
        owned => writeOffsets(out, owned),
      )
      writeOffsets(out, state.unassigned)
      writeOffsets(out, state.end)
    },
    out => {
      writeOffsets(out, state.lastRead)
      writeRanges(out, allRanges(state))
    },
    out => writeBoolean(out, state.updatingConfig),
  )
}

export function decodeCompact([basics, reading, updating]: Revisions): Compact {
  const config = decodeGroupConfig(readBuffer(basics))
  const checkpoints = decodeCheckpoints(readBuffer(basics))
  const reader = (): string => basics.text()
  const segment = (): SegmentName => readSegment(basics)
  const lag = readMap(basics, reader, () => basics.int64())
  const future = readMap(basics, segment, () => new Set(readList(basics, () => basics.int64())))
  const assigned = readMap(basics, reader, () => readOffsets(basics))
  const unassigned = readOffsets(basics)
  const end = readOffsets(basics)
  return {
    type: 'compact',
    state: {
      config,
      checkpoints,
      lag,
      future,
      assigned,
      unassigned,
      end,
      lastRead: reading === undefined ? new Map() : readOffsets(reading),
      ranges: reading === undefined ? new Map() : readKnownRanges(reading),
      updatingConfig: updating === undefined ? false : readBoolean(updating),
    },
  }
}

/** Java members look for the range of each segment. */
function allRanges({ ranges, future, assigned, unassigned, lastRead }: ReaderGroupState): Ranges {
  const all = new Map<SegmentName, KeyRange | undefined>(ranges)
  const add = (segments: Iterable<SegmentName>): void => {
    for (const segment of segments) if (!all.has(segment)) all.set(segment, undefined)
  }
  add(future.keys())
  for (const owned of assigned.values()) add(owned.keys())
  add(unassigned.keys())
  add(lastRead.keys())
  return all
}

function readKnownRanges(data: CompactReader): ReadonlyMap<SegmentName, KeyRange> {
  const known = new Map<SegmentName, KeyRange>()
  for (const [segment, range] of readRanges(data)) if (range !== undefined) known.set(segment, range)
  return known
}
