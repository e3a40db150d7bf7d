import type { BatchStream } from '../client.ts'
import type { Kind, WriteMessage } from '../messages/messages.ts'
import type { Batch } from './batch.ts'

/** What a handler sees of a batch. */
export class HandlerStream<R> implements BatchStream<WriteMessage<R>> {
  readonly kind: Kind
  readonly table: string | undefined
  readonly number: number
  readonly first: WriteMessage<R>
  readonly signal: AbortSignal
  readonly #batch: Batch<R>

  constructor(batch: Batch<R>, first: WriteMessage<R>, signal: AbortSignal) {
    this.kind = batch.lane.kind
    this.table = batch.lane.table
    this.number = batch.number
    this.first = first
    this.signal = signal
    this.#batch = batch
  }

  [Symbol.asyncIterator](): AsyncIterator<WriteMessage<R>, undefined> {
    const batch = this.#batch
    return {
      next: () => batch.next(),
      // Leaving a loop gives nothing back and takes nothing: what is left goes to whoever reads on, or to the next call.
      return: () => Promise.resolve({ value: undefined, done: true }),
    }
  }

  chunks(): AsyncIterable<readonly WriteMessage<R>[]> {
    const batch = this.#batch
    return {
      [Symbol.asyncIterator]: () => ({
        async next(): Promise<IteratorResult<readonly WriteMessage<R>[], undefined>> {
          const value = await batch.nextChunk()
          return value.length > 0 ? { value, done: false } : { value: undefined, done: true }
        },
        return: () => Promise.resolve({ value: undefined, done: true }),
      }),
    }
  }
}
