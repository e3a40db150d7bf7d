import { type CallOptions, type CloseOptions, PravegaError, type ScopedSegment } from '@pravega-ts/model'
import { behindTheEnd, unserializable } from './log/log-errors.ts'
import { frameRecord } from './log/record-framing.ts'
import type { SegmentLog, Step } from './log/segment-log.ts'
import { OpenCalls } from './open-calls.ts'
import { Revision } from './revision.ts'
import type { RevisionedCodec, RevisionedStream, RevisionedValue } from './revisioned-stream.ts'

/** A {@link RevisionedStream} over a log of records. */
export class SegmentRevisionedStream<T> implements RevisionedStream<T> {
  readonly segment: ScopedSegment
  readonly #log: SegmentLog
  readonly #codec: RevisionedCodec<T>
  readonly #calls: OpenCalls
  #closing: Promise<void> | undefined

  constructor(log: SegmentLog, codec: RevisionedCodec<T>, callTimeoutMs: number) {
    this.segment = log.segment
    this.#log = log
    this.#codec = codec
    this.#calls = new OpenCalls(`Revisioned stream ${log.segment}`, callTimeoutMs)
  }

  readFrom(revision: Revision, call?: CallOptions): AsyncIterable<RevisionedValue<T>> {
    return this.#read(this.#offsetOf(revision), undefined, call)
  }

  readRange(from: Revision, to: Revision, call?: CallOptions): AsyncIterable<RevisionedValue<T>> {
    return this.#read(this.#offsetOf(from), this.#offsetOf(to), call)
  }

  async fetchOldestRevision(call?: CallOptions): Promise<Revision> {
    return await this.#calls.run('asking where it begins', call, async deadline => {
      const { startOffset } = await this.#log.getInfo(deadline.rest())
      return new Revision(this.segment, startOffset)
    })
  }

  async fetchLatestRevision(call?: CallOptions): Promise<Revision> {
    return await this.#calls.run('asking where it ends', call, async deadline => {
      const { writeOffset } = await this.#log.getInfo(deadline.rest())
      return new Revision(this.segment, writeOffset)
    })
  }

  async writeConditionally(latest: Revision, value: T, call?: CallOptions): Promise<Revision | undefined> {
    const offset = this.#offsetOf(latest)
    const record = this.#encode(value)
    return await this.#calls.run('writing', call, async deadline => {
      const isWritten = await this.#log.appendIf(offset, record, deadline)
      return isWritten ? new Revision(this.segment, offset + BigInt(record.length)) : undefined
    })
  }

  async writeUnconditionally(value: T, call?: CallOptions): Promise<void> {
    const record = this.#encode(value)
    await this.#calls.run('writing', call, deadline => this.#log.append(record, deadline))
  }

  async getMark(call?: CallOptions): Promise<Revision | undefined> {
    return await this.#calls.run('getting its mark', call, async deadline => {
      const offset = await this.#log.getMark(deadline.rest())
      return offset === undefined ? undefined : new Revision(this.segment, offset)
    })
  }

  async compareAndSetMark(
    expected: Revision | undefined,
    next: Revision | undefined,
    call?: CallOptions,
  ): Promise<boolean> {
    const from = expected && this.#offsetOf(expected)
    const to = next && this.#offsetOf(next)
    return await this.#calls.run('setting its mark', call, deadline =>
      this.#log.compareAndSetMark(from, to, deadline.rest()),
    )
  }

  async truncateTo(revision: Revision, call?: CallOptions): Promise<void> {
    const offset = this.#offsetOf(revision)
    await this.#calls.run('truncating', call, deadline => this.#log.truncate(offset, deadline.rest()))
  }

  close(options?: CloseOptions): Promise<void> {
    if (options?.force === true) this.#log.close(options).catch(() => {})
    this.#closing ??= this.#calls.close(() => this.#log.close(options))
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async *#read(
    from: bigint,
    to: bigint | undefined,
    call: CallOptions | undefined,
  ): AsyncGenerator<RevisionedValue<T>, void, void> {
    const step: Step = request => this.#calls.run('reading', call, request)
    const end = await step(deadline => this.#log.endFrom(from, deadline.rest()))
    if (to !== undefined && to > end) throw behindTheEnd(this.segment, to, end)
    const last = to ?? end
    for await (const records of this.#log.read({ from, to: last }, step)) {
      for (const { endOffset, payload } of records) {
        if (endOffset > last) return
        yield { revision: new Revision(this.segment, endOffset), value: this.#decode(endOffset, payload) }
      }
    }
  }

  #encode(value: T): Uint8Array {
    try {
      return frameRecord(this.segment, [this.#codec.encode(value)])
    } catch (error) {
      if (PravegaError.is(error)) throw error
      throw unserializable('Encoding a value', this.segment, undefined, error)
    }
  }

  #decode(endOffset: bigint, payload: Uint8Array): T {
    try {
      return this.#codec.decode(payload)
    } catch (error) {
      throw unserializable('Decoding a value', this.segment, endOffset, error)
    }
  }

  #offsetOf(revision: Revision): bigint {
    if (revision.segment.equals(this.segment)) return revision.offset
    throw new PravegaError(
      'INVALID_ARGUMENT',
      `Revision ${revision} is refused: it is not of segment ${this.segment}. Give a revision of this stream`,
    )
  }
}
