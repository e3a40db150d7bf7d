import { PravegaError } from '@pravega-ts/model'
import { writeUuid } from '../codec/uuid.ts'
import { appendBlockEnd } from '../commands/append-block-end.ts'
import { conditionalBlockEnd } from '../commands/conditional-block-end.ts'
import { FRAME_HEADER_BYTES } from '../limits.ts'

// The frames of appends, assembled in place: leave room for the head, collect data behind it, leave room for the tail,
// then fill in both. Filling in again, say with the request id of a new connection, is fine.

/** Bytes in front of the data of an AppendBlockEnd: frame header, writer id, sizeOfWholeEvents, length of the data. */
export const APPEND_HEAD_BYTES: number = FRAME_HEADER_BYTES + 16 + 4 + 4
/** Bytes behind the data of an AppendBlockEnd: numEvents, lastEventNumber, requestId. */
export const APPEND_TAIL_BYTES: number = 4 + 8 + 8
/** Bytes in front of the data of a ConditionalBlockEnd: frame header, writer id, eventNumber, expectedOffset, length. */
export const CONDITIONAL_APPEND_HEAD_BYTES: number = FRAME_HEADER_BYTES + 16 + 8 + 8 + 4
/** Bytes behind the data of a ConditionalBlockEnd: requestId. */
export const CONDITIONAL_APPEND_TAIL_BYTES = 8

/** What an AppendBlockEnd says besides its data. */
export interface AppendFields {
  /** UUID of the writer. */
  readonly writerId: string
  /** Number of events in the data, at least 1. */
  readonly numEvents: number
  /** Number of the last event in the data. */
  readonly lastEventNumber: bigint
  readonly requestId: bigint
}

/** What a ConditionalBlockEnd says besides its data. */
export interface ConditionalAppendFields {
  /** UUID of the writer. */
  readonly writerId: string
  readonly eventNumber: bigint
  /** Length that the segment must have. */
  readonly expectedOffset: bigint
  readonly requestId: bigint
}

/**
 * Makes an AppendBlockEnd of `frame`, whose data already lie between the first {@link APPEND_HEAD_BYTES} and the last
 * {@link APPEND_TAIL_BYTES} bytes.
 * @throws PravegaError INVALID_ARGUMENT if the writer id is not a UUID or the frame too short.
 */
export function finishAppendFrame(frame: Uint8Array, fields: AppendFields): void {
  const size = frame.length - APPEND_HEAD_BYTES - APPEND_TAIL_BYTES
  const view = startFrame(frame, size, appendBlockEnd.type, fields.writerId)
  view.setInt32(24, size)
  view.setInt32(28, size)
  const tail = APPEND_HEAD_BYTES + size
  view.setInt32(tail, fields.numEvents)
  view.setBigInt64(tail + 4, fields.lastEventNumber)
  view.setBigInt64(tail + 12, fields.requestId)
}

/**
 * Makes a ConditionalBlockEnd of `frame`, whose data already lie between the first
 * {@link CONDITIONAL_APPEND_HEAD_BYTES} and the last {@link CONDITIONAL_APPEND_TAIL_BYTES} bytes.
 * @throws PravegaError INVALID_ARGUMENT if the writer id is not a UUID or the frame too short.
 */
export function finishConditionalAppendFrame(frame: Uint8Array, fields: ConditionalAppendFields): void {
  const size = frame.length - CONDITIONAL_APPEND_HEAD_BYTES - CONDITIONAL_APPEND_TAIL_BYTES
  const view = startFrame(frame, size, conditionalBlockEnd.type, fields.writerId)
  view.setBigInt64(24, fields.eventNumber)
  view.setBigInt64(32, fields.expectedOffset)
  view.setInt32(40, size)
  view.setBigInt64(CONDITIONAL_APPEND_HEAD_BYTES + size, fields.requestId)
}

function startFrame(frame: Uint8Array, size: number, type: number, writerId: string): DataView {
  if (size < 0)
    throw new PravegaError('INVALID_ARGUMENT', `${frame.length} bytes have no room for the head and tail of an append`)
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  view.setInt32(0, type)
  view.setInt32(4, frame.length - FRAME_HEADER_BYTES)
  if (!writeUuid(frame, FRAME_HEADER_BYTES, writerId))
    throw new PravegaError('INVALID_ARGUMENT', `the writer id ${JSON.stringify(writerId)} is not a UUID`)
  return view
}
