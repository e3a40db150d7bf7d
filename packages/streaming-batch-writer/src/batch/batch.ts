import type { EndReason } from '../diagnostics.ts'
import type { Lane } from '../lane/lane.ts'
import type { WriteMessage } from '../messages/messages.ts'
import type { Ticket } from '../run/ticket.ts'

/**
 * Where a batch is in its life.
 * - open: takes messages
 * - ended: complete; the handler reads what is left and makes it durable
 * - broken: incomplete; iteration throws `error`
 * - settled: the handler is done with it
 */
export type BatchState =
  | { readonly tag: 'open' }
  | { readonly tag: 'ended' }
  | { readonly tag: 'broken'; readonly error: unknown }
  | { readonly tag: 'settled' }

interface Waiter<M> {
  resolve(result: IteratorResult<M, undefined>): void
  reject(error: unknown): void
}

const OPEN: BatchState = { tag: 'open' }
const ENDED: BatchState = { tag: 'ended' }
const SETTLED: BatchState = { tag: 'settled' }

/** One handler call: what it has taken, and who waits for more. */
export class Batch<R> {
  readonly lane: Lane<R>
  readonly number: number
  /** What batch and handler have been charged with. */
  rows = 0
  bytes = 0
  messages = 0
  /** Messages that the handler has got. */
  handed = 0
  /** Table of the message that the handler has got last. */
  lastTable: string
  startedAt = 0
  endedAt: number | undefined
  reason: EndReason = 'end'
  /** What the row format threw on the way. */
  fault: unknown
  readonly tickets: Ticket[] = []
  #state: BatchState = OPEN
  #first: WriteMessage<R> | undefined
  #waiters: Waiter<WriteMessage<R>>[] = []
  #wakers: (() => void)[] = []

  constructor(lane: Lane<R>, number: number) {
    this.lane = lane
    this.number = number
    this.lastTable = lane.table ?? ''
  }

  get state(): BatchState {
    return this.#state
  }

  get isOpen(): boolean {
    return this.#state === OPEN
  }

  /** Gives the batch its first message, before anybody sees it. */
  begin(first: WriteMessage<R>): void {
    this.#first = first
    this.lastTable = first.table
  }

  end(reason: EndReason, now: number): void {
    this.#enter(ENDED, reason, now)
  }

  /** Makes iteration throw, unless the batch is complete and the handler has got all of it. */
  break(error: unknown, reason: EndReason, now: number): void {
    if (this.#state === SETTLED || (this.#state === ENDED && this.#first === undefined)) return
    this.#enter({ tag: 'broken', error }, reason, now)
    this.wake()
  }

  settle(reason: EndReason, now: number): void {
    this.#enter(SETTLED, reason, now)
    this.wake()
  }

  /** The next message; undefined when there is none for now, or none any more. */
  take(): WriteMessage<R> | undefined {
    let message = this.#first
    if (message !== undefined) {
      if (this.#state.tag === 'broken') return undefined
      this.#first = undefined
    } else if (this.#state === OPEN) {
      try {
        message = this.lane.take(this)
      } catch (error) {
        this.fault = error
        this.break(error, 'failed', this.lane.now())
        return undefined
      }
    }
    if (message !== undefined) {
      this.handed += 1
      this.lastTable = message.table
    }
    return message
  }

  next(): Promise<IteratorResult<WriteMessage<R>, undefined>> {
    if (this.#waiters.length === 0) {
      const message = this.take()
      if (message !== undefined) return Promise.resolve({ value: message, done: false })
      if (this.#state.tag === 'broken') return Promise.reject(this.#state.error)
      if (this.#state !== OPEN) return Promise.resolve({ value: undefined, done: true })
    }
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }))
  }

  /** All messages that are there now; empty at the end of the batch. */
  async nextChunk(): Promise<WriteMessage<R>[]> {
    for (;;) {
      const chunk: WriteMessage<R>[] = []
      for (let message = this.take(); message !== undefined; message = this.take()) chunk.push(message)
      // What was taken before the batch broke is the handler's; the next call throws.
      if (chunk.length > 0) return chunk
      if (this.#state.tag === 'broken') throw this.#state.error
      if (this.#state !== OPEN) return chunk
      await new Promise<void>(resolve => this.#wakers.push(resolve))
    }
  }

  /** Has those who wait look again. */
  wake(): void {
    while (this.#waiters.length > 0) {
      const message = this.take()
      // Taking can break the batch, which serves everybody.
      const waiter = this.#waiters[0]
      if (waiter === undefined) break
      if (message === undefined && this.#state === OPEN) break
      this.#waiters.shift()
      if (message !== undefined) waiter.resolve({ value: message, done: false })
      else if (this.#state.tag === 'broken') waiter.reject(this.#state.error)
      else waiter.resolve({ value: undefined, done: true })
    }
    if (this.#wakers.length === 0) return
    const wakers = this.#wakers
    this.#wakers = []
    for (const waken of wakers) waken()
  }

  #enter(state: BatchState, reason: EndReason, now: number): void {
    if (this.#state === OPEN) {
      this.reason = reason
      this.endedAt = now
    }
    this.#state = state
  }
}
