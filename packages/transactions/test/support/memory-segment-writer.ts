import { type CloseOptions, newWriterId, PravegaError, type WriterId } from '@pravega-ts/model'
import type {
  AppendBlock,
  SegmentReference,
  SegmentWriter,
  SegmentWriterOptions,
  SegmentWriterState,
  UnackedBlock,
} from '@pravega-ts/segment-client'

/** A segment in memory. */
export class MemorySegment {
  readonly name: string
  data: Buffer = Buffer.alloc(0)
  deleted = false
  sealed = false

  constructor(name: string) {
    this.name = name
  }

  get events(): readonly string[] {
    const events: string[] = []
    for (let at = 0; at < this.data.length; ) {
      const length = this.data.readInt32BE(at + 4)
      events.push(this.data.toString('utf8', at + 8, at + 8 + length))
      at += 8 + length
    }
    return events
  }

  get refusal(): PravegaError | undefined {
    if (this.deleted) return new PravegaError('NO_SUCH_SEGMENT', `${this.name} does not exist`)
    return this.sealed ? new PravegaError('SEGMENT_SEALED', `${this.name} is sealed`) : undefined
  }
}

class MemoryBlock implements AppendBlock, UnackedBlock {
  context: unknown
  events = 0
  data: Buffer[] = []
  readonly #outcome: PromiseWithResolvers<void> = Promise.withResolvers<void>()

  constructor() {
    this.#outcome.promise.catch(() => {})
  }

  get acked(): Promise<void> {
    return this.#outcome.promise
  }

  get bytes(): number {
    return this.data.reduce((sum, { length }) => sum + length, 0)
  }

  settle(error?: PravegaError): void {
    if (error === undefined) this.#outcome.resolve()
    else this.#outcome.reject(error)
  }
}

/** Appends at the end of each turn, unless appends are held back. */
export class MemorySegmentWriter implements SegmentWriter {
  readonly segment: SegmentReference
  readonly writerId: WriterId = newWriterId()
  readonly #target: MemorySegment
  readonly #options: SegmentWriterOptions
  readonly #isHeld: () => boolean
  state: SegmentWriterState = 'idle'
  cause: PravegaError | undefined
  acknowledgedOffset: bigint | undefined
  offset: bigint | undefined
  buffer: Buffer = Buffer.alloc(0)
  #open: MemoryBlock | undefined
  #sent: MemoryBlock[] = []
  #unacked: MemoryBlock[] = []

  constructor(segment: SegmentReference, target: MemorySegment, options: SegmentWriterOptions, isHeld: () => boolean) {
    this.segment = segment
    this.#target = target
    this.#options = options
    this.#isHeld = isHeld
  }

  get pendingBytes(): number {
    return [...this.#sent, ...(this.#open === undefined ? [] : [this.#open])].reduce((sum, { bytes }) => sum + bytes, 0)
  }

  get block(): AppendBlock {
    if (this.#open === undefined) throw new RangeError('reserve() comes first')
    return this.#open
  }

  reserve(length: number): number {
    if (this.cause !== undefined) throw this.cause
    this.buffer = Buffer.alloc(length)
    this.#open ??= new MemoryBlock()
    return 0
  }

  commit(length: number, events: number): AppendBlock {
    const block = this.#open
    if (block === undefined) throw new RangeError('reserve() comes first')
    block.data.push(this.buffer.subarray(0, length))
    block.events += events
    queueMicrotask(() => this.#send())
    return block
  }

  /** Carries out what waits. */
  step(): void {
    for (let block = this.#sent[0]; block !== undefined && this.cause === undefined; block = this.#sent[0]) {
      const { refusal } = this.#target
      if (refusal !== undefined) {
        this.#end(refusal)
        return
      }
      this.#sent.shift()
      this.#target.data = Buffer.concat([this.#target.data, ...block.data])
      this.acknowledgedOffset = BigInt(this.#target.data.length)
      this.#options.onSettled?.(block, undefined)
      block.settle()
    }
  }

  takeUnacked(): readonly UnackedBlock[] {
    return this.#unacked.splice(0)
  }

  async close(_options?: CloseOptions): Promise<void> {
    if (this.cause === undefined) this.#end(new PravegaError('CLOSED', 'the segment writer is closed'))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #send(): void {
    const block = this.#open
    if (block === undefined || this.cause !== undefined) return
    this.#open = undefined
    this.#sent.push(block)
    if (!this.#isHeld()) queueMicrotask(() => this.step())
  }

  #end(cause: PravegaError): void {
    this.cause = cause
    this.state = 'closed'
    this.#unacked = this.#open === undefined ? this.#sent : [...this.#sent, this.#open]
    this.#sent = []
    this.#open = undefined
    if (!PravegaError.is(cause, 'CLOSED')) this.#options.onEnd?.(cause, this)
    for (const block of this.#unacked.splice(0)) {
      this.#options.onSettled?.(block, cause)
      block.settle(cause)
    }
  }

  async append(): Promise<void> {
    throw new Error('events are not appended one by one')
  }

  async flush(): Promise<void> {
    throw new Error('events are flushed by block')
  }

  async ready(): Promise<void> {}

  async appendIf(): Promise<boolean> {
    throw new Error('events are not appended on conditions')
  }

  async reset(): Promise<void> {
    throw new Error('event writers do not reset')
  }

  seek(): void {
    throw new Error('event writers do not seek')
  }
}
