import type { CallOptions } from '@pravega-ts/model'
import type { RevisionedCodec, RevisionedStream, SynchronizerOptions, SynchronizerTarget } from './revisioned-stream.ts'
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
  options?: SynchronizerOptions,
  call?: CallOptions,
): Promise<RevisionedStream<T>> {
  throw new Error(`to come: ${store} ${target} ${codec} ${options} ${call}`)
}
