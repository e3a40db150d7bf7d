import type { CallOptions } from '@pravega-ts/model'
import { CALL_TIMEOUT_MS } from './defaults.ts'
import { SegmentLog } from './log/segment-log.ts'
import { onlySegment } from './only-segment.ts'
import type { SynchronizerOptions, SynchronizerTarget } from './revisioned-stream.ts'
import { SharedState } from './state/shared-state.ts'
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
  options: SynchronizerOptions = {},
  call?: CallOptions,
): Promise<StateSynchronizer<S, I, U>> {
  const segment = await onlySegment(store, target, call)
  return new SharedState(new SegmentLog(store, segment), model, options.callTimeoutMs ?? CALL_TIMEOUT_MS)
}
