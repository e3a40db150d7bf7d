import type { RetryPolicy } from '@pravega-ts/config'
import {
  type CallOptions,
  type CloseOptions,
  Deadline,
  newWriterId,
  PravegaError,
  parseUuid,
  type WriterId,
} from '@pravega-ts/model'
import { sessionChannel } from '../diagnostics.ts'
import { type SegmentReference, segmentName } from '../segment-name.ts'
import type { AppendOptions, SegmentWriter, SegmentWriterOptions, SegmentWriterState } from '../segment-writer.ts'
import type { StoreContext } from '../store-context.ts'
import type { AppendBlock, Block, UnackedBlock } from './append-block.ts'
import { FRAME_LAYOUTS } from './append-frame.ts'
import { AppendPipeline, type PipelineAction, type PipelineEvent } from './append-pipeline.ts'
import { BlockAssembler } from './block-assembler.ts'
import { isTimeToSend } from './closing-policy.ts'
import { Intake } from './intake.ts'
import { WriterConnection } from './writer-connection.ts'
import * as errors from './writer-errors.ts'
import { LARGEST_APPEND, writerLimits } from './writer-limits.ts'

const ACCEPTED = Promise.resolve()

/** Carries out what an {@link AppendPipeline} decides: connections, memory, waiting callers. */
export class PipelinedWriter implements SegmentWriter {
  readonly segment: SegmentReference
  readonly writerId: WriterId
  readonly #name: string
  readonly #context: StoreContext
  readonly #timeoutMs: number
  readonly #maxReserve: number
  readonly #chained: boolean
  readonly #onEnd: SegmentWriterOptions['onEnd']
  readonly #onSettled: SegmentWriterOptions['onSettled']
  readonly #onClosed: () => void
  readonly #pipeline: AppendPipeline<Block>
  readonly #assembler: BlockAssembler
  readonly #connection: WriterConnection
  readonly #intake: Intake
  readonly #events: PipelineEvent<Block>[] = []
  #dispatching = false
  #scheduled = false
  #unacked: Block[] = []
  #acknowledgedOffset: bigint | undefined
  #closing: Promise<void> | undefined
  /** Whether a caller has been told why the writer ended, or that there is a conflict. */
  #told = false

