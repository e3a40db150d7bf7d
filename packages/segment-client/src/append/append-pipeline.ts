import { PravegaError } from '@pravega-ts/model'

/** What the pipeline needs to know of a block; it never looks at the data. */
export interface PipelineBlock {
  readonly bytes: number
  readonly events: number
  readonly conditional: boolean
  /** Whether a part of it may be appended before the rest. */
  readonly divisible: boolean
  /** The number before those of this block. */
  base: bigint
  /** Number of its last event; -1 until it is sent for the first time. */
  number: bigint
  sends: number
  condition: bigint | undefined
}

export interface PipelineOptions<B extends PipelineBlock> {
  /** Names the segment in errors. */
  readonly segment: string
  /** Consecutive losses of a connection without an acknowledgement in between before the writer gives up. */
  readonly maxAttempts: number
  /** For a writer whose every append is conditional on the end of the one before: where the first one goes. */
  readonly chainFrom: bigint | undefined
  /** Most bytes of a block. */
  readonly maxBlockBytes: number
  /** Takes the first bytes away from a divisible block and makes a block of them. */
  split(block: B, bytes: number): B
}

/** Parts have a multiple of this size, and a block as many numbers as it has such pieces: parts can be divided again. */
export const SMALLEST_PART: number = 16 * 1024

/**
 * - `idle`: no connection, and nothing to send
 * - `connecting`: the owner has been asked for a connection that is set up
 * - `ready`: appends are sent as they come
 * - `ended`: nothing is appended any more
 */
export type PipelinePhase =
  | { readonly tag: 'idle' }
  | { readonly tag: 'connecting'; readonly attempt: number; readonly cause: PravegaError | undefined }
  | { readonly tag: 'ready' }
  | { readonly tag: 'ended'; readonly cause: PravegaError }

export type PipelineEvent<B extends PipelineBlock> =
  | { readonly type: 'enqueue'; readonly block: B }
  /** A connection is wanted although nothing is to be sent. */
  | { readonly type: 'connect' }
  | { readonly type: 'setUp'; readonly lastEventNumber: bigint }
  | { readonly type: 'appended'; readonly eventNumber: bigint; readonly previousEventNumber: bigint }
  | { readonly type: 'conditionFailed'; readonly eventNumber: bigint }
  | { readonly type: 'lost'; readonly cause: PravegaError }
  | { readonly type: 'fail'; readonly cause: PravegaError }
  /** What certainly never left is dropped. */
  | { readonly type: 'drop' }
  /** A chain goes on at this offset, and a conflict is forgotten. Only while nothing is pending. */
  | { readonly type: 'chainAt'; readonly offset: bigint }

export type PipelineAction<B extends PipelineBlock> =
  | { readonly type: 'connect'; readonly attempt: number; readonly cause: PravegaError | undefined }
  /** Clean: nothing is in flight, so the connection may serve others. */
  | { readonly type: 'disconnect'; readonly cause: PravegaError; readonly isClean: boolean }
  | { readonly type: 'send'; readonly block: B }
  | { readonly type: 'acked'; readonly block: B }
  | { readonly type: 'conflicted'; readonly block: B }
  | { readonly type: 'dropped'; readonly block: B }
  | { readonly type: 'ended'; readonly cause: PravegaError; readonly blocks: readonly B[] }

/**
 * The rules of exactly-once appends, without sockets, clocks and memory: events in, actions out.
 *
 * Invariants:
 * - blocks are settled in the order in which they came, each once
 * - a number is given to a block when it is first sent, is kept through every resend, grows from block to block, and is
 *   never sent twice over one setup (a server would store it twice without a word)
 * - what a setup reports as stored counts as acknowledged
 * - a conditional append travels alone: a server takes a later one behind one that it has refused, when the lengths happen to fit
 * - after a loss blocks travel in smaller parts, so that a connection that never lasts long still gets something through. The
 *   parts have numbers up to that of their block: whichever of block and parts is stored first, the others are refused
 */
