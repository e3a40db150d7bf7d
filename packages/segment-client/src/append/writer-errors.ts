import { PravegaError } from '@pravega-ts/model'
import type { PipelinePhase } from './append-pipeline.ts'

// What a segment writer says when it refuses something or takes too long. `segment` is the name of the segment.

export function writerClosed(segment: string): PravegaError {
  return new PravegaError('CLOSED', `The writer of segment ${segment} is closed. Open a new one`)
}

export function droppedByReset(segment: string): PravegaError {
  return new PravegaError('ABORTED', `An append to segment ${segment} was dropped by reset()`)
}

export function conditionFailed(segment: string, expectedOffset: bigint | undefined): PravegaError {
  return new PravegaError('CONDITIONAL_CHECK_FAILED', `Segment ${segment} does not end at ${expectedOffset}`)
}

export function cannotSeek(segment: string, chained: boolean, pendingBytes: number): PravegaError {
  const why = chained ? `${pendingBytes} bytes are pending; flush() first` : 'its appends go to the end'
  return new PravegaError('ILLEGAL_REQUEST', `The writer of segment ${segment} cannot seek: ${why}`)
}

export function cannotAppendIf(segment: string, chained: boolean, most: number): PravegaError {
  const why = chained ? 'all appends of this writer have a condition' : `it has more than ${most} bytes`
  return new PravegaError('INVALID_ARGUMENT', `A conditional append to segment ${segment} is refused: ${why}`)
}

/** @throws PravegaError `INVALID_ARGUMENT` */
export function checkLength(segment: string, length: number, most: number): void {
  if (Number.isInteger(length) && length >= 0 && length <= most) return
  throw new PravegaError(
    'INVALID_ARGUMENT',
    `An append of ${length} bytes to segment ${segment} is refused: one piece has at most ${most} bytes. Split it`,
    { details: { length, most } },
  )
}

/** What a call waits for that has taken too long. */
export function writerWaits(segment: string, phase: PipelinePhase, pendingBytes: number, waitsFor: string): string {
  const why = phase.tag === 'connecting' && phase.cause !== undefined ? `, after ${phase.cause.message}` : ''
  return `The writer of segment ${segment} (${phase.tag}${why}; ${pendingBytes} bytes pending), waiting for ${waitsFor},`
}
