import { type CallOptions, PravegaError, type ScopedSegment, type ScopedStream } from '@pravega-ts/model'
import type { ByteStreamStore } from './byte-stream-store.ts'

// Looking segments up asks for no access: any other one needs the permission to write, and the token that comes with it is not used.

/** A stream of one segment, or the segment. */
export type ByteStreamTarget = ScopedStream | ScopedSegment

/**
 * The segment that bytes are written to.
 *
 * @throws PravegaError `STREAM_NOT_FOUND`, `STREAM_SEALED`, `MULTIPLE_SEGMENTS`
 */
export async function segmentToWrite(
  store: ByteStreamStore,
  target: ByteStreamTarget,
  call: CallOptions,
): Promise<ScopedSegment> {
  if (isSegment(target)) return target
  const { segments } = await store.controller.getCurrentSegments(target, { ...call, access: 'none' })
  const [only] = segments
  if (only === undefined) {
    throw new PravegaError(
      'STREAM_SEALED',
      `Stream ${target} is sealed: nothing can be written to it any more. Read it, or write to another stream`,
      { details: { stream: String(target) } },
    )
  }
  if (segments.length > 1) throw multipleSegments(target, segments.length)
  return only.segment
}

/**
 * The segment that bytes are read from.
 *
 * @throws PravegaError `STREAM_NOT_FOUND`, `MULTIPLE_SEGMENTS`
 */
export async function segmentToRead(
  store: ByteStreamStore,
  target: ByteStreamTarget,
  call: CallOptions,
): Promise<ScopedSegment> {
  if (isSegment(target)) return target
  const [only, ...others] = await store.controller.getHeadSegments(target, { ...call, access: 'none' })
  if (only !== undefined && others.length === 0) return only.segment
  if (only !== undefined) throw multipleSegments(target, others.length + 1)
  throw new PravegaError(
    'NO_SUCH_SEGMENT',
    `Stream ${target} has no segments left to read: it was sealed and truncated to its end`,
    { details: { stream: String(target) } },
  )
}

function isSegment(target: ByteStreamTarget): target is ScopedSegment {
  return 'segmentId' in target
}

function multipleSegments(stream: ScopedStream, count: number): PravegaError {
  return new PravegaError(
    'MULTIPLE_SEGMENTS',
    `Stream ${stream} has ${count} segments, and bytes have one order only. Make the stream with a fixed scaling policy of 1, or give one of its segments`,
    { details: { stream: String(stream), segments: count } },
  )
}
