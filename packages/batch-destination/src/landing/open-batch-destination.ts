import { type CallOptions, Deadline, PravegaError } from '@pravega-ts/model'
import type { TableFormat } from '../format/table-format.ts'
import { jsonLines } from '../json/json-lines.ts'
import { type BatchDestination, StreamBatchDestination } from './batch-destination.ts'
import { type BatchDestinationOptions, type DestinationStore, settle } from './options.ts'

/**
 * A client for a `StreamingBatchWriter` that lands each table in a stream of its own.
 *
 * @param call - For looking at, or creating, the scope.
 * @throws PravegaError `INVALID_ARGUMENT` for an option, `SCOPE_NOT_FOUND` with `createScope: false`
 */
export async function openBatchDestination<R = readonly object[]>(
  store: DestinationStore,
  options: BatchDestinationOptions<R>,
  call?: CallOptions,
): Promise<BatchDestination<R>> {
  // Without a format R is rows as objects; anything else is refused when it is written.
  const settings = settle(options, options.format ?? (jsonLines as TableFormat<unknown> as TableFormat<R>))
  const { scope, createScope, callTimeoutMs } = settings
  using deadline = new Deadline(`Opening a batch destination in scope ${scope}`, call, callTimeoutMs)
  if (!(await store.controller.checkScopeExists(scope, deadline.rest()))) {
    if (!createScope) {
      throw new PravegaError(
        'SCOPE_NOT_FOUND',
        `There is no scope ${scope}; create it, or open the destination with createScope`,
      )
    }
    await store.controller.createScope(scope, deadline.rest())
  }
  return new StreamBatchDestination(store, settings)
}