  constructor(context: StoreContext, segment: SegmentReference, options: SegmentWriterOptions, onClosed: () => void) {
    const limits = writerLimits(options)
    const retry: RetryPolicy = { ...context.config.retry, attempts: Number.POSITIVE_INFINITY, ...options.retry }
    this.segment = segment
    this.writerId = options.writerId === undefined ? newWriterId() : parseUuid(options.writerId)
    this.#name = segmentName(segment)
    this.#context = context
    this.#timeoutMs = limits.timeoutMs
    this.#maxReserve = Math.max(limits.maxBlockBytes, LARGEST_APPEND)
    this.#chained = limits.expectedOffset !== undefined
    this.#onEnd = options.onEnd
    this.#onSettled = options.onSettled
    this.#onClosed = onClosed
    this.#pipeline = new AppendPipeline<Block>({
      segment: this.#name,
      maxAttempts: retry.attempts,
      chainFrom: limits.expectedOffset,
      maxBlockBytes: limits.maxBlockBytes,
      split: (block, bytes) => {
        return block.splitFirst(bytes, block.conditional ? FRAME_LAYOUTS.conditional : FRAME_LAYOUTS.append)
      },
    })
    this.#assembler = new BlockAssembler(context.slabs, FRAME_LAYOUTS, limits.maxBlockBytes)
    this.#intake = new Intake({
      assembler: this.#assembler,
      maxPendingBytes: limits.maxInFlightBytes,
      conditional: this.#chained,
      onFull: () => this.#closeBlock(),
      onTaken: () => this.#schedule(),
    })
    const intake = this.#intake
    this.#connection = new WriterConnection(context, segment, this.writerId, retry, {
      onEvent: event => this.#onConnection(event),
      get pendingBytes() {
        return intake.pendingBytes
      },
    })
  }

  get state(): SegmentWriterState {
    const { tag } = this.#pipeline.phase
    if (tag === 'ended') return 'closed'
    if (this.#closing !== undefined) return 'closing'
    return this.#pipeline.conflict === undefined ? tag : 'conflict'
  }

  get cause(): PravegaError | undefined {
    const { phase } = this.#pipeline
    return phase.tag === 'ended' ? phase.cause : undefined
  }

  get offset(): bigint | undefined {
    const { chainOffset } = this.#pipeline
    return chainOffset === undefined ? undefined : chainOffset + BigInt(this.#intake.pendingBytes)
  }

  get acknowledgedOffset(): bigint | undefined {
    return this.#acknowledgedOffset
  }

  get pendingBytes(): number {
    return this.#intake.pendingBytes
  }

  get buffer(): Uint8Array {
    return this.#assembler.buffer
  }

  get block(): AppendBlock {
    const { open } = this.#assembler
    if (open === undefined) throw new RangeError('reserve() comes first')
    return open
  }

  append(data: Uint8Array, options: AppendOptions = {}): Promise<void> {
    const refusal = this.#refusal()
    if (refusal !== undefined) return Promise.reject(refusal)
    const owned = options.owned === true
    const taken = this.#intake.take(data, owned)
    return taken === data.length ? ACCEPTED : this.#appendLater(data, taken, owned, options)
  }

  reserve(length: number): number {
    this.#check()
    errors.checkLength(this.#name, length, this.#maxReserve)
    if (!this.#intake.hasRoom(length)) return -1
    const at = this.#assembler.reserve(length)
    if (at >= 0) return at
    this.#closeBlock()
    return this.cause === undefined ? this.#assembler.reserve(length) : -1
  }

  commit(length: number, events: number): AppendBlock {
    const block = this.#assembler.commit(length, events)
    this.#intake.add(length)
    if (this.#assembler.full) this.#closeBlock()
    this.#schedule()
    return block
  }

  async ready(length: number, call?: CallOptions): Promise<void> {
    this.#check()
    errors.checkLength(this.#name, length, this.#maxReserve)
    using deadline = this.#deadline('room for an append', call)
    try {
      await this.#intake.room(length, deadline)
    } catch (error) {
      throw this.#tell(error)
    }
  }

  async appendIf(expectedOffset: bigint, data: Uint8Array, call?: CallOptions): Promise<boolean> {
    this.#check()
    if (this.#chained || data.length > LARGEST_APPEND) {
      throw errors.cannotAppendIf(this.#name, this.#chained, LARGEST_APPEND)
    }
    using deadline = this.#deadline('a conditional append', call)
    await this.#intake.room(data.length, deadline)
    this.#check()
    this.#closeBlock()
    this.#assembler.copyWhole(data, true)
    this.#intake.add(data.length)
    const block = this.#closeBlock(expectedOffset)
    try {
      await deadline.race(block?.acked ?? ACCEPTED)
      return true
    } catch (error) {
      if (PravegaError.is(error, 'CONDITIONAL_CHECK_FAILED')) return false
      throw this.#tell(error)
    }
  }

  async flush(call?: CallOptions): Promise<void> {
    this.#check()
    using deadline = this.#deadline('acknowledgements', call)
    await this.#drain(deadline)
  }

  async reset(call?: CallOptions): Promise<void> {
    if (this.cause !== undefined) throw this.#tell(this.cause)
    using deadline = this.#deadline('the outcome of what was sent', call)
    const dropped = errors.droppedByReset(this.#name)
    this.#intake.refuseAll(dropped)
    this.#dropOpenBlock(dropped)
    this.#dispatch({ type: 'drop' })
    // Whatever it is.
    await deadline.race(this.#pipeline.last?.acked.catch(() => {}) ?? ACCEPTED)
    if (this.cause !== undefined) throw this.#tell(this.cause)
    if (this.#pipeline.chainOffset !== undefined) {
      this.#dispatch({ type: 'chainAt', offset: this.#pipeline.chainOffset })
    }
  }

  seek(offset: bigint): void {
    this.#check()
    if (!this.#chained || this.#intake.pendingBytes > 0 || this.#pipeline.pending > 0) {
      throw errors.cannotSeek(this.#name, this.#chained, this.#intake.pendingBytes)
    }
    this.#dispatch({ type: 'chainAt', offset })
  }

  takeUnacked(): readonly UnackedBlock[] {
    return this.#unacked.splice(0)
  }

  close(options: CloseOptions = {}): Promise<void> {
    if (options.force === true) this.#end()
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    try {
      const failure = this.cause ?? this.#pipeline.conflict
      if (failure !== undefined) {
        if (this.#told || PravegaError.is(failure, 'CLOSED')) return
        throw this.#tell(failure)
      }
      using deadline = this.#deadline('acknowledgements before it closes', {
        timeoutMs: this.#context.config.timeouts.closeMs,
      })
      await this.#drain(deadline)
    } catch (error) {
      // A close with force may overtake this one; it has nothing to tell.
      if (!PravegaError.is(error, 'CLOSED')) throw error
    } finally {
      this.#end()
    }
  }

  #end(): void {
    this.#dispatch({ type: 'fail', cause: errors.writerClosed(this.#name) })
  }

  async #drain(deadline: Deadline): Promise<void> {
    await this.#intake.served(deadline)
    this.#closeBlock()
    try {
      await deadline.race(this.#pipeline.last?.acked ?? ACCEPTED)
    } catch (error) {
      // What became of an appendIf() is told to its caller.
      if (this.#chained || !PravegaError.is(error, 'CONDITIONAL_CHECK_FAILED')) throw this.#tell(error)
    }
    const failure = this.cause ?? this.#pipeline.conflict
    if (failure !== undefined) throw this.#tell(failure)
  }

  async #appendLater(data: Uint8Array, taken: number, owned: boolean, call: CallOptions): Promise<void> {
    using deadline = this.#deadline('room for an append', call)
    try {
      await this.#intake.takeLater(data, taken, owned, deadline)
    } catch (error) {
      if (error instanceof Error) this.#tell(error.cause)
      throw error
    }
  }

  #closeBlock(condition?: bigint): Block | undefined {
    const block = this.#assembler.close()
    if (block === undefined) return undefined
    block.condition = condition
    this.#dispatch({ type: 'enqueue', block })
    return block
  }

  #dropOpenBlock(error: PravegaError): void {
    const block = this.#assembler.close()
    if (block !== undefined) this.#settle(block, error)
  }

  /** Sends the open block at the end of this turn of the event loop, if its time has come. */
  #schedule(): void {
    if (this.#scheduled) return
    if (this.#pipeline.phase.tag === 'idle' && this.#assembler.openBytes > 0) this.#dispatch({ type: 'connect' })
    if (!this.#isTimeToSend()) return
    this.#scheduled = true
    queueMicrotask(() => {
      this.#scheduled = false
      if (this.#isTimeToSend()) this.#closeBlock()
    })
  }

  #isTimeToSend(): boolean {
    const { pending, phase } = this.#pipeline
    return phase.tag === 'ready' && isTimeToSend(this.#assembler.openBytes, pending, this.#chained)
  }

  #dispatch(event: PipelineEvent<Block>): void {
    this.#events.push(event)
    if (this.#dispatching) return
    this.#dispatching = true
    try {
      for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
        for (const action of this.#pipeline.handle(next)) this.#act(action)
      }
    } finally {
      this.#dispatching = false
    }
  }

  #act(action: PipelineAction<Block>): void {
    switch (action.type) {
      case 'connect':
        this.#connection.open(action.attempt, action.cause)
        break
      case 'disconnect':
        this.#connection.drop(action.cause, action.isClean)
        break
      case 'send':
        this.#connection.send(action.block)
        break
      case 'acked':
        this.#settle(action.block)
        break
      case 'conflicted':
        this.#settle(
          action.block,
          this.#pipeline.conflict ?? errors.conditionFailed(this.#name, action.block.condition),
        )
        break
      case 'dropped':
        this.#settle(action.block, errors.droppedByReset(this.#name))
        break
      case 'ended':
        this.#ended(action.cause, action.blocks)
        break
    }
  }

  #settle(block: Block, error?: PravegaError): void {
    this.#intake.release(block.bytes)
    this.#onSettled?.(block, error)
    block.settle(error)
    block.release(this.#context.slabs)
  }

  #ended(cause: PravegaError, blocks: readonly Block[]): void {
    sessionChannel.publish({ segment: this.#name, who: 'writer', state: 'ended', cause })
    const open = this.#assembler.close()
    this.#unacked = open === undefined ? [...blocks] : [...blocks, open]
    try {
      if (!PravegaError.is(cause, 'CLOSED')) this.#onEnd?.(cause, this)
    } catch (error) {
      this.#context.config.logger.error('onEnd of a segment writer has thrown', { segment: this.#name, error })
    }
    for (const block of this.#unacked.splice(0)) this.#settle(block, cause)
    this.#intake.release(this.#intake.pendingBytes)
    this.#assembler.rest()
    this.#intake.refuseAll(cause)
    this.#onClosed()
  }

  #onConnection(event: PipelineEvent<Block>): void {
    if (event.type === 'appended') this.#acknowledgedOffset = this.#connection.segmentLength ?? this.#acknowledgedOffset
    // What has gathered while there was no connection yet is a reason to make another one.
    if (event.type === 'lost') this.#closeBlock()
    this.#dispatch(event)
    this.#proceed()
  }

  /** After an outcome: those who wait get the room, and what has gathered is sent. */
  #proceed(): void {
    const { conflict } = this.#pipeline
    if (conflict !== undefined) {
      this.#dropOpenBlock(conflict)
      this.#intake.refuseAll(conflict)
      return
    }
    this.#intake.proceed()
    if (this.#isTimeToSend()) this.#closeBlock()
    if (this.#intake.pendingBytes === 0) this.#assembler.rest()
  }

  #deadline(waitsFor: string, call: CallOptions | undefined): Deadline {
    const what = (): string => errors.writerWaits(this.#name, this.#pipeline.phase, this.#intake.pendingBytes, waitsFor)
    return new Deadline(what, call, this.#timeoutMs)
  }

  #refusal(): PravegaError | undefined {
    const failure = this.cause ?? this.#pipeline.conflict
    if (failure !== undefined) return this.#tell(failure)
    if (this.#closing === undefined) return undefined
    return errors.writerClosed(this.#name)
  }

  #check(): void {
    const refusal = this.#refusal()
    if (refusal !== undefined) throw refusal
  }

  #tell<T>(error: T): T {
    if (error === this.cause || error === this.#pipeline.conflict) this.#told = true
    return error
  }
}
