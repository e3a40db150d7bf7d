import type { CallOptions } from '@pravega-ts/model'
import { EventCursor } from './event-cursor.ts'
import type { Fed, Feed } from './feed.ts'
import type { ReaderItem } from './reader-item.ts'

/** Reads item by item; what was given is acknowledged when the next one is asked for. */
export class ItemReading<T> {
  readonly #feed: Feed<T>
  readonly #cursor: EventCursor<T>
  /** Given, and not answered. */
  #checkpoint: string | undefined

  constructor(feed: Feed<T>) {
    this.#feed = feed
    this.#cursor = new EventCursor(feed, 'event')
  }

  /** What can be given at once. */
  ready(): ReaderItem<T> | undefined {
    const event = this.#checkpoint === undefined ? this.#cursor.next() : undefined
    return event === undefined ? undefined : { kind: 'event', event }
  }

  async read(call: CallOptions | undefined): Promise<ReaderItem<T> | Extract<Fed<T>, { kind: 'ended' }>> {
    if (this.#checkpoint !== undefined) {
      this.#feed.answer(this.#checkpoint)
      this.#checkpoint = undefined
    }
    for (;;) {
      const event = this.#cursor.next()
      if (event !== undefined) return { kind: 'event', event }
      this.#cursor.finish()
      const fed = await this.#feed.next(call)
      if (fed.kind === 'slice') {
        this.#cursor.begin(fed.owned, fed.slice)
        continue
      }
      if (fed.kind === 'checkpoint') this.#checkpoint = fed.checkpoint
      return fed
    }
  }

  /** Ends it; what is in hand is acknowledged, or comes again. */
  end(acknowledges: boolean): void {
    if (acknowledges) this.#cursor.finish()
    else this.#cursor.giveUp()
    if (this.#checkpoint === undefined) return
    if (acknowledges) this.#feed.answer(this.#checkpoint)
    else this.#feed.undeliver(this.#checkpoint)
    this.#checkpoint = undefined
  }
}
