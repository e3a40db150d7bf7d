import { COMMAND_TYPES } from '@pravega-ts/wire-protocol'
import {
  ALIVE_BYTES,
  INTRODUCTION_MS,
  OWN_UNDURABLE_BYTES,
  UNDURABLE_BYTES,
  UNFINISHED_BYTES,
  UNTAKEN_BYTES,
} from '../listening/limits.ts'
import { Patience } from '../listening/patience.ts'
import { type Holder, SharedBudget } from '../listening/shared-budget.ts'
import type { Clock } from '../time/clock.ts'

/** How many bytes all connections together may hold. */
export interface ReceptionLimits {
  readonly unfinishedBytes: number
  readonly untakenBytes: number
}

const LIMITS: ReceptionLimits = { unfinishedBytes: UNFINISHED_BYTES, untakenBytes: UNTAKEN_BYTES }

/** What all connections of a server have to share. */
export class Reception {
  /** Bytes of commands that are not complete. */
  readonly unfinished: SharedBudget
  /** Bytes that peers do not take. */
  readonly untaken: SharedBudget
  /** Bytes of all connections that are not durable yet. */
  undurableBytes = 0
  readonly slow: Patience<IncomingSpeech>

  constructor(clock: Clock, { unfinishedBytes, untakenBytes }: ReceptionLimits = LIMITS) {
    this.unfinished = new SharedBudget(unfinishedBytes)
    this.untaken = new SharedBudget(untakenBytes)
    this.slow = new Patience(clock, INTRODUCTION_MS, speech => speech.timeIsUp())
  }
}

/** What a connection was sent and is not durable yet. */
export class UndurableBytes {
  readonly #reception: Reception
  #own = 0

  constructor(reception: Reception) {
    this.#reception = reception
  }

  /** So many that it is not read from. Its own bytes wake it again when they are durable, however many the others have. */
  get tooMany(): boolean {
    if (this.#own >= OWN_UNDURABLE_BYTES) return true
    return this.#own > 0 && this.#reception.undurableBytes >= UNDURABLE_BYTES
  }

  add(bytes: number): void {
    this.#own += bytes
    this.#reception.undurableBytes += bytes
  }
}

/**
 * What a peer has begun to say and not finished. It has {@link INTRODUCTION_MS} for each command, or longer while it sends at least
 * {@link ALIVE_BYTES} in that time; a time in which nothing is read from it does not count.
 */
export class IncomingSpeech implements Holder {
  readonly #reception: Reception
  readonly #giveUp: (reason: string) => void
  /** Received, and not part of a finished command. */
  #unfinished = 0
  /** The first half of an append, of which the second has not come. */
  #halfAppend = 0
  #receivedSince = 0
  #gotOn = false
  #waits = false

  constructor(reception: Reception, giveUp: (reason: string) => void) {
    this.#reception = reception
    this.#giveUp = giveUp
  }

  received(bytes: number): void {
    this.#unfinished += bytes
    this.#receivedSince += bytes
  }

  /** A frame is complete. The first half of an append is kept until the second is. */
  finished(type: number, bytes: number): void {
    this.#gotOn = true
    if (type === COMMAND_TYPES.AppendBlock) {
      this.#halfAppend = bytes
      return
    }
    this.#unfinished -= bytes
    if (type !== COMMAND_TYPES.AppendBlockEnd) return
    this.#unfinished -= this.#halfAppend
    this.#halfAppend = 0
  }

  /** After what could be read was taken. `reads`: the peer is waited for, not the other way round. */
  endTurn(reads: boolean): void {
    const owes = this.#unfinished > 0
    if (!owes && !this.#waits) {
      this.#gotOn = false
      return
    }
    this.#reception.unfinished.hold(this, this.#unfinished, this.#gotOn || !reads)
    if (!owes || !reads) this.#stopWaiting()
    else if (!this.#waits || this.#gotOn) this.#wait()
    this.#gotOn = false
  }

  /** Nothing more is expected. */
  close(): void {
    this.#unfinished = 0
    this.#stopWaiting()
    this.#reception.unfinished.hold(this, 0, true)
  }

  drop(): void {
    this.#giveUp('too many bytes of unfinished commands are held; this one has been unfinished for longest')
  }

  /** The time for a command is over. */
  timeIsUp(): void {
    this.#waits = false
    if (this.#receivedSince >= ALIVE_BYTES) this.#wait()
    else this.#giveUp('a command was not completed in time')
  }

  #wait(): void {
    this.#waits = true
    this.#receivedSince = 0
    this.#reception.slow.begin(this)
  }

  #stopWaiting(): void {
    if (this.#waits) this.#reception.slow.end(this)
    this.#waits = false
  }
}
