import type { Socket } from 'node:net'
import { type Command, encodeFrame, FRAME_HEADER_BYTES, type SegmentRead } from '@pravega-ts/wire-protocol'
import type { Holder, SharedBudget } from '../listening/shared-budget.ts'

/** From so many unsent bytes on, a connection is not read from until its peer has taken what it was sent. */
const CONGESTED_BYTES = 4 * 1024 * 1024
const REQUEST_ID_BYTES = 8
const LENGTH_BYTES = 4
const NOTHING = new Uint8Array(0)

/** What an outbox needs of its connection. */
export interface OutboxOwner {
  /** How many of the next bytes go out before the connection ends; undefined: all, and it goes on. */
  readonly passing: (bytes: number) => number | undefined
  /** Where bytes are counted that the peer does not take. */
  readonly budget: SharedBudget
  /** The peer has not taken anything for longest, and the budget is spent. */
  readonly giveUp: (reason: string) => void
}

/**
 * What a connection has to say. Frames are collected over a turn, wait until the changes that they tell of are durable,
 * and then go to the socket in one write. A turn that only says what readers may see already does not wait. Counts what
 * is unsent, so that the connection can stop reading.
 */
export class Outbox implements Holder {
  readonly #socket: Socket
  readonly #owner: OutboxOwner
  /** Called when the peer has taken what was handed to the socket in one go. */
  readonly #taken = (): void => this.#count(true)
  #collected: Uint8Array[] = []
  #collectedBytes = 0
  #tellsOfChanges = false
  #waitingBytes = 0
  #ready: Uint8Array[] = []
  #readyBytes = 0
  #held = 0

  constructor(socket: Socket, owner: OutboxOwner) {
    this.#socket = socket
    this.#owner = owner
  }

  /** True while the peer has to take more of what it was sent before it may ask for more. */
  get congested(): boolean {
    return this.#unsentBytes >= CONGESTED_BYTES
  }

  /** True when nothing waits to be handed to the socket. */
  get empty(): boolean {
    return this.#collectedBytes + this.#waitingBytes + this.#readyBytes === 0
  }

  /** Adds a frame that may tell of changes which are not durable yet. */
  add(command: Command): void {
    this.#tellsOfChanges = true
    this.#collect(encodeFrame(command))
  }

  /** Adds a SegmentRead whose data are `views`, which are sent as they are. */
  addRead(reply: Omit<SegmentRead, 'command' | 'data'>, views: readonly Uint8Array[]): void {
    const frame = encodeFrame({ command: 'SegmentRead', ...reply, data: NOTHING })
    const dataBytes = views.reduce((sum, view) => sum + view.byteLength, 0)
    const tail = frame.byteLength - REQUEST_ID_BYTES
    const header = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
    header.setInt32(LENGTH_BYTES, frame.byteLength - FRAME_HEADER_BYTES + dataBytes)
    header.setInt32(tail - LENGTH_BYTES, dataBytes)
    this.#collect(frame.subarray(0, tail))
    for (const view of views) this.#collect(view)
    this.#collect(frame.subarray(tail))
  }

  /** Sends what was collected; if it tells of changes, when `durable` has settled. Returns whether it waits. */
  release(durable: Promise<void> | undefined): boolean {
    const frames = this.#collected
    const bytes = this.#collectedBytes
    const waits = this.#tellsOfChanges && durable !== undefined
    this.#collected = []
    this.#collectedBytes = 0
    this.#tellsOfChanges = false
    const makeReady = (): void => {
      for (const frame of frames) this.#ready.push(frame)
      this.#readyBytes += bytes
      this.#send()
    }
    if (!waits) {
      makeReady()
      return false
    }
    this.#waitingBytes += bytes
    durable.then(
      () => {
        this.#waitingBytes -= bytes
        makeReady()
      },
      // The owner resets the connection then: nothing may be said about changes that are lost.
      () => {},
    )
    return true
  }

  /** Hands nothing to the socket until {@link Outbox.resume} was called as often as this. */
  hold(): void {
    this.#held++
  }

  resume(): void {
    this.#held--
    this.#send()
  }

  drop(): void {
    this.#owner.giveUp('too many bytes wait for peers that do not take them; this one has not taken any for longest')
  }

  /** Nothing is sent any more. */
  close(): void {
    this.#owner.budget.hold(this, 0, true)
  }

  get #unsentBytes(): number {
    return this.#collectedBytes + this.#waitingBytes + this.#readyBytes + this.#socket.writableLength
  }

  #collect(bytes: Uint8Array): void {
    this.#collected.push(bytes)
    this.#collectedBytes += bytes.byteLength
  }

  #send(): void {
    if (this.#held > 0 || this.#ready.length === 0) return
    const frames = this.#ready
    const passing = this.#owner.passing(this.#readyBytes)
    this.#ready = []
    this.#readyBytes = 0
    if (!this.#socket.writable) return
    const sent = passing === undefined ? frames : [...firstBytes(frames, passing)]
    this.#socket.cork()
    for (let index = 0; index < sent.length; index++) {
      this.#socket.write(sent[index] as Uint8Array, index === sent.length - 1 ? this.#taken : undefined)
    }
    this.#socket.uncork()
    this.#count(false)
    if (passing !== undefined) this.#socket.destroySoon()
  }

  #count(gotOn: boolean): void {
    this.#owner.budget.hold(this, this.#socket.destroyed ? 0 : this.#socket.writableLength, gotOn)
  }
}

function* firstBytes(frames: readonly Uint8Array[], bytes: number): Generator<Uint8Array, void, undefined> {
  let left = bytes
  for (const frame of frames) {
    if (left <= 0) return
    yield frame.subarray(0, left)
    left -= frame.byteLength
  }
}
