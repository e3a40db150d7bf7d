import { segmentEpoch } from '@pravega-ts/model'
import { findSegment, overlap } from '../domain/epochs.ts'
import type { Cut, EpochRecord } from '../domain/stream-record.ts'
import { type ControllerContext, existingStream, streamKey } from './context.ts'
import { unknown } from './refusal.ts'

export type NoteTimestampResult = 'SUCCESS' | 'INVALID_TIME' | 'INVALID_POSITION'

/**
 * Keeps a writer's latest time and position; neither may go back.
 *
 * @throws Refusal `NOT_FOUND` for an unknown stream, `UNKNOWN` for an empty writer name or an unknown segment
 */
export function noteTimestamp(
  context: ControllerContext,
  scope: string,
  stream: string,
  writer: string,
  timestamp: bigint,
  position: Cut,
): NoteTimestampResult {
  const { epochs } = existingStream(context, scope, stream)
  if (writer === '') throw unknown()
  if ([...position.keys()].some(id => findSegment(epochs, id) === undefined)) throw unknown()
  const key = streamKey(scope, stream)
  const last = context.state.writers.get(key, writer)
  if (last !== undefined && timestamp < last.timestamp) return 'INVALID_TIME'
  if (last !== undefined && !isPositionAtOrAfter(epochs, position, last.position)) return 'INVALID_POSITION'
  const watermark = context.state.watermarks.get(scope, stream)
  const isBehind = watermark !== undefined && timestamp <= watermark.lower
  context.state.writers.set(key, writer, {
    timestamp,
    position: new Map(position),
    removed: false,
    behindSince: isBehind ? last?.behindSince : undefined,
  })
  context.watermarks.arm()
  return 'SUCCESS'
}

/** Lets a writer no longer hold back the watermarks of a stream. */
export function removeWriter(
  context: ControllerContext,
  scope: string,
  stream: string,
  writer: string,
): 'SUCCESS' | 'UNKNOWN_WRITER' {
  const key = streamKey(scope, stream)
  const mark = context.state.writers.get(key, writer)
  if (mark === undefined) return 'UNKNOWN_WRITER'
  context.state.writers.set(key, writer, { ...mark, removed: true })
  return 'SUCCESS'
}

/** Positions name only the segments that a writer wrote to, so that they are compared where they overlap. */
function isPositionAtOrAfter(epochs: readonly EpochRecord[], position: Cut, last: Cut): boolean {
  return [...position].every(([id, offset]) =>
    [...last].every(([lastId, lastOffset]) => {
      if (id === lastId) return offset >= lastOffset
      const here = findSegment(epochs, id)
      const there = findSegment(epochs, lastId)
      if (here === undefined || there === undefined || !overlap(here, there)) return true
      return segmentEpoch(id) > segmentEpoch(lastId)
    }),
  )
}
