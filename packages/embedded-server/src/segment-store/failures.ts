import type {
  ConditionalCheckFailed,
  ErrorMessage,
  InvalidEventNumber,
  NoSuchSegment,
  OperationUnsupported,
  Reply,
  SegmentAlreadyExists,
  SegmentIsSealed,
  SegmentIsTruncated,
} from '@pravega-ts/wire-protocol'
import type { TableRefusal } from './table-segment.ts'

// Stack traces stay empty, as on a server that has them switched off.
const serverStackTrace = ''
const NO_OFFSET = -1n
const UNSPECIFIED = -1
const ILLEGAL_ARGUMENT = 0

/** @param offset what was asked for by reads and truncations; -1 for everything else. */
export function noSuchSegment(requestId: bigint, segment: string, offset: bigint = NO_OFFSET): NoSuchSegment {
  return { command: 'NoSuchSegment', requestId, segment, serverStackTrace, offset }
}

/** @param offset the read's offset, or for appends the number of the refused event; -1 for everything else. */
export function segmentIsSealed(requestId: bigint, segment: string, offset: bigint = NO_OFFSET): SegmentIsSealed {
  return { command: 'SegmentIsSealed', requestId, segment, serverStackTrace, offset }
}

/** @param startOffset first readable offset, or what should have been asked for. */
export function segmentIsTruncated(
  requestId: bigint,
  segment: string,
  startOffset: bigint,
  offset: bigint,
): SegmentIsTruncated {
  return { command: 'SegmentIsTruncated', requestId, segment, startOffset, serverStackTrace, offset }
}

export function segmentAlreadyExists(requestId: bigint, segment: string): SegmentAlreadyExists {
  return { command: 'SegmentAlreadyExists', requestId, segment, serverStackTrace }
}

export function invalidEventNumber(requestId: bigint, writerId: string, eventNumber: bigint): InvalidEventNumber {
  return { command: 'InvalidEventNumber', writerId, requestId, serverStackTrace, eventNumber }
}

export function conditionalCheckFailed(
  requestId: bigint,
  writerId: string,
  eventNumber: bigint,
): ConditionalCheckFailed {
  return { command: 'ConditionalCheckFailed', writerId, eventNumber, requestId }
}

export function operationUnsupported(requestId: bigint, operationName: string): OperationUnsupported {
  return { command: 'OperationUnsupported', requestId, operationName, serverStackTrace }
}

/** An argument was refused. */
export function illegalArgument(requestId: bigint, segment: string, message: string): ErrorMessage {
  return { command: 'ErrorMessage', requestId, segment, message, errorCode: ILLEGAL_ARGUMENT }
}

/** The request is fine, and the server cannot carry it out. */
export function internalFailure(requestId: bigint, segment: string, message: string): ErrorMessage {
  return { command: 'ErrorMessage', requestId, segment, message, errorCode: UNSPECIFIED }
}

/** The reply to a table request that was refused. */
export function tableFailure(
  refusal: TableRefusal,
  request: { readonly requestId: bigint; readonly segment: string; readonly tableSegmentOffset?: bigint },
  operationName: string,
): Reply {
  const { requestId, segment } = request
  switch (refusal.refused) {
    case 'sealed':
      return segmentIsSealed(requestId, segment)
    case 'badVersion':
      return { command: 'TableKeyBadVersion', requestId, segment, serverStackTrace }
    case 'keyMissing':
      return { command: 'TableKeyDoesNotExist', requestId, segment, serverStackTrace }
    case 'badOffset':
      return segmentIsTruncated(requestId, segment, refusal.length, request.tableSegmentOffset ?? NO_OFFSET)
    case 'unsupported':
      return operationUnsupported(requestId, operationName)
    case 'illegal':
      return illegalArgument(requestId, segment, refusal.message)
  }
}
