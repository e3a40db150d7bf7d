import { type ScopedStream, transactionEpoch } from '@pravega-ts/model'
import { encodeMarker } from '../events/marker-codec.ts'
import type { MarkerBody } from '../events/table-event.ts'
import { inTransaction } from './in-transaction.ts'
import type { DestinationSettings, DestinationStore } from './options.ts'
import { keyWithin } from './range-key.ts'

/**
 * Writes markers, in order, to each segment of a stream, in one transaction. When it resolves, they can be read: what is
 * written afterwards comes behind them.
 */
export async function writeMarkers(
  store: DestinationStore,
  settings: DestinationSettings<never>,
  stream: ScopedStream,
  markers: readonly MarkerBody[],
  signal: AbortSignal,
): Promise<void> {
  await inTransaction(store, settings, stream, { waitUntilReadable: true, signal }, async transaction => {
    // A transaction keeps the segments of the epoch that it was begun in, however the stream is scaled meanwhile.
    const { segments } = await store.controller.getEpochSegments(stream, transactionEpoch(transaction.id), {
      timeoutMs: settings.callTimeoutMs,
      signal,
    })
    for (const { range } of segments) {
      const routingKey = keyWithin(range)
      for (const marker of markers) {
        void transaction.writeEvent(encodeMarker(marker, range), { routingKey })
        if (!transaction.hasRoom) await transaction.ready({ signal })
      }
    }
  })
}
