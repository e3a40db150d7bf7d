import { type CallOptions, type CloseOptions, newWriterId, PravegaError } from '@pravega-ts/model'
import type {
  AppendBlock,
  AppendOptions,
  SegmentReference,
  SegmentWriter,
  SegmentWriterOptions,
  SegmentWriterState,
} from '@pravega-ts/segment-client'
import type { MemorySegment } from './memory-store.ts'

/** A segment writer that stores at once, or on {@link MemorySegment.release} while the segment is held. */
export class MemoryWriter implements SegmentWriter {
  readonly segment: SegmentReference
  readonly writerId: string = newWriterId()
  readonly options: SegmentWriterOptions
  readonly buffer: Uint8Array = new Uint8Array(0)
  state: SegmentWriterState = 'ready'
  cause: PravegaError | undefined
  acknowledgedOffset: bigint | undefined
  readonly #target: MemorySegment
  #offset: bigint | undefined
  #pending: Buffer[] = []
  #conflict: PravegaError | undefined

  constructor(segment: SegmentReference, target: MemorySegment, options: SegmentWriterOptions) {
    this.segment = segment
    this.options = options
    this.#target = target
    this.#offset = options.expectedOffset === undefined ? undefined : BigInt(options.expectedOffset)
  }

  get offset(): bigint | undefined {
    return this.#offset === undefined ? undefined : this.#offset + BigInt(this.pendingBytes)
  }

  get pendingBytes(): number {
    return this.#pending.reduce((sum, { length }) => sum + length, 0)
  }

  async append(data: Uint8Array, options: AppendOptions = {}): Promise<void> {
    this.#check()
    if (options.signal?.aborted) throw new PravegaError('ABORTED', 'aborted')
    await this.#target.room(options.signal)
    this.#check()
    this.#pending.push(Buffer.from(data))
    this.#store()
  }

  async flush(_?: CallOptions): Promise<void> {
    this.#check()
    this.#store()
    this.#check()
  }

  async reset(): Promise<void> {
    if (this.cause !== undefined) throw this.cause
    this.#pending = []
    this.#conflict = undefined
  }

  seek(offset: bigint): void {
    this.#offset = offset
  }

  async close(options: CloseOptions = {}): Promise<void> {
    if (this.cause !== undefined) return
    try {
      if (options.force !== true) await this.flush()
    } finally {
      this.cause ??= new PravegaError('CLOSED', 'the segment writer is closed')
      this.state = 'closed'
      this.#target.closed.push(options.force === true ? 'writer by force' : 'writer')
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #store(): void {
    while (this.#pending[0] !== undefined && this.cause === undefined && this.#conflict === undefined) {
      const target = this.#target
      if (target.sealed) this.cause = new PravegaError('SEGMENT_SEALED', 'sealed')
      else if (this.#offset !== undefined && this.#offset !== BigInt(target.data.length)) {
        this.#conflict = new PravegaError('CONDITIONAL_CHECK_FAILED', 'somebody else')
      } else {
        const data = this.#pending.shift() ?? Buffer.alloc(0)
        target.append(data)
        this.acknowledgedOffset = BigInt(target.data.length)
        if (this.#offset !== undefined) this.#offset += BigInt(data.length)
      }
    }
  }

  #check(): void {
    const failure = this.cause ?? this.#conflict
    if (failure !== undefined) throw failure
  }

  reserve(): number {
    throw new Error('byte streams do not reserve')
  }

  get block(): AppendBlock {
    throw new Error('byte streams do not reserve')
  }

  commit(): AppendBlock {
    throw new Error('byte streams do not commit')
  }

  async ready(): Promise<void> {}

  async appendIf(): Promise<boolean> {
    throw new Error('byte streams do not append on single conditions')
  }

  takeUnacked(): readonly [] {
    return []
  }
}