export class AppendPipeline<B extends PipelineBlock> {
  readonly #options: PipelineOptions<B>
  readonly #queue: B[] = []
  #phase: PipelinePhase = { tag: 'idle' }
  /** Blocks at the head of the queue that were sent over this connection. */
  #inFlight = 0
  /** Losses since the last progress. */
  #losses = 0
  /** Highest number that is known to be stored; undefined before the first setup. */
  #stored: bigint | undefined
  /** Highest number that was given to a block. */
  #numbered = 0n
  #chainOffset: bigint | undefined
  #conflict: PravegaError | undefined
  /** Was refused, but an earlier sending of it may have been stored: the next setup tells. */
  #doubtful: B | undefined
  /** The segment is sealed, but earlier sendings of what was refused may have been stored: the next setup tells. */
  #sealed: PravegaError | undefined
  /** Larger divisible blocks are sent in parts of this size. Shrinks with losses, grows with acknowledgements. */
  #partBytes: number

  constructor(options: PipelineOptions<B>) {
    this.#options = options
    this.#partBytes = options.maxBlockBytes
    this.#chainOffset = options.chainFrom
  }

  get phase(): PipelinePhase {
    return this.#phase
  }

  /** Blocks that are not settled. */
  get pending(): number {
    return this.#queue.length
  }

  /** The block that will be settled last, of those that are pending. */
  get last(): B | undefined {
    return this.#queue.at(-1)
  }

  /** Blocks that were sent over this connection and not answered. */
  get inFlight(): number {
    return this.#inFlight
  }

  /** Where the next unsent block of a chain goes once everything before it is stored. */
  get chainOffset(): bigint | undefined {
    return this.#chainOffset
  }

  /** Why appends of a chain are refused until a reset. */
  get conflict(): PravegaError | undefined {
    return this.#conflict
  }

