import { type ReaderMessage, readerChannel } from '../diagnostics.ts'

type DistributiveOmit<U, K extends PropertyKey> = U extends unknown ? Omit<U, K> : never

/** Tells on the diagnostics channel what a reader does. */
export class ReaderNotices {
  readonly #group: string
  readonly #reader: string

  constructor(group: string, reader: string) {
    this.#group = group
    this.#reader = reader
  }

  publish(message: DistributiveOmit<ReaderMessage, 'group' | 'reader'>): void {
    if (readerChannel.hasSubscribers) readerChannel.publish({ group: this.#group, reader: this.#reader, ...message })
  }
}
