import { type CloseOptions, type Deadline, PravegaError, type ScopedSegment } from '@pravega-ts/model'
import type { SegmentWriter } from '@pravega-ts/segment-client'
import type { SynchronizerStore } from '../synchronizer-store.ts'

/** Appends records, each whole. Connects with the first one; a writer that has ended is replaced by the next call. */
export class LogWriter {
  readonly #store: Pick<SynchronizerStore, 'openWriter'>
  readonly #segment: ScopedSegment
  #writer: SegmentWriter | undefined
  #isClosed = false

  constructor(store: Pick<SynchronizerStore, 'openWriter'>, segment: ScopedSegment) {
    this.#store = store
    this.#segment = segment
  }

  /** Appends if the segment ends at an offset. Resolves to whether it did. */
  async appendIf(offset: bigint, record: Uint8Array, deadline: Deadline): Promise<boolean> {
    return await this.#open().appendIf(offset, record, deadline.rest())
  }

  async append(record: Uint8Array, deadline: Deadline): Promise<void> {
    const writer = this.#open()
    let at = writer.reserve(record.length)
    while (at < 0) {
      await writer.ready(record.length, deadline.rest())
      at = writer.reserve(record.length)
    }
    writer.buffer.set(record, at)
    await deadline.race(writer.commit(record.length, 1).acked)
  }

  async close(options?: CloseOptions): Promise<void> {
    this.#isClosed = true
    await this.#writer?.close(options)
  }

  #open(): SegmentWriter {
    if (this.#isClosed)
      throw new PravegaError('CLOSED', `What writes to segment ${this.#segment} is closed. Open it anew`)
    if (this.#writer === undefined || this.#writer.state === 'closed') {
      this.#writer = this.#store.openWriter(this.#segment)
    }
    return this.#writer
  }
}
