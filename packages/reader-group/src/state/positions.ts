import { ScopedSegment, ScopedStream, StreamCut } from '@pravega-ts/model'
import type { Offsets, ReaderGroupState, SegmentName } from './reader-group-state.ts'

/** Stands for the end of a segment, wherever that is. */
const READ_TO_THE_END = -1n

/** Stream cuts by stream, as `scope/stream`. */
export type StreamCuts = ReadonlyMap<string, StreamCut>

/** Positions of segments as one cut for each stream. */
export function cutsOf(positions: Iterable<readonly [SegmentName, bigint]>): StreamCuts {
  const byStream = new Map<string, [bigint, bigint][]>()
  for (const [name, offset] of positions) {
    const segment = ScopedSegment.parse(name)
    const stream = `${segment.scope}/${segment.stream}`
    const found = byStream.get(stream)
    if (found === undefined) byStream.set(stream, [[segment.segmentId, offset]])
    else found.push([segment.segmentId, offset])
  }
  const cuts = new Map<string, StreamCut>()
  for (const [stream, offsets] of byStream) cuts.set(stream, new StreamCut(ScopedStream.parse(stream), offsets))
  return cuts
}

/** Positions in segments of stream cuts; none for unbounded ones. */
export function positionsOf(cuts: Iterable<StreamCut>): Offsets {
  const positions = new Map<SegmentName, bigint>()
  for (const cut of cuts) {
    if (cut.isUnbounded) continue
    const { scope, stream } = cut.stream
    for (const [id, offset] of cut.positions) positions.set(String(new ScopedSegment(scope, stream, id)), offset)
  }
  return positions
}

/** Recorded offsets of all segments that are or can be read: of acquiring or of the last checkpoint, not of the present moment. */
export function recordedPositions(state: ReaderGroupState): Offsets {
  const positions = new Map(state.unassigned)
  for (const owned of state.assigned.values()) for (const [segment, offset] of owned) positions.set(segment, offset)
  return positions
}

/** The recorded positions as stream cuts. */
export function streamCutsOf(state: ReaderGroupState): StreamCuts {
  return cutsOf(recordedPositions(state))
}

/** Stream cuts of the last complete checkpoint that was not silent; undefined before the first one. */
export function lastCheckpointCuts(state: ReaderGroupState): StreamCuts | undefined {
  const { last } = state.checkpoints
  return last === undefined ? undefined : cutsOf(last)
}

/**
 * Where unread bytes are counted from: where a segment that nobody reads will be read on; for one with an owner, what is recorded or
 * what readers have told of their reading, whichever is further. Java counts from the last checkpoint, and so counts what was read
 * and handed over since as unread.
 */
export function unreadPositions(state: ReaderGroupState): Offsets {
  const positions = new Map(state.unassigned)
  for (const owned of state.assigned.values()) {
    for (const [segment, recorded] of owned) {
      const told = state.lastRead.get(segment) ?? recorded
      positions.set(segment, recorded !== READ_TO_THE_END && told > recorded ? told : recorded)
    }
  }
  return positions
}

/** Whether everything up to the ends is read: no segment is left, or is still to come. */
export function isEndOfData(state: ReaderGroupState): boolean {
  if (state.future.size > 0 || state.unassigned.size > 0) return false
  for (const owned of state.assigned.values()) if (owned.size > 0) return false
  return true
}
