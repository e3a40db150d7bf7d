import type { Reply, Request } from '@pravega-ts/wire-protocol'

/** The failures that a fault can answer any request with. */
export type FailureName =
  | 'WrongHost'
  | 'SegmentIsSealed'
  | 'SegmentAlreadyExists'
  | 'NoSuchSegment'
  | 'SegmentIsTruncated'
  | 'InvalidEventNumber'
  | 'ConditionalCheckFailed'
  | 'OperationUnsupported'
  | 'AuthTokenCheckFailed'
  | 'TokenExpired'
  | 'ErrorMessage'
  | 'TableSegmentNotEmpty'
  | 'TableKeyDoesNotExist'
  | 'TableKeyBadVersion'

const serverStackTrace = ''
const NO_WRITER = '00000000-0000-0000-0000-000000000000'
const TOKEN_CHECK_FAILED = 0
const TOKEN_EXPIRED = 1

/** A failure reply with the ids, names, offsets and numbers of the request that it answers. */
export function failureNamed(name: FailureName, request: Request, segment: string): Reply {
  const requestId = 'requestId' in request ? request.requestId : -1n
  const writerId = 'writerId' in request ? request.writerId : NO_WRITER
  const eventNumber = eventNumberOf(request)
  const offset = offsetOf(request) ?? eventNumber ?? -1n
  switch (name) {
    case 'WrongHost':
      return { command: name, requestId, segment, correctHost: '', serverStackTrace }
    case 'SegmentIsSealed':
    case 'NoSuchSegment':
      return { command: name, requestId, segment, serverStackTrace, offset: sealedOrRead(name, request, offset) }
    case 'SegmentIsTruncated':
      return { command: name, requestId, segment, startOffset: offset + 1n, serverStackTrace, offset }
    case 'InvalidEventNumber':
      return { command: name, writerId, requestId, serverStackTrace, eventNumber: eventNumber ?? -1n }
    case 'ConditionalCheckFailed':
      return { command: name, writerId, eventNumber: eventNumber ?? -1n, requestId }
    case 'OperationUnsupported':
      return { command: name, requestId, operationName: request.command, serverStackTrace }
    case 'AuthTokenCheckFailed':
      return { command: name, requestId: tokenId(request, requestId), serverStackTrace, errorCode: TOKEN_CHECK_FAILED }
    case 'TokenExpired':
      return {
        command: 'AuthTokenCheckFailed',
        requestId: tokenId(request, requestId),
        serverStackTrace,
        errorCode: TOKEN_EXPIRED,
      }
    case 'ErrorMessage':
      return { command: name, requestId, segment, message: 'refused on command', errorCode: 0 }
    case 'SegmentAlreadyExists':
    case 'TableSegmentNotEmpty':
    case 'TableKeyDoesNotExist':
    case 'TableKeyBadVersion':
      return { command: name, requestId, segment, serverStackTrace }
  }
}

/** A server names the event number of a refused append when the segment is sealed, but not when it is missing. */
function sealedOrRead(name: 'SegmentIsSealed' | 'NoSuchSegment', request: Request, offset: bigint): bigint {
  return name === 'NoSuchSegment' && eventNumberOf(request) !== undefined ? -1n : offset
}

/** Pravega 0.13 puts the offset of a read where the request id should be when the read's token is refused. */
function tokenId(request: Request, requestId: bigint): bigint {
  return request.command === 'ReadSegment' ? request.offset : requestId
}

function eventNumberOf(request: Request): bigint | undefined {
  if (request.command === 'AppendBlockEnd') return request.lastEventNumber
  return request.command === 'ConditionalAppend' || request.command === 'ConditionalBlockEnd'
    ? request.eventNumber
    : undefined
}

function offsetOf(request: Request): bigint | undefined {
  if (request.command === 'ReadSegment') return request.offset
  return request.command === 'TruncateSegment' ? request.truncationOffset : undefined
}
