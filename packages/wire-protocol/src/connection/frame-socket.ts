import type { Socket } from 'node:net'
import type { ConnectionOptions as TlsConnectionOptions } from 'node:tls'
import { type Endpoint, PravegaError } from '@pravega-ts/model'
import type { RawFrame } from '../framing/frame.ts'
import { FrameParser } from '../framing/frame-parser.ts'
import type { Dial } from './dial.ts'
import { connectFailure } from './loss.ts'

/** What a FrameSocket tells its owner. */
export interface FrameSocketEvents {
  /** The socket is connected, and secured if it is to be. */
  connected(): void
  /** Bytes have come. */
  received(): void
  /** All frames have been taken, and a part of one is left. */
  partial(): void
  /** A frame has come. What this throws ends the socket and arrives at `gone`. */
  frame(frame: RawFrame): void
  /** There is room for more writes again. */
  drained(): void
  /** The socket is closed; called once, and nothing after it. No error: the peer or `end()` closed it in good order. */
  gone(error: Error | undefined): void
}

export interface FrameSocketOptions {
  readonly endpoint: Endpoint
  readonly dial: Dial
  readonly tls: TlsConnectionOptions | undefined
  readonly connectTimeoutMs: number
  /** Unsent bytes above which `write` asks to wait. */
  readonly highWaterBytes: number
}

/** A socket that gives frames and takes pieces of frames. Its errors come out at one place only, `gone`. */
export class FrameSocket {
  readonly #events: FrameSocketEvents
  readonly #highWaterBytes: number
  readonly #parser = new FrameParser()
  readonly #socket: Socket
  #unsent = 0
  #full = false
  #corked = false
  #error: Error | undefined

  constructor(options: FrameSocketOptions, events: FrameSocketEvents) {
    const { endpoint, dial, tls, connectTimeoutMs } = options
    this.#events = events
    this.#highWaterBytes = options.highWaterBytes
    const onread = {
      buffer: () => this.#parser.reserve(),
      callback: (count: number) => {
        this.#parser.commit(count)
        this.#takeFrames()
        return true
      },
    }
    let socket: Socket
    try {
      socket = dial(endpoint, { tls, connectTimeoutMs, onread })
    } catch (error) {
      throw connectFailure(endpoint, tls !== undefined, error instanceof Error ? error : new Error(String(error)))
    }
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('error', error => {
      this.#error ??= error
    })
    socket.once('close', () => this.#events.gone(this.#error))
    // Nothing that is still to be sent could be answered.
    socket.once('end', () => socket.destroy())
    // Not reached with onread; but without a listener the socket would not flow and never report its end.
    socket.on('data', (chunk: Buffer) => {
      this.#parser.push(chunk)
      this.#takeFrames()
    })
    if (tls !== undefined) socket.once('secureConnect', () => this.#events.connected())
    else if (socket.connecting) socket.once('connect', () => this.#events.connected())
    else process.nextTick(() => socket.destroyed || this.#events.connected())
  }

  /** True while a part of a frame has come and the rest has not. */
  get hasPartialFrame(): boolean {
    return this.#parser.pending
  }

  /** Queues pieces of frames; what is written in one turn of the event loop leaves together. False: wait for `drained`. */
  write(chunks: readonly Uint8Array[]): boolean {
    const socket = this.#socket
    if (!this.#corked) {
      this.#corked = true
      socket.cork()
      process.nextTick(() => {
        this.#corked = false
        socket.uncork()
      })
    }
    for (const chunk of chunks) {
      if (chunk.length === 0) continue
      this.#unsent += chunk.length
      socket.write(chunk, () => this.#sent(chunk.length))
    }
    this.#full ||= this.#unsent > this.#highWaterBytes
    return !this.#full
  }

  #sent(bytes: number): void {
    this.#unsent -= bytes
    if (!this.#full || this.#unsent > this.#highWaterBytes / 2) return
    this.#full = false
    if (!this.#socket.destroyed) this.#events.drained()
  }

  get full(): boolean {
    return this.#full
  }

  /** Sends what is queued, then says goodbye. */
  end(): void {
    this.#socket.end()
  }

  /** Closes at once. */
  destroy(error?: Error): void {
    this.#error ??= error
    this.#socket.destroy()
  }

  /** Whether the socket keeps the process running. */
  keepProcess(yes: boolean): void {
    if (yes) this.#socket.ref()
    else this.#socket.unref()
  }

  #takeFrames(): void {
    if (this.#socket.destroyed) return
    this.#events.received()
    try {
      for (let frame = this.#parser.next(); frame !== undefined; frame = this.#parser.next()) {
        this.#events.frame(frame)
        if (this.#socket.destroyed) return
      }
      if (this.#parser.pending) this.#events.partial()
    } catch (error) {
      this.destroy(PravegaError.from(error))
    }
  }
}
