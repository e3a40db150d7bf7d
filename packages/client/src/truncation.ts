import { type Deadline, PravegaError, ScopedSegment, type StreamCut } from '@pravega-ts/model'
import type { SegmentInfoSource } from './segment-info-source.ts'

/**
 * Refuses cuts at offsets that no segment has. Pravega takes them, and the head of the stream is then where no data is.
 *
 * @throws PravegaError `STREAM_CUT_INVALID`
 */
export async function refuseImpossibleCut(store: SegmentInfoSource, cut: StreamCut, deadline: Deadline): Promise<void> {
  if (cut.isUnbounded) {
    throw refused(cut, 'it is unbounded and names no position; take getTail() to throw everything away')
  }
  const present = [...cut.positions].filter(([, offset]) => offset >= 0n)
  if (present.length === 0) throw refused(cut, 'it names no segment that is there already')
  for (const [segmentId, offset] of present) {
    const segment = new ScopedSegment(cut.stream.scope, cut.stream.stream, segmentId)
    const end = await endOf(store, segment, cut, deadline)
    if (offset > end) throw refused(cut, `segment ${segmentId} ends at ${end}, before offset ${offset}`)
  }
}

async function endOf(
  store: SegmentInfoSource,
  segment: ScopedSegment,
  cut: StreamCut,
  deadline: Deadline,
): Promise<bigint> {
  try {
    return (await store.getInfo(segment, deadline.rest())).writeOffset
  } catch (error) {
    if (!PravegaError.is(error, 'NO_SUCH_SEGMENT')) throw error
    throw refused(
      cut,
      `segment ${segment.segmentId} is not there: it was truncated away, or the stream was never made or was deleted`,
      error,
    )
  }
}

function refused(cut: StreamCut, why: string, cause?: unknown): PravegaError {
  return new PravegaError('STREAM_CUT_INVALID', `the stream was not truncated at ${cut}: ${why}.`, { cause })
}
