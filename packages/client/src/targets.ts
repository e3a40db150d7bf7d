import type { ByteStreamTarget } from '@pravega-ts/byte-client'
import type { ReaderGroupName } from '@pravega-ts/controller-client'
import { PravegaError, ScopedSegment, ScopedStream } from '@pravega-ts/model'
import type { TableAddress } from '@pravega-ts/synchronizer'

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

/** A reader group, by its name in two parts or as `scope/group`. */
export type GroupTarget = ReaderGroupName | string

/** @throws PravegaError `INVALID_ARGUMENT` */
export function tableOf(target: TableAddress | string): TableAddress {
  if (typeof target !== 'string') return target
  const [scope, name, ...more] = target.split('/')
  if (scope !== undefined && name !== undefined && more.length === 0) return { scope, name }
  if (more.length === 1) return ScopedSegment.parse(target)
  throw new PravegaError('INVALID_ARGUMENT', `Table ${JSON.stringify(target)} is refused: write it scope/table`)
}
