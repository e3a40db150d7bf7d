import { PravegaError } from '@pravega-ts/model'
import type { PipelineAction, PipelineBlock, PipelineEvent } from '../../src/append/append-pipeline.ts'
import { AppendPipeline } from '../../src/append/append-pipeline.ts'

export const NONE: bigint = -(2n ** 63n)

export class TestBlock implements PipelineBlock {
  readonly id: number
  /** Its bytes are these of all that were appended. */
  start: number
  bytes: number
  readonly events: number
  readonly conditional: boolean
  readonly divisible: boolean
  base = -1n
  number = -1n
  sends = 0
  condition: bigint | undefined

  constructor(id: number, start: number, bytes: number, events: number, kind: BlockKind) {
    this.id = id
    this.start = start
    this.bytes = bytes
    this.events = events
    this.conditional = kind.conditional
    this.divisible = kind.divisible
  }
}

interface BlockKind {
  readonly conditional: boolean
  readonly divisible: boolean
}

/** Bytes of this writer that are stored behind each other, or an append of another. */
export type Stored = { readonly start: number; readonly bytes: number } | 'foreign'

type Reply = PipelineEvent<TestBlock>

interface ServerConnection {
  /** The writer's number as this connection knows it. */
  last: bigint
  readonly received: { start: number; bytes: number; number: bigint; condition: bigint | undefined }[]
  readonly replies: Reply[]
  open: boolean
}

/**
 * A segment store and a network between it and one pipeline, step by step: appends and replies wait until they are let through,
 * connections are cut, and what was sent over a cut connection may still be stored later.
 */
export class Scene {
  readonly pipeline: AppendPipeline<TestBlock>
  /** What is in the segment, in order. */
  readonly log: Stored[] = []
  /** Ids of blocks that were acknowledged, those of parts too. */
  readonly acked: number[] = []
  /** Bytes that were acknowledged, all from the first one on. */
  ackedBytes = 0
  readonly conflicted: number[] = []
  readonly dropped: number[] = []
  handedBack: number[] | undefined
  handedBackBytes = 0
  endCause: PravegaError | undefined
  length = 0n
  #attribute: bigint
  #sealed = false
  readonly #old: ServerConnection[] = []
  #connection: ServerConnection | undefined
  #wantsConnection = false
  #nextId = 0
  #nextByte = 0
  readonly #chained: boolean

  /** @param stored - The number that the segment has for the writer id from the beginning. */
  constructor(chained: boolean, maxAttempts: number = Number.POSITIVE_INFINITY, stored: bigint = NONE) {
    this.#chained = chained
    this.#attribute = stored
    const chainFrom = chained ? 0n : undefined
    this.pipeline = new AppendPipeline<TestBlock>({
      segment: 's/t/0.#epoch.0',
      maxAttempts,
      chainFrom,
      maxBlockBytes: 1024 * 1024,
      split: (block, bytes) => {
        const { conditional, divisible } = block
        const part = new TestBlock(block.id, block.start, bytes, 1, { conditional, divisible })
        block.start += bytes
        block.bytes -= bytes
        return part
      },
    })
  }

  /** How many bytes of this writer are in the segment, if each is there once and in order. */
  get storedBytes(): number {
    let end = 0
    for (const stored of this.log) {
      if (stored === 'foreign') continue
      if (stored.start !== end) throw new Error(`bytes from ${stored.start} on are stored behind ${end}`)
      end = stored.start + stored.bytes
    }
    return end
  }

  get appendedBytes(): number {
    return this.#nextByte
  }

  get settled(): boolean {
    return this.pipeline.pending === 0
  }

  get wantsConnection(): boolean {
    return this.#wantsConnection
  }

  append(bytes: number, events: number, divisible = true): TestBlock {
    return this.#enqueue(bytes, events, { conditional: this.#chained, divisible })
  }

  appendIf(bytes: number, condition: bigint): TestBlock {
    return this.#enqueue(bytes, 1, { conditional: true, divisible: false }, condition)
  }

  #enqueue(bytes: number, events: number, kind: BlockKind, condition?: bigint): TestBlock {
    const block = new TestBlock(this.#nextId, this.#nextByte, bytes, events, kind)
    if (this.endCause !== undefined) return block
    this.#nextId += 1
    this.#nextByte += bytes
    block.condition = condition
    this.dispatch({ type: 'enqueue', block })
    return block
  }

