import {
  isInternalName,
  ScopedSegment,
  ScopedStream,
  validateInternalScopeName,
  validateScopeName,
  validateStreamName,
} from '@pravega-ts/model'

/** A scope that is there, maybe one of Pravega's own. */
export function parseScope(text: string): string {
  return validateInternalScopeName(text)
}

/** A scope that is made. */
export function parseNewScope(text: string): string {
  return validateScopeName(text)
}

/** `scope/stream` of a stream that is there. */
export function parseStream(text: string): ScopedStream {
  return ScopedStream.parse(text)
}

/** `scope/stream` of a stream that is made. */
export function parseNewStream(text: string): ScopedStream {
  const stream = ScopedStream.parse(text)
  if (isInternalName(stream.scope)) validateScopeName(stream.scope)
  validateStreamName(stream.stream)
  return stream
}

/** `scope/stream`, or the name of one of its segments. */
export function parseByteTarget(text: string): ScopedStream | ScopedSegment {
  return text.split('/').length > 2 ? ScopedSegment.parse(text) : ScopedStream.parse(text)
}
