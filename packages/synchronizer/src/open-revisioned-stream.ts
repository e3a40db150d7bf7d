import type { CallOptions } from '@pravega-ts/model'
import { CALL_TIMEOUT_MS } from './defaults.ts'
import { SegmentLog } from './log/segment-log.ts'
import { onlySegment } from './only-segment.ts'
import type { RevisionedCodec, RevisionedStream, SynchronizerOptions, SynchronizerTarget } from './revisioned-stream.ts'
import { SegmentRevisionedStream } from './segment-revisioned-stream.ts'
import type { SynchronizerStore } from './synchronizer-store.ts'

/**
 * Opens a revisioned stream over a stream of one segment.
 *
 * @throws PravegaError `STREAM_NOT_FOUND`, `STREAM_SEALED`, `MULTIPLE_SEGMENTS`
 */
export async function openRevisionedStream<T>(
  store: SynchronizerStore,
  target: SynchronizerTarget,
  codec: RevisionedCodec<T>,
  options: SynchronizerOptions = {},
  call?: CallOptions,
): Promise<RevisionedStream<T>> {
  const segment = await onlySegment(store, target, call)
  return new SegmentRevisionedStream(new SegmentLog(store, segment), codec, options.callTimeoutMs ?? CALL_TIMEOUT_MS)
}
