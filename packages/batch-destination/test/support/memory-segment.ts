import { newWriterId, PravegaError, type WriterId } from '@pravega-ts/model'
import type {
  AppendBlock,
  ReadResult,
  SegmentReader,
  SegmentReaderOptions,
  SegmentReference,
  SegmentWriter,
  SegmentWriterOptions,
  SegmentWriterState,
  UnackedBlock,
} from '@pravega-ts/segment-client'

/** A segment in memory. */
export class MemorySegment {
  data: Buffer = Buffer.alloc(0)
  sealed = false

  get payloads(): Uint8Array[] {
    const payloads: Uint8Array[] = []
    for (let at = 0; at < this.data.length; ) {
      const end = at + 8 + this.data.readInt32BE(at + 4)
      payloads.push(this.data.subarray(at + 8, end))
      at = end
    }
    return payloads
  }
}

class MemoryBlock implements AppendBlock, UnackedBlock {
  context: unknown
  events = 0
  bytes = 0
  data: Buffer[] = []
  readonly #outcome: PromiseWithResolvers<void> = Promise.withResolvers<void>()

  constructor() {
    this.acked.catch(() => {})
  }

  get acked(): Promise<void> {
    return this.#outcome.promise
  }

  settle(error?: PravegaError): void {
    if (error === undefined) this.#outcome.resolve()
    else this.#outcome.reject(error)
  }
}

/** Appends what was written in one turn at its end. */
export class MemoryWriter implements SegmentWriter {
  readonly segment: SegmentReference
  readonly writerId: WriterId = newWriterId()
  readonly offset: undefined
  readonly acknowledgedOffset: undefined
  state: SegmentWriterState = 'ready'
  cause: PravegaError | undefined
  buffer: Buffer = Buffer.alloc(0)
  readonly #target: MemorySegment
  readonly #options: SegmentWriterOptions
  #open: MemoryBlock | undefined

  constructor(segment: SegmentReference, target: MemorySegment, options: SegmentWriterOptions) {
    this.segment = segment
    this.#target = target
    this.#options = options
  }

  get pendingBytes(): number {
    return this.#open?.bytes ?? 0
  }

  get block(): AppendBlock {
    this.#open ??= new MemoryBlock()
    return this.#open
  }

  reserve(length: number): number {
    if (this.cause !== undefined) throw this.cause
    this.buffer = Buffer.alloc(length)
    return 0
  }

  commit(length: number, events: number): AppendBlock {
    const block = this.block as MemoryBlock
    if (block.events === 0) queueMicrotask(() => this.#append())
    block.data.push(this.buffer.subarray(0, length))
    block.bytes += length
    block.events += events
    return block
  }

  takeUnacked(): readonly UnackedBlock[] {
    const block = this.#open
    this.#open = undefined
    return block === undefined ? [] : [block]
  }

  async ready(): Promise<void> {}

  async close(): Promise<void> {
    this.cause ??= new PravegaError('CLOSED', 'closed')
    this.state = 'closed'
    this.#settle(this.cause)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #append(): void {
    if (this.#open === undefined || this.cause !== undefined) return
    if (this.#target.sealed) {
      this.cause = new PravegaError('NO_SUCH_SEGMENT', 'the segment is gone')
      this.#options.onEnd?.(this.cause, this)
      this.#settle(this.cause)
      return
    }
    this.#target.data = Buffer.concat([this.#target.data, ...this.#open.data])
    this.#settle()
  }

  #settle(error?: PravegaError): void {
    const block = this.#open
    this.#open = undefined
    if (block === undefined) return
    this.#options.onSettled?.(block, error)
    block.settle(error)
  }

  append(): never {
    throw new Error('not used')
  }
  appendIf(): never {
    throw new Error('not used')
  }
  flush(): never {
    throw new Error('not used')
  }
  reset(): never {
    throw new Error('not used')
  }
  seek(): never {
    throw new Error('not used')
  }
}

/** Reads what there is when it is asked. */
export class MemoryReader implements SegmentReader {
  readonly segment: SegmentReference
  readonly #source: MemorySegment
  #offset: number

  constructor(segment: SegmentReference, source: MemorySegment, options: SegmentReaderOptions) {
    this.segment = segment
    this.#source = source
    this.#offset = Number(options.offset ?? 0)
  }

  get offset(): bigint {
    return BigInt(this.#offset)
  }

  get available(): number {
    return this.#source.data.length - this.#offset
  }

  tryRead(): ReadResult | undefined {
    if (this.available === 0) return undefined
    const { offset } = this
    const bytes = this.#source.data.subarray(this.#offset)
    this.#offset += bytes.length
    return { kind: 'data', offset, bytes }
  }

  async read(): Promise<ReadResult> {
    const result = this.tryRead()
    if (result === undefined) throw new PravegaError('DEADLINE_EXCEEDED', 'there is nothing more')
    return result
  }

  readInto(): never {
    throw new Error('not used')
  }

  seek(offset: bigint): void {
    this.#offset = Number(offset)
  }

  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}
