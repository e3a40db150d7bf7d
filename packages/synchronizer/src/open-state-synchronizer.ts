import type { CallOptions } from '@pravega-ts/model'
import type { SynchronizerOptions, SynchronizerTarget } from './revisioned-stream.ts'
import type { StateModel, StateSynchronizer } from './state-synchronizer.ts'
import type { SynchronizerStore } from './synchronizer-store.ts'

/**
 * Opens a shared state over a stream of one segment. Reads nothing yet: the first call does.
 *
 * @throws PravegaError `STREAM_NOT_FOUND`, `STREAM_SEALED`, `MULTIPLE_SEGMENTS`
 */
export async function openStateSynchronizer<S, I, U>(
  store: SynchronizerStore,
  target: SynchronizerTarget,
  model: StateModel<S, I, U>,
  options?: SynchronizerOptions,
  call?: CallOptions,
): Promise<StateSynchronizer<S, I, U>> {
  throw new Error(`to come: ${store} ${target} ${model} ${options} ${call}`)
}
