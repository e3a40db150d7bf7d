import type { Socket } from 'node:net'
import type { Controller } from '@pravega-ts/controller-client'
import { type Dial, dialTcp } from '@pravega-ts/wire-protocol'

const HELLO = -127
const KEEP_ALIVE = 100

/** Counts what a client asks servers for: commands to segment stores, without those that only keep connections; calls of the controller. */
export class CountedRequests {
  commands = 0
  calls = 0
  readonly #leftOut: string | undefined

  /** @param leftOut - Commands with this in them, part of a segment's name, are not counted. Default: all are. */
  constructor(leftOut?: string) {
    this.#leftOut = leftOut
  }

  get total(): number {
    return this.commands + this.calls
  }

  reset(): void {
    this.commands = 0
    this.calls = 0
  }

  readonly dial: Dial = (endpoint, options) => {
    const socket = dialTcp(endpoint, options)
    const frames = new FrameCounter((type, payload) => {
      const isLeftOut = this.#leftOut !== undefined && payload.includes(this.#leftOut)
      if (type !== HELLO && type !== KEEP_ALIVE && !isLeftOut) this.commands += 1
    })
    const write = socket.write.bind(socket)
    socket.write = ((chunk: Uint8Array, ...rest: never[]) => {
      frames.push(chunk)
      return write(chunk, ...rest)
    }) as Socket['write']
    return socket
  }

  controller(below: Controller): Controller {
    return new Proxy(below, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name)
        if (typeof member !== 'function') return member
        return (...given: unknown[]) => {
          if (typeof name === 'string' && name !== 'close') this.calls += 1
          return member.apply(target, given)
        }
      },
    })
  }
}

/** Cuts what is sent into frames: int32 type, int32 length, payload. */
class FrameCounter {
  readonly #onFrame: (type: number, payload: Buffer) => void
  #rest: Buffer = Buffer.alloc(0)

  constructor(onFrame: (type: number, payload: Buffer) => void) {
    this.#onFrame = onFrame
  }

  push(chunk: Uint8Array): void {
    let bytes = Buffer.concat([this.#rest, chunk])
    while (bytes.length >= 8 && bytes.length >= 8 + bytes.readInt32BE(4)) {
      const end = 8 + bytes.readInt32BE(4)
      this.#onFrame(bytes.readInt32BE(0), bytes.subarray(8, end))
      bytes = bytes.subarray(end)
    }
    this.#rest = bytes
  }
}
