import type { ByteStreamTarget } from '@pravega-ts/byte-client'
import { ScopedSegment, ScopedStream } from '@pravega-ts/model'

/** A stream, by its noun or as `scope/stream`. */
export type StreamTarget = ScopedStream | string

/** A stream or one of its segments, by its noun or as text (`scope/stream`, `scope/stream/0.#epoch.0`). */
export type ByteTarget = ByteStreamTarget | string

/** @throws PravegaError `INVALID_ARGUMENT` */
export function streamOf(target: StreamTarget): ScopedStream {
  return typeof target === 'string' ? ScopedStream.parse(target) : target
}

/** @throws PravegaError `INVALID_ARGUMENT` */
export function byteTargetOf(target: ByteTarget): ByteStreamTarget {
  if (typeof target !== 'string') return target
  return target.split('/').length > 2 ? ScopedSegment.parse(target) : ScopedStream.parse(target)
}
