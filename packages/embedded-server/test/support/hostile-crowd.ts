import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Endpoint } from '@pravega-ts/model'
import { COMMAND_TYPES } from '@pravega-ts/wire-protocol'

const KIB = 1024
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
const CLIENT_HELLO = Buffer.from('16030100c8010000c40303', 'hex')

/** The first 8 bytes of a frame. */
export function frameHeader(type: number, length: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeInt32BE(type, 0)
  bytes.writeInt32BE(length, 4)
  return bytes
}

/** What hostile connections say before they fall silent. */
export const HOSTILE_SPEECHES: Readonly<Record<string, Uint8Array>> = {
  nothing: Buffer.alloc(0),
  garbage: Buffer.from(Array.from({ length: 500 }, (_, index) => (index * 151 + 7) % 256)),
  'half a header': frameHeader(COMMAND_TYPES.SetupAppend, 100).subarray(0, 5),
  'a length of 16 MB': frameHeader(COMMAND_TYPES.AppendBlockEnd, 16_000_000),
  'a length of 2 GB': frameHeader(COMMAND_TYPES.AppendBlockEnd, 2_147_483_647),
  'the beginning of a large frame': Buffer.concat([
    frameHeader(COMMAND_TYPES.AppendBlockEnd, 16_000_000),
    Buffer.alloc(300 * KIB, 'x'),
  ]),
  'half an HTTP/2 preface': PREFACE.subarray(0, 11),
  'an HTTP/2 preface and nothing behind it': PREFACE,
  'half a TLS handshake': CLIENT_HELLO,
  'HTTP/1': Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n'),
}

/** Connections that never say anything sensible. */
export class HostileCrowd {
  readonly #sockets: Socket[]

  private constructor(sockets: Socket[]) {
    this.#sockets = sockets
  }

  /** Opens so many connections, of all kinds in turns; resolves when all are open. */
  static async gather(endpoint: Endpoint, count: number): Promise<HostileCrowd> {
    const speeches = Object.values(HOSTILE_SPEECHES)
    const sockets: Socket[] = []
    const AT_ONCE = 200
    while (sockets.length < count) {
      const begun = sockets.length
      const next = Array.from({ length: Math.min(AT_ONCE, count - sockets.length) }, async (_, index) => {
        const speech = speeches[(begun + index) % speeches.length] as Uint8Array
        const socket = connect(endpoint.port, endpoint.host)
        socket.on('error', () => {})
        sockets.push(socket)
        // One that is turned away at once is gone as well.
        await Promise.race([once(socket, 'connect'), once(socket, 'close')])
        socket.write(speech)
        socket.resume()
      })
      await Promise.all(next)
    }
    return new HostileCrowd(sockets)
  }

  /** Those that the server has not ended. */
  get left(): number {
    return this.#sockets.filter(socket => !socket.closed).length
  }

  leave(): void {
    for (const socket of this.#sockets) socket.destroy()
  }
}
