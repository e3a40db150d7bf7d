import { silentLogger } from '@pravega-ts/config'
import type { ScopedStream } from '@pravega-ts/model'
import { openTransactionalEventWriter, type Transaction } from '@pravega-ts/transactions'
import type { DestinationSettings, DestinationStore } from './options.ts'

/** How a transaction is to end. */
export interface TransactionEnd {
  readonly waitUntilReadable: boolean
  readonly signal: AbortSignal
}

/**
 * Does the work in a transaction, then commits it; aborts it when the work throws.
 *
 * @throws PravegaError `details.outcome` says what has become of the events, where it is not that they are dropped
 */
export async function inTransaction<T>(
  store: DestinationStore,
  settings: DestinationSettings<never>,
  stream: ScopedStream,
  { waitUntilReadable, signal }: TransactionEnd,
  work: (transaction: Transaction<Uint8Array>) => Promise<T>,
): Promise<T> {
  const { leaseMs, callTimeoutMs } = settings
  const { logger = silentLogger } = store.config ?? {}
  const call = { timeoutMs: callTimeoutMs, signal }
  const writer = await openTransactionalEventWriter(store, stream, { ...settings.writer, leaseMs, callTimeoutMs }, call)
  try {
    const transaction = await writer.begin(call)
    try {
      const result = await work(transaction)
      // From here on the batch is complete, so a signal comes too late.
      await transaction.commit({ timeoutMs: callTimeoutMs, wait: waitUntilReadable })
      return result
    } catch (error) {
      // The first failure is the one to tell; a lease ends what could not be aborted.
      await transaction[Symbol.asyncDispose]().catch(cause => {
        logger.warn(`Transaction ${transaction.id} of stream ${stream} could not be aborted; its lease ends it`, {
          cause,
        })
      })
      throw error
    }
  } finally {
    // How the transaction has ended is known by now.
    await writer.close().catch(cause => logger.warn(`The writer of stream ${stream} could not be closed`, { cause }))
  }
}
