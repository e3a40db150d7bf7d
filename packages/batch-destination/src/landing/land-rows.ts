import { type EventAppender, openEventWriter } from '@pravega-ts/event-client'
import { PravegaError } from '@pravega-ts/model'
import type { TableBatch } from '@pravega-ts/streaming-batch-writer'
import { landedChannel } from '../diagnostics.ts'
import type { TableDescription } from '../schema/describe-table.ts'
import { inTransaction } from './in-transaction.ts'
import type { DestinationSettings, DestinationStore } from './options.ts'

interface Landing {
  transactionId: string | undefined
  rows: number
  events: number
}

/** Writes the rows of a batch as they come. */
export class RowLander<R> {
  readonly #store: DestinationStore
  readonly #settings: DestinationSettings<R>

  constructor(store: DestinationStore, settings: DestinationSettings<R>) {
    this.#store = store
    this.#settings = settings
  }

  /** Resolves when the batch has ended and its rows are durable. */
  async land(batch: TableBatch<R>, table: TableDescription): Promise<void> {
    const landing: Landing = { transactionId: undefined, rows: 0, events: 0 }
    const startedAt = performance.now()
    let failure: unknown
    try {
      if (this.#settings.mode === 'events') await this.#asEvents(batch, table, landing)
      else await this.#asTransaction(batch, table, landing)
    } catch (error) {
      failure = error
      throw error
    } finally {
      if (landedChannel.hasSubscribers) {
        const durationMs = performance.now() - startedAt
        landedChannel.publish({
          table: table.table,
          stream: String(table.stream),
          ...landing,
          durationMs,
          error: failure,
        })
      }
    }
  }

  async #asTransaction(batch: TableBatch<R>, table: TableDescription, landing: Landing): Promise<void> {
    const { waitUntilReadable } = this.#settings
    const end = { waitUntilReadable, signal: batch.signal }
    await inTransaction(this.#store, this.#settings, table.stream, end, async transaction => {
      landing.transactionId = transaction.id
      await this.#write(batch, table, transaction, landing)
    })
  }

  async #asEvents(batch: TableBatch<R>, table: TableDescription, landing: Landing): Promise<void> {
    const { callTimeoutMs } = this.#settings
    const call = { timeoutMs: callTimeoutMs, signal: batch.signal }
    const writer = await openEventWriter(this.#store, table.stream, { ...this.#settings.writer, callTimeoutMs }, call)
    try {
      await this.#write(batch, table, writer, landing)
      await writer.flush({ timeoutMs: callTimeoutMs })
      await writer.close()
    } finally {
      // What was taken on and is not on its way is not sent any more.
      await writer.close({ force: true }).catch(() => {})
    }
  }

  async #write(
    batch: TableBatch<R>,
    table: TableDescription,
    appender: EventAppender<Uint8Array>,
    landing: Landing,
  ): Promise<void> {
    const call = { timeoutMs: this.#settings.callTimeoutMs, signal: batch.signal }
    for await (const messages of batch.chunks()) {
      for (const message of messages) {
        for (const { event, routingKey, rows } of this.#encode(message.rows, table, landing)) {
          // Its outcome is that of the flush.
          void appender.writeEvent(event, { routingKey })
          landing.events += 1
          landing.rows += rows
          if (!appender.hasRoom) await appender.ready(call)
        }
      }
    }
  }

  *#encode(rows: R, { current, table }: TableDescription, landing: Landing): ReturnType<RowEvents<R>> {
    try {
      yield* this.#settings.format.events(rows, current)
    } catch (error) {
      const { rows: before } = landing
      const why = error instanceof Error ? error.message : String(error)
      throw new PravegaError('SERIALIZATION_FAILED', `Row ${before} of a batch for table '${table}': ${why}`, {
        cause: error,
        details: { table, row: before },
      })
    }
  }
}

type RowEvents<R> = (rows: R) => Generator<{ event: Uint8Array; routingKey: string; rows: number }, void, undefined>
