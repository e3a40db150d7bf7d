import { type CallOptions, type CloseOptions, newWriterId, PravegaError, type WriterId } from '@pravega-ts/model'
import type {
  AppendBlock,
  AppendOptions,
  SegmentReference,
  SegmentWriter,
  SegmentWriterOptions,
  SegmentWriterState,
  UnackedBlock,
} from '@pravega-ts/segment-client'
import type { ModelSegment } from './model-segment.ts'

class ModelBlock implements AppendBlock, UnackedBlock {
  context: unknown
  events = 0
  readonly pieces: Buffer[] = []
  readonly #outcome = Promise.withResolvers<void>()

  constructor() {
    this.#outcome.promise.catch(() => {})
  }

  get acked(): Promise<void> {
    return this.#outcome.promise
  }

  get bytes(): number {
    return this.pieces.reduce((sum, { length }) => sum + length, 0)
  }

  get data(): readonly Uint8Array[] {
    return this.pieces
  }

  settle(error?: PravegaError): void {
    if (error === undefined) this.#outcome.resolve()
    else this.#outcome.reject(error)
  }
}

/** A segment writer on a {@link ModelSegment}: sends a block at the end of each turn; the segment says when it is carried out. */
export class ModelWriter implements SegmentWriter {
  readonly segment: SegmentReference
  readonly writerId: WriterId = newWriterId()
  readonly options: SegmentWriterOptions
  state: SegmentWriterState = 'idle'
  cause: PravegaError | undefined
  acknowledgedOffset: bigint | undefined
  offset: bigint | undefined
  buffer: Buffer = Buffer.alloc(0)
  readonly target: ModelSegment
  #open: ModelBlock | undefined
  #sent: ModelBlock[] = []
  #unacked: ModelBlock[] = []
  /** Blocks that were sent, in all. */
  blocks = 0

  constructor(segment: SegmentReference, target: ModelSegment, options: SegmentWriterOptions) {
    this.segment = segment
    this.target = target
    this.options = options
    if (options.expectedOffset !== undefined) this.offset = BigInt(options.expectedOffset)
  }

  get pendingBytes(): number {
    return [...this.#sent, ...(this.#open === undefined ? [] : [this.#open])].reduce((sum, { bytes }) => sum + bytes, 0)
  }

  get waitingBlocks(): number {
    return this.#sent.length
  }

  get block(): AppendBlock {
    if (this.#open === undefined) throw new RangeError('reserve() comes first')
    return this.#open
  }

  reserve(length: number): number {
    if (this.cause !== undefined) throw this.cause
    const { maxBlockBytes = 1024 * 1024 } = this.options
    if (this.#open !== undefined && this.#open.bytes > 0 && this.#open.bytes + length > maxBlockBytes) this.#send()
    if (this.cause !== undefined) return -1
    this.buffer = Buffer.alloc(length + 10, 0xee)
    this.#open ??= new ModelBlock()
    return 5
  }

  commit(length: number, events: number): AppendBlock {
    const block = this.#open
    if (block === undefined) throw new RangeError('reserve() comes first')
    block.pieces.push(this.buffer.subarray(5, 5 + length))
    block.events += events
    queueMicrotask(() => this.#send())
    return block
  }

  async append(data: Uint8Array, options?: AppendOptions): Promise<void> {
    options?.signal?.throwIfAborted()
    for (let at = 0; at < data.length; at += this.options.maxBlockBytes ?? data.length) {
      const piece = data.subarray(at, at + (this.options.maxBlockBytes ?? data.length))
      const place = this.reserve(piece.length)
      this.buffer.set(piece, place)
      this.commit(piece.length, 1)
      this.#send()
    }
  }

  async flush(call?: CallOptions): Promise<void> {
    this.#send()
    const last = this.#sent.at(-1)
    const { signal } = call ?? {}
    await new Promise<void>((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(PravegaError.from(signal.reason)))
      ;(last?.acked ?? Promise.resolve()).then(resolve, reject)
    })
    if (this.cause !== undefined) throw this.cause
  }

  /** The segment carries out the next block, or says that it does not. */
  step(): boolean {
    const block = this.#sent[0]
    if (block === undefined || this.cause !== undefined) return false
    const refusal = this.target.refusal()
    if (refusal !== undefined) {
      this.#end(refusal)
      return true
    }
    this.#sent.shift()
    this.target.append(Buffer.concat(block.pieces), block.events)
    this.acknowledgedOffset = BigInt(this.target.length)
    this.options.onSettled?.(block, undefined)
    block.settle()
    return true
  }

  /** The writer ends for another reason. */
  end(cause: PravegaError): void {
    this.#end(cause)
  }

  takeUnacked(): readonly UnackedBlock[] {
    return this.#unacked.splice(0)
  }

  async close(options: CloseOptions = {}): Promise<void> {
    if (this.cause !== undefined) return
    if (options.force !== true) await this.flush()
    this.#end(new PravegaError('CLOSED', 'the segment writer is closed'))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #send(): void {
    const block = this.#open
    if (block === undefined || this.cause !== undefined) return
    this.#open = undefined
    this.blocks += 1
    this.#sent.push(block)
    this.target.sent(this)
  }

  #end(cause: PravegaError): void {
    if (this.cause !== undefined) return
    this.cause = cause
    this.state = 'closed'
    this.#unacked = this.#open === undefined ? this.#sent : [...this.#sent, this.#open]
    this.#sent = []
    this.#open = undefined
    if (!PravegaError.is(cause, 'CLOSED')) this.options.onEnd?.(cause, this)
    for (const block of this.#unacked.splice(0)) {
      this.options.onSettled?.(block, cause)
      block.settle(cause)
    }
  }

  async ready(): Promise<void> {}

  async appendIf(): Promise<boolean> {
    throw new Error('events are not appended on single conditions')
  }

  async reset(): Promise<void> {
    throw new Error('event writers do not reset')
  }

  seek(): void {
    throw new Error('event writers do not seek')
  }
}
