import { type CallOptions, type CloseOptions, newWriterId, PravegaError } from '@pravega-ts/model'
import type { AppendBlock, SegmentReference, SegmentWriter, SegmentWriterState } from '@pravega-ts/segment-client'
import type { ModelClient, ModelSegment } from './model-store.ts'

/** Appends one after the other, each once, whoever still waits for it. */
export class ModelWriter implements SegmentWriter {
  readonly segment: SegmentReference
  readonly writerId: string = newWriterId()
  readonly offset: undefined = undefined
  readonly acknowledgedOffset: undefined = undefined
  readonly pendingBytes: number = 0
  readonly #client: ModelClient
  readonly #target: () => ModelSegment
  /** How often there is no room. */
  full = 0
  state: SegmentWriterState = 'idle'
  cause: PravegaError | undefined
  buffer: Uint8Array = new Uint8Array(0)
  #last: Promise<unknown> = Promise.resolve()

  constructor(client: ModelClient, segment: SegmentReference, target: () => ModelSegment) {
    this.#client = client
    this.segment = segment
    this.#target = target
  }

  async appendIf(expectedOffset: bigint, data: Uint8Array, call: CallOptions = {}): Promise<boolean> {
    this.#check()
    const copy = Buffer.from(data)
    const appended = this.#afterThoseBefore(async () => {
      let stored = false
      // An answer that is lost changes nothing: the writer finds out.
      await this.#client.request('appendIf', undefined, () => {
        const target = this.#open()
        stored = BigInt(target.bytes.length) === expectedOffset
        if (stored) target.append(copy)
      })
      return stored
    })
    const { signal } = call
    const aborted = new Promise<never>((_, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
    return await Promise.race([appended, aborted])
  }

  reserve(length: number): number {
    this.#check()
    if (this.full > 0) {
      this.full -= 1
      return -1
    }
    this.buffer = new Uint8Array(length + 3)
    return 3
  }

  get block(): AppendBlock {
    throw new Error('blocks are of no interest to records')
  }

  commit(length: number, events: number): AppendBlock {
    const data = this.buffer.slice(3, 3 + length)
    const acked = this.#afterThoseBefore(() =>
      this.#client.request('append', undefined, () => this.#open().append(data)),
    )
    return { acked, bytes: length, events, context: undefined }
  }

  async ready(): Promise<void> {}

  async close(options: CloseOptions = {}): Promise<void> {
    if (options.force !== true) await this.#last
    this.cause ??= new PravegaError('CLOSED', 'the writer is closed')
    this.state = 'closed'
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #open(): ModelSegment {
    try {
      const target = this.#target()
      if (target.sealed) throw new PravegaError('SEGMENT_SEALED', 'the segment is sealed')
      return target
    } catch (error) {
      this.cause = PravegaError.from(error)
      this.state = 'closed'
      throw error
    }
  }

  #afterThoseBefore<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work)
    this.#last = mine.catch(() => {})
    return mine
  }

  #check(): void {
    if (this.cause !== undefined) throw this.cause
  }

  append(): never {
    throw new Error('records are appended whole')
  }

  flush(): never {
    throw new Error('records have promises of their own')
  }

  reset(): never {
    throw new Error('there is no chain')
  }

  seek(): never {
    throw new Error('there is no chain')
  }

  takeUnacked(): readonly [] {
    return []
  }
}
