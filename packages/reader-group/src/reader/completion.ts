import { type CallOptions, type KeyRange, PravegaError, type ScopedSegment } from '@pravega-ts/model'
import type { ReaderGroupStore } from '../reader-group-store.ts'
import type { SegmentName } from '../state/reader-group-state.ts'
import type { Completion } from './attendance.ts'

/** For a segment that was read up to where the group ends. */
export const NO_SUCCESSORS: Completion = { successors: new Map(), ranges: new Map() }

/**
 * What follows a segment that was read to its end, as the controller says.
 *
 * @returns undefined when that cannot be said yet: a scale seals the old segments before it shows the new ones
 */
export async function completionOf(
  controller: Pick<ReaderGroupStore['controller'], 'getSuccessors' | 'getCurrentSegments'>,
  segment: ScopedSegment,
  call: CallOptions,
): Promise<Completion | undefined> {
  const found = await controller.getSuccessors(segment, call)
  if (found.length === 0) return (await isSealed(controller, segment, call)) ? NO_SUCCESSORS : undefined
  const successors = new Map<SegmentName, readonly bigint[]>()
  const ranges = new Map<SegmentName, KeyRange | undefined>()
  for (const { segment: next, predecessors } of found) {
    successors.set(String(next.segment), predecessors)
    ranges.set(String(next.segment), next.range)
  }
  return { successors, ranges }
}

async function isSealed(
  controller: Pick<ReaderGroupStore['controller'], 'getCurrentSegments'>,
  segment: ScopedSegment,
  call: CallOptions,
): Promise<boolean> {
  try {
    const { segments } = await controller.getCurrentSegments(segment.scopedStream, { ...call, access: 'none' })
    return segments.length === 0
  } catch (error) {
    if (PravegaError.is(error, 'STREAM_NOT_FOUND')) return true
    throw error
  }
}
