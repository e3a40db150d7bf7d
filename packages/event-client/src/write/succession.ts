import type { SegmentWithRange } from '@pravega-ts/controller-client'
import { type CallOptions, PravegaError, type ScopedSegment, type ScopedStream } from '@pravega-ts/model'
import type { EventStore } from '../event-store.ts'

/** What the controller was asked for when a segment takes no more events: an answer or an error each. */
export interface SuccessionFacts {
  /** What follows the segment. */
  readonly successors: readonly SegmentWithRange[] | PravegaError
  /** What is written to now. Only asked for when there are no successors. */
  readonly current: readonly SegmentWithRange[] | PravegaError
}

/**
 * - `replaced`: its events go to these segments, each to the one of its key
 * - `again`: nothing is known yet
 * - `ended`: nothing can be written to the stream any more
 */
export type Succession =
  | { readonly tag: 'replaced'; readonly segments: readonly SegmentWithRange[] }
  | { readonly tag: 'again'; readonly cause: PravegaError }
  | { readonly tag: 'ended'; readonly error: PravegaError }

/** Asks the controller what follows a segment. Never fails. */
export async function askForSuccessors(
  controller: Pick<EventStore['controller'], 'getCurrentSegments' | 'getSuccessors'>,
  segment: ScopedSegment,
  call: CallOptions,
): Promise<SuccessionFacts> {
  const successors = await controller.getSuccessors(segment, call).then(
    found => found.map(successor => successor.segment),
    error => PravegaError.from(error),
  )
  if (Array.isArray(successors) && successors.length > 0) return { successors, current: [] }
  const current = await controller.getCurrentSegments(segment.scopedStream, call).then(
    found => found.segments,
    error => PravegaError.from(error),
  )
  return { successors, current }
}

/**
 * Says what is to become of the events of a segment that takes no more. A segment without successors in a stream that has others is one
 * of two things: truncated away so long ago that nobody remembers its successors, then those that are written to now take its place;
 * or sealed a moment ago.
 *
 * @param cause - What the segment has said.
 */
export function judgeSuccession(segment: ScopedSegment, cause: PravegaError, facts: SuccessionFacts): Succession {
  const { successors, current } = facts
  if (Array.isArray(successors) && successors.length > 0) {
    return successors.some(successor => successor.segment.equals(segment))
      ? { tag: 'again', cause: yetCurrent(segment, cause) }
      : { tag: 'replaced', segments: successors }
  }
  const stream = segment.scopedStream
  if (PravegaError.is(current)) {
    if (PravegaError.is(current, 'STREAM_NOT_FOUND', 'SCOPE_NOT_FOUND')) {
      return { tag: 'ended', error: streamGone(stream, current) }
    }
    return isWorthAsking(current) ? { tag: 'again', cause: current } : { tag: 'ended', error: current }
  }
  if (current.length === 0) return { tag: 'ended', error: streamSealed(stream, cause) }
  if (current.some(other => other.segment.equals(segment))) {
    return { tag: 'again', cause: yetCurrent(segment, cause) }
  }
  return { tag: 'replaced', segments: current }
}

export function streamSealed(stream: ScopedStream, cause?: PravegaError): PravegaError {
  return new PravegaError(
    'STREAM_SEALED',
    `Stream ${stream} is sealed: nothing can be written to it any more. Events that were not acknowledged are not in it; write them to another stream`,
    { cause, details: { stream: String(stream) } },
  )
}

function streamGone(stream: ScopedStream, cause: PravegaError): PravegaError {
  return new PravegaError(
    'STREAM_NOT_FOUND',
    `Stream ${stream} does not exist any more. Events that were not acknowledged are lost with it; make the stream again, or write to another one`,
    { cause, details: { stream: String(stream) } },
  )
}

function yetCurrent(segment: ScopedSegment, cause: PravegaError): PravegaError {
  return new PravegaError(
    cause.code,
    `Segment ${segment} takes no more events, but the controller knows no other ones in its place: ${cause.message}`,
    { cause, details: { segment: String(segment) } },
  )
}

function isWorthAsking(error: PravegaError): boolean {
  return error.retriable || PravegaError.is(error, 'DEADLINE_EXCEEDED', 'RETRIES_EXHAUSTED', 'CONTROLLER_FAILURE')
}