  handle(event: PipelineEvent<B>): readonly PipelineAction<B>[] {
    const actions: PipelineAction<B>[] = []
    if (this.#phase.tag === 'ended') return actions
    switch (event.type) {
      case 'enqueue':
        if (this.#conflict !== undefined) {
          actions.push({ type: 'conflicted', block: event.block })
          break
        }
        this.#queue.push(event.block)
        if (this.#phase.tag === 'idle') this.#connect(undefined, actions)
        else this.#pump(actions)
        break
      case 'connect':
        if (this.#phase.tag === 'idle') this.#connect(undefined, actions)
        break
      case 'setUp':
        this.#setUp(event.lastEventNumber, actions)
        break
      case 'appended':
        this.#appended(event.eventNumber, event.previousEventNumber, actions)
        break
      case 'conditionFailed':
        this.#conditionFailed(event.eventNumber, actions)
        break
      case 'lost':
        this.#lost(event.cause, actions)
        break
      case 'fail':
        this.#fail(event.cause, actions)
        break
      case 'drop': {
        const sent = this.#queue.findLastIndex(block => block.sends > 0) + 1
        for (const block of this.#queue.splice(sent)) actions.push({ type: 'dropped', block })
        break
      }
      case 'chainAt':
        if (this.#queue.length > 0) throw new RangeError('a chain is moved while blocks of it are pending')
        this.#conflict = undefined
        this.#chainOffset = event.offset
        break
    }
    return actions
  }

  #connect(cause: PravegaError | undefined, actions: PipelineAction<B>[]): void {
    this.#phase = { tag: 'connecting', attempt: this.#losses, cause }
    actions.push({ type: 'connect', attempt: this.#losses, cause })
  }

  #setUp(lastEventNumber: bigint, actions: PipelineAction<B>[]): void {
    if (this.#phase.tag !== 'connecting') return
    if (this.#stored === undefined) {
      this.#stored = lastEventNumber < 0n ? 0n : lastEventNumber
      this.#numbered = this.#stored
    } else if (lastEventNumber > this.#numbered) {
      this.#end(this.#strange(`${lastEventNumber} is stored, but this writer only got to ${this.#numbered}`), actions)
      return
    } else if (lastEventNumber < this.#stored && this.#stored > 0n) {
      this.#end(this.#strange(`${this.#stored} was acknowledged, but only ${lastEventNumber} is stored`), actions)
      return
    }
    this.#phase = { tag: 'ready' }
    this.#inFlight = 0
    if (this.#settleUpTo(lastEventNumber, actions)) this.#losses = 0
    if (this.#sealed !== undefined) {
      this.#end(this.#sealed, actions)
      return
    }
    const doubtful = this.#doubtful
    this.#doubtful = undefined
    // Otherwise it had been stored; what comes behind it has not been refused, whether or not it was sent before.
    if (doubtful !== undefined && this.#queue[0] === doubtful) this.#refuse(doubtful, actions)
    else this.#pump(actions)
  }

  #appended(eventNumber: bigint, previousEventNumber: bigint, actions: PipelineAction<B>[]): void {
    if (this.#phase.tag !== 'ready') return
    const head = this.#queue[0]
    const last = this.#queue[this.#inFlight - 1]
    if (
      head === undefined ||
      last === undefined ||
      eventNumber < head.number ||
      eventNumber > last.number ||
      previousEventNumber >= head.number
    ) {
      const told = `${eventNumber} after ${previousEventNumber}`
      const expected = last === undefined ? 'nothing' : `something from ${head?.number} to ${last.number}`
      this.#violated(`acknowledged ${told} while ${expected} was in flight`, actions)
      return
    }
    this.#losses = 0
    if (last.bytes * 2 > this.#partBytes) this.#partBytes = Math.min(this.#options.maxBlockBytes, this.#partBytes * 2)
    this.#settleUpTo(eventNumber, actions)
    this.#pump(actions)
  }

  #conditionFailed(eventNumber: bigint, actions: PipelineAction<B>[]): void {
    if (this.#phase.tag !== 'ready') return
    const head = this.#queue[0]
    if (head === undefined || this.#inFlight === 0 || !head.conditional || head.number !== eventNumber) {
      this.#violated(`refused append ${eventNumber}, which was not in flight with a condition`, actions)
      return
    }
    if (head.sends === 1) {
      this.#refuse(head, actions)
      return
    }
    this.#doubtful = head
    this.#lost(
      new PravegaError('CONNECTION_LOST', 'it is to be asked whether a repeated append had been stored before'),
      actions,
    )
  }

  /** The head was certainly not stored. */
  #refuse(head: B, actions: PipelineAction<B>[]): void {
    this.#losses = 0
    this.#queue.shift()
    this.#inFlight = 0
    actions.push({ type: 'conflicted', block: head })
    if (this.#options.chainFrom !== undefined) {
      this.#conflict = new PravegaError(
        'CONDITIONAL_CHECK_FAILED',
        `Segment ${this.#options.segment} does not end at ${head.condition}: somebody else has appended to it, or the offset was wrong. ` +
          'What this writer had not been acknowledged is not in the segment. Call reset(), then seekToTail(), and write again what is still wanted',
        { details: { segment: this.#options.segment, expectedOffset: head.condition } },
      )
      for (const block of this.#queue.splice(0)) actions.push({ type: 'conflicted', block })
    }
    this.#pump(actions)
  }

  #lost(cause: PravegaError, actions: PipelineAction<B>[]): void {
    if (this.#phase.tag === 'idle') return
    actions.push({ type: 'disconnect', cause, isClean: false })
    const head = this.#inFlight > 0 ? this.#queue[0] : undefined
    if (head !== undefined) {
      const quarter = Math.floor(Math.min(head.bytes, this.#partBytes) / 4 / SMALLEST_PART) * SMALLEST_PART
      this.#partBytes = Math.min(this.#partBytes, Math.max(SMALLEST_PART, quarter))
    }
    this.#inFlight = 0
    if (this.#queue.length === 0) {
      this.#losses = 0
      this.#phase = { tag: 'idle' }
      return
    }
    this.#losses += 1
    if (this.#losses >= this.#options.maxAttempts) {
      const why = `Gave up after ${this.#losses} attempts to append to segment ${this.#options.segment}; the last one: ${cause.message}`
      this.#end(new PravegaError('RETRIES_EXHAUSTED', why, { cause }), actions)
      return
    }
    this.#connect(cause, actions)
  }

  #fail(cause: PravegaError, actions: PipelineAction<B>[]): void {
    const isSealed = cause.code === 'SEGMENT_SEALED'
    if (isSealed && this.#phase.tag === 'ready' && this.#queue.some(block => block.sends > 1)) {
      // The server has answered: what was lost before is no reason to wait before it is asked.
      if (this.#sealed === undefined) this.#losses = 0
      this.#sealed = cause
      this.#lost(cause, actions)
    } else {
      this.#end(cause, actions)
    }
  }

  #end(cause: PravegaError, actions: PipelineAction<B>[]): void {
    const isClean = this.#phase.tag === 'ready' && this.#inFlight === 0 && cause.code === 'CLOSED'
    this.#phase = { tag: 'ended', cause }
    this.#inFlight = 0
    actions.push({ type: 'disconnect', cause, isClean }, { type: 'ended', cause, blocks: this.#queue.splice(0) })
  }

  #violated(what: string, actions: PipelineAction<B>[]): void {
    this.#lost(new PravegaError('PROTOCOL_VIOLATION', `The segment store of ${this.#options.segment} ${what}`), actions)
  }

  #strange(what: string): PravegaError {
    return new PravegaError(
      'INVALID_EVENT_NUMBER',
      `Segment ${this.#options.segment} does not remember this writer rightly: ${what}. The segment was made anew or lost data, or ` +
        'another writer uses the same writer id. Open a new writer, and compare what the segment holds before writing again',
    )
  }

  /** Settles the blocks up to a number. Returns whether there were any. */
  #settleUpTo(number: bigint, actions: PipelineAction<B>[]): boolean {
    let count = 0
    for (const block of this.#queue) {
      if (block.number < 0n || block.number > number) break
      count += 1
      if (this.#chainOffset !== undefined) this.#chainOffset += BigInt(block.bytes)
      actions.push({ type: 'acked', block })
    }
    this.#queue.splice(0, count)
    this.#inFlight = Math.max(0, this.#inFlight - count)
    if (this.#stored === undefined || number > this.#stored) this.#stored = number
    return count > 0
  }

  #pump(actions: PipelineAction<B>[]): void {
    if (this.#phase.tag !== 'ready') return
    while (this.#inFlight < this.#queue.length) {
      const next = this.#queue[this.#inFlight]
      const before = this.#inFlight === 0 ? undefined : this.#queue[this.#inFlight - 1]
      if (next === undefined || (before !== undefined && (next.conditional || before.conditional))) return
      if (next.number < 0n) this.#giveNumber(next)
      const block = next.divisible && next.bytes > this.#partBytes ? this.#divide(next) : next
      if (this.#options.chainFrom !== undefined) block.condition = this.#chainOffset
      block.sends += 1
      this.#inFlight += 1
      actions.push({ type: 'send', block })
    }
  }

  #giveNumber(block: B): void {
    const parts = block.divisible ? Math.ceil(block.bytes / SMALLEST_PART) : 1
    block.base = this.#numbered
    this.#numbered += BigInt(Math.max(block.events, parts))
    block.number = this.#numbered
  }

  /** Puts the first part of a block, as large as may be sent, in front of the rest of it. */
  #divide(block: B): B {
    const part = this.#options.split(block, this.#partBytes)
    part.base = block.base
    part.number = block.base + BigInt(part.bytes / SMALLEST_PART)
    part.sends = block.sends
    block.base = part.number
    this.#queue.splice(this.#inFlight, 0, part)
    return part
  }
}
