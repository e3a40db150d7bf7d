import { type CallOptions, PravegaError, type ScopedSegment } from '@pravega-ts/model'
import type { SynchronizerTarget } from './revisioned-stream.ts'
import type { SynchronizerStore } from './synchronizer-store.ts'

/**
 * The segment that is shared.
 *
 * @throws PravegaError `STREAM_NOT_FOUND`, `STREAM_SEALED`, `MULTIPLE_SEGMENTS`
 */
export async function onlySegment(
  store: Pick<SynchronizerStore, 'controller'>,
  target: SynchronizerTarget,
  call: CallOptions | undefined,
): Promise<ScopedSegment> {
  if ('segmentId' in target) return target
  // Looking it up asks for no access; the token that would come with it is not used.
  const { segments } = await store.controller.getCurrentSegments(target, { ...call, access: 'none' })
  const [only] = segments
  const details = { stream: String(target), segments: segments.length }
  if (only === undefined) {
    const message = `Stream ${target} is sealed: nothing can be shared over it any more. Give the segment to read what is there, or use another stream`
    throw new PravegaError('STREAM_SEALED', message, { details })
  }
  if (segments.length > 1) {
    const message = `Stream ${target} has ${segments.length} segments, and what is shared has one order only. Make the stream with a fixed scaling policy of 1`
    throw new PravegaError('MULTIPLE_SEGMENTS', message, { details })
  }
  return only.segment
}
