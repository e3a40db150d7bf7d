import type { Batch } from '../batch/batch.ts'
import { type BatchReport, batchChannel } from '../diagnostics.ts'
import type { WriterSettings } from '../options.ts'
import { BatchFailure } from '../write-error.ts'
import { textOf } from './verdict.ts'

/** Tells those who watch. Nothing they throw reaches the writer's own work. */
export class Reports<R> {
  readonly #settings: WriterSettings<R>
  readonly #failed: (failure: BatchFailure) => void

  constructor(settings: WriterSettings<R>, failed: (failure: BatchFailure) => void) {
    this.#settings = settings
    this.#failed = failed
  }

  log(message: string, fields: Readonly<Record<string, unknown>>): void {
    try {
      this.#settings.logger.error(message, fields)
    } catch {
      // There is nowhere left to tell it, and what was to be told is among the errors of the write.
    }
  }

  publish(batch: Batch<R>, error: unknown): void {
    const { onBatch, clock } = this.#settings
    if (onBatch === undefined && !batchChannel.hasSubscribers) return
    const { lane, number, rows, bytes, messages, reason, startedAt } = batch
    const { kind, table } = lane
    const now = clock.now()
    const report: BatchReport = {
      kind,
      table,
      number,
      rows,
      bytes,
      messages,
      reason,
      openMs: (batch.endedAt ?? now) - startedAt,
      handlerMs: now - startedAt,
      error,
    }
    batchChannel.publish(report)
    if (onBatch === undefined) return
    try {
      onBatch(report)
    } catch (cause) {
      const message = `onBatch threw for ${kind} batch ${number}: ${textOf(cause)}`
      const place = { kind, table, batch: number, index: undefined }
      this.#failed(new BatchFailure('OBSERVER_FAILED', message, place, { cause }))
    }
  }
}
