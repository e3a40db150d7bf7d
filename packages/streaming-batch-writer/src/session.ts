import type { WriteMessage } from './messages/messages.ts'
import type { Run } from './run/run.ts'
import type { WriteSummary } from './summary.ts'

/** How to close a session. */
export interface CloseSessionOptions {
  /** Whether to break off instead of delivering what is queued. Default: deliver. */
  readonly force?: boolean | undefined
}

/** A write whose messages are pushed instead of pulled. Closing it is what delivers the tail. */
export interface WriteSession<R> extends AsyncDisposable {
  /**
   * Takes a message, or several in order. Undefined when there was room at once: `await` it in either case, and memory
   * stays within the limits of the queues.
   *
   * A promise that nobody awaits is no unhandled rejection when it rejects: `close` and `flush` tell of the same failure.
   *
   * @throws BatchWriterError (the promise) `INVALID_MESSAGE` and `ROW_TOO_LARGE`: it was not taken, the session goes on;
   * `QUEUE_FULL`: too many calls wait; `CLOSED`, `ABORTED`, `STOPPED`.
   */
  send(message: WriteMessage<R> | readonly WriteMessage<R>[]): Promise<void> | undefined
  /**
   * Ends all batches and waits for their handlers. When it resolves, everything that was sent before is delivered.
   *
   * @throws WriteError if anything that was sent in this session was not.
   */
  flush(): Promise<void>
  /**
   * Ends the input and waits for all handlers. With `force` the handlers are broken off, and it resolves with what has come
   * of everything. Calling it again gives the same promise.
   *
   * @throws WriteError if anything that was sent was not delivered.
   */
  close(options?: CloseSessionOptions): Promise<WriteSummary>
}

function withoutAlarm<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}

/** @internal */
export class RunSession<R> implements WriteSession<R> {
  readonly #run: Run<R>
  readonly #over: () => void
  #closing: Promise<WriteSummary> | undefined

  constructor(run: Run<R>, over: () => void) {
    this.#run = run
    this.#over = over
  }

  send(message: WriteMessage<R> | readonly WriteMessage<R>[]): Promise<void> | undefined {
    const waiting = Array.isArray(message) ? this.#run.offerAll(message) : this.#run.offer(message as WriteMessage<R>)
    return waiting === undefined ? undefined : withoutAlarm(waiting)
  }

  flush(): Promise<void> {
    return this.#run.flush()
  }

  close(options: CloseSessionOptions = {}): Promise<WriteSummary> {
    if (this.#closing === undefined) {
      const closing = options.force === true ? this.#run.abandon() : this.#run.end()
      this.#closing = closing.finally(this.#over)
    } else if (options.force === true) {
      void withoutAlarm(this.#run.abandon())
    }
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