  /** The connection that was asked for is made and set up. */
  connect(): void {
    if (!this.#wantsConnection) return
    this.#wantsConnection = false
    this.#connection = { last: this.#attribute, received: [], replies: [], open: true }
    this.dispatch({ type: 'setUp', lastEventNumber: this.#attribute })
  }

  /** The server stores, or refuses, the next append that waits on the current or on an old connection. */
  process(which: 'current' | 'old'): void {
    const connection = which === 'current' ? this.#connection : this.#old.find(({ received }) => received.length > 0)
    const append = connection?.received.shift()
    if (connection === undefined || append === undefined || !connection.open) return
    const { start, bytes, number, condition } = append
    if (this.#sealed) {
      connection.replies.push({ type: 'fail', cause: new PravegaError('SEGMENT_SEALED', 'sealed') })
    } else if (condition !== undefined && condition !== this.length) {
      connection.replies.push({ type: 'conditionFailed', eventNumber: number })
    } else if (connection.last !== this.#attribute) {
      connection.replies.push({ type: 'lost', cause: new PravegaError('INVALID_EVENT_NUMBER', 'moved') })
      connection.open = false
    } else {
      const previousEventNumber = connection.last
      this.#attribute = number
      connection.last = number
      this.log.push({ start, bytes })
      this.length += BigInt(bytes)
      connection.replies.push({ type: 'appended', eventNumber: number, previousEventNumber })
    }
  }

  /** The next reply arrives; `merged`: one acknowledgement stands for all that wait. */
  deliver(merged: boolean): void {
    const replies = this.#connection?.replies
    let reply = replies?.shift()
    while (merged && reply?.type === 'appended' && replies?.[0]?.type === 'appended') {
      const { previousEventNumber } = reply
      const next = replies.shift()
      if (next?.type === 'appended') reply = { ...next, previousEventNumber }
    }
    if (reply !== undefined) this.dispatch(reply)
  }

  /** @param after - Appends that still reach the server; the others are lost. */
  cut(after: number = Number.POSITIVE_INFINITY): void {
    this.#connection?.received.splice(after)
    if (this.#connection !== undefined)
      this.dispatch({ type: 'lost', cause: new PravegaError('CONNECTION_LOST', 'cut') })
  }

  foreignAppend(bytes: number): void {
    if (this.#sealed) return
    this.log.push('foreign')
    this.length += BigInt(bytes)
  }

  seal(): void {
    this.#sealed = true
  }

  /** Lets everything through until nothing happens any more. */
  drain(): void {
    for (let step = 0; step < 10_000; step++) {
      if (this.#wantsConnection) this.connect()
      else if (this.#old.some(({ received, open }) => open && received.length > 0)) this.process('old')
      else if ((this.#connection?.received.length ?? 0) > 0 && this.#connection?.open) this.process('current')
      else if ((this.#connection?.replies.length ?? 0) > 0) this.deliver(false)
      else return
    }
    throw new Error('it never comes to rest')
  }

  dispatch(event: PipelineEvent<TestBlock>): void {
    for (const action of this.pipeline.handle(event)) this.#act(action)
  }

  #act(action: PipelineAction<TestBlock>): void {
    switch (action.type) {
      case 'connect':
        this.#wantsConnection = true
        break
      case 'disconnect':
        if (this.#connection !== undefined) this.#old.push(this.#connection)
        this.#connection = undefined
        this.#wantsConnection = false
        break
      case 'send': {
        const { block } = action
        const connection = this.#connection
        if (connection === undefined) throw new Error('sent without a connection')
        const before = connection.received.at(-1)?.number ?? connection.last
        if (block.number <= before) throw new Error(`number ${block.number} was sent behind ${before}`)
        const { start, bytes, number, condition } = block
        connection.received.push({ start, bytes, number, condition })
        break
      }
      case 'acked':
        this.acked.push(action.block.id)
        this.ackedBytes += action.block.bytes
        if (!this.log.some(stored => covers(stored, action.block))) throw new Error('acknowledged, but not stored')
        break
      case 'conflicted':
        this.conflicted.push(action.block.id)
        break
      case 'dropped':
        this.dropped.push(action.block.id)
        break
      case 'ended':
        this.handedBack = action.blocks.map(({ id }) => id)
        this.handedBackBytes = action.blocks.reduce((sum, { bytes }) => sum + bytes, 0)
        this.endCause = action.cause
        break
    }
  }
}

function covers(stored: Stored, { start, bytes }: TestBlock): boolean {
  return stored !== 'foreign' && stored.start <= start && start + bytes <= stored.start + stored.bytes
}
