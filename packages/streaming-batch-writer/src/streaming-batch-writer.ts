import type { StreamingBatchClient } from './client.ts'
import { BatchWriterError } from './errors.ts'
import type { StreamingBatchWriterOptions, WriterSettings } from './options.ts'
import { settle } from './options.ts'
import { objectRows } from './rows/array-rows.ts'
import type { RowFormat } from './rows/row-format.ts'
import { feed, openSource, type WriteInput } from './run/feed.ts'
import { Run } from './run/run.ts'
import { RunSession, type WriteSession } from './session.ts'
import type { WriteSummary } from './summary.ts'

/** Options of a single write. */
export interface WriteOptions {
  /** Breaks the write off. Default: nothing does. */
  readonly signal?: AbortSignal | undefined
}

function checkClient(client: unknown): void {
  const methods = client as Record<string, unknown> | null | undefined
  for (const name of ['migrateTable', 'writeTable', 'deleteStale']) {
    if (typeof methods?.[name] === 'function') continue
    throw new BatchWriterError('INVALID_ARGUMENT', `the client has no method ${name}; dummyHandler serves for one`)
  }
  const deleteRecords = methods?.['deleteRecords']
  if (deleteRecords === undefined || typeof deleteRecords === 'function') return
  throw new BatchWriterError(
    'INVALID_ARGUMENT',
    'deleteRecords of the client is no function; give one, or leave it out',
  )
}

/**
 * Turns a stream of migrations, inserts and deletions into batches, and hands each batch to a client while it fills.
 *
 * A batch holds messages of one kind, inserts of one table. It ends when it is full, when its time is up, when a message of
 * another kind comes, and at the end of the input. Rows of a table arrive in order, each once.
 */
export class StreamingBatchWriter<R = readonly object[]> {
  readonly #client: StreamingBatchClient<R>
  readonly #settings: WriterSettings<R>
  #run: Run<R> | undefined

  /** @throws BatchWriterError `INVALID_ARGUMENT` for a client without its methods, or an option that makes no sense. */
  constructor(client: StreamingBatchClient<R>, options: StreamingBatchWriterOptions<R> = {}) {
    checkClient(client)
    this.#client = client
    // Without the option the rows are what the type parameter's default says; the format refuses anything else.
    this.#settings = settle(options, options.rows ?? (objectRows as unknown as RowFormat<R>))
  }

  /**
   * Writes everything the input gives, and waits for all handlers. The writer can be used again afterwards, also when this
   * has failed.
   *
   * @throws WriteError `WRITE_FAILED` when the input went through but not everything was delivered; `STOPPED`, `ABORTED`,
   * `INPUT_FAILED` when it was left before its end.
   * @throws BatchWriterError `BUSY` while another write or session is not over; `INVALID_ARGUMENT` if it cannot be iterated.
   */
  async write(input: WriteInput<R>, options: WriteOptions = {}): Promise<WriteSummary> {
    this.#checkIdle()
    const source = openSource(input)
    const run = this.#start(options)
    try {
      await feed(run, source)
      return await run.end()
    } finally {
      this.#run = undefined
    }
  }

  /**
   * Starts a write that messages are pushed into.
   *
   * @throws BatchWriterError `BUSY` while another write or session is not over.
   */
  open(options: WriteOptions = {}): WriteSession<R> {
    this.#checkIdle()
    const run = this.#start(options)
    return new RunSession(run, () => {
      if (this.#run === run) this.#run = undefined
    })
  }

  /**
   * Ends all batches of the write or session that goes on, and waits for their handlers. Without one there is nothing to do.
   *
   * @throws WriteError if anything that it has taken in so far was not delivered.
   */
  async flush(): Promise<void> {
    await this.#run?.flush()
  }

  #start({ signal }: WriteOptions): Run<R> {
    const run = new Run(this.#client, this.#settings, signal)
    this.#run = run
    return run
  }

  #checkIdle(): void {
    if (this.#run === undefined) return
    throw new BatchWriterError(
      'BUSY',
      'another write or session of this writer is not over; wait for it, or make a writer',
    )
  }
}
