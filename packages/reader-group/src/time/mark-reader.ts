import { type CloseOptions, type Deadline, PravegaError, ScopedStream, watermarkStreamName } from '@pravega-ts/model'
import { openRevisionedStream, type Revision, type RevisionedStream } from '@pravega-ts/synchronizer'
import { decodeWatermark, encodeWatermark, type Watermark } from '../codec/watermark.ts'
import type { ReaderGroupStore } from '../reader-group-store.ts'

const CODEC = { encode: encodeWatermark, decode: decodeWatermark }

/** What is done with the watermarks of a stream. */
export interface MarkUser {
  /** Whether what stands before this one is not needed. */
  isPassed(mark: Watermark): boolean
  /** @returns whether it wants more */
  take(mark: Watermark): boolean
}

/** Reads the watermarks of a stream, oldest first, each once. */
export class MarkReader {
  readonly #store: ReaderGroupStore
  readonly #marks: ScopedStream
  #log: RevisionedStream<Watermark> | undefined
  /** Behind the last one that was taken. */
  #place: Revision | undefined

  constructor(store: ReaderGroupStore, { scope, stream }: ScopedStream) {
    this.#store = store
    this.#marks = new ScopedStream(scope, watermarkStreamName(stream))
  }

  /** Gives those that have come since. None when the stream has no watermarks. */
  async read(user: MarkUser, deadline: Deadline): Promise<void> {
    try {
      this.#log ??= await openRevisionedStream(this.#store, this.#marks, CODEC, {}, deadline.rest())
      this.#place ??= await this.#beginning(this.#log, user, deadline)
      await this.#readOn(this.#log, this.#place, user, deadline)
    } catch (error) {
      if (!PravegaError.is(error, 'STREAM_NOT_FOUND', 'STREAM_SEALED', 'NO_SUCH_SEGMENT')) throw error
      await this.close()
      this.#log = undefined
      this.#place = undefined
    }
  }

  /** The next call gives all of them again. */
  restart(): void {
    this.#place = undefined
  }

  async close(options?: CloseOptions): Promise<void> {
    await this.#log?.close(options)
  }

  /** The controller marks a place near the end. Where that is passed already, a long history need not be read. */
  async #beginning(log: RevisionedStream<Watermark>, user: MarkUser, deadline: Deadline): Promise<Revision> {
    const recent = await log.getMark(deadline.rest())
    if (recent !== undefined) {
      try {
        for await (const { value } of log.readFrom(recent, deadline.rest())) {
          if (user.isPassed(value)) return recent
          break
        }
      } catch (error) {
        if (!PravegaError.is(error, 'SEGMENT_TRUNCATED', 'OFFSET_OUT_OF_RANGE')) throw error
      }
    }
    return await log.fetchOldestRevision(deadline.rest())
  }

  async #readOn(log: RevisionedStream<Watermark>, from: Revision, user: MarkUser, deadline: Deadline): Promise<void> {
    let place = from
    for (;;) {
      try {
        for await (const { revision, value } of log.readFrom(place, deadline.rest())) {
          this.#place = place = revision
          if (!user.take(value)) return
        }
        return
      } catch (error) {
        if (!PravegaError.is(error, 'SEGMENT_TRUNCATED')) throw error
        this.#place = place = await log.fetchOldestRevision(deadline.rest())
      }
    }
  }
}
