import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Endpoint } from '@pravega-ts/model'
import { type Command, decodePayload, encodeFrame, FrameParser, type Reply } from '@pravega-ts/wire-protocol'

/** What ends the list of what a connection received. */
export const CLOSED = 'closed'

type Received = Command | typeof CLOSED
type Named<Name extends Command['command']> = Extract<Command, { readonly command: Name }>

/** A connection that speaks in frames and leaves all sense to the test. */
export class RawClient {
  readonly socket: Socket
  /** Bytes received so far. */
  receivedBytes = 0
  readonly #parser = new FrameParser()
  readonly #received: Received[] = []
  readonly #waiting: ((received: Received) => void)[] = []
  #nextRequestId = 1n

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', chunk => {
      this.receivedBytes += chunk.byteLength
      this.#parser.push(chunk)
      for (let frame = this.#parser.next(); frame !== undefined; frame = this.#parser.next()) {
        this.#receive(decodePayload(frame.type, frame.payload))
      }
    })
    socket.on('error', () => {})
    socket.on('close', () => this.#receive(CLOSED))
  }

  static async connect(endpoint: Endpoint): Promise<RawClient> {
    const socket = connect(endpoint.port, endpoint.host)
    await once(socket, 'connect')
    return new RawClient(socket)
  }

  /** A request id that this client has not used. */
  requestId(): bigint {
    return this.#nextRequestId++
  }

  /** Sends commands in one write. */
  send(...commands: readonly Command[]): void {
    this.socket.write(Buffer.concat(commands.map(encodeFrame)))
  }

  sendBytes(bytes: Uint8Array): void {
    this.socket.write(bytes)
  }

  /** The next thing received: a command, or CLOSED. */
  next(): Promise<Received> {
    const received = this.#received.shift()
    if (received !== undefined) return Promise.resolve(received)
    return new Promise(resolve => this.#waiting.push(resolve))
  }

  /** The next command received, which must have this name. */
  async expect<Name extends Command['command']>(name: Name): Promise<Named<Name>> {
    const received = await this.next()
    if (received === CLOSED || received.command !== name) throw new Error(`expected ${name}, got ${show(received)}`)
    return received as Named<Name>
  }

  /** Sends a command; the next thing received. */
  ask(command: Command): Promise<Received> {
    this.send(command)
    return this.next()
  }

  /**
   * Everything received that was under way when this was called. Takes two rounds: a reply may overtake the acks of the
   * appends that were sent just before it.
   */
  async settle(): Promise<Received[]> {
    return [...(await this.#untilAnswered(-1n)), ...(await this.#untilAnswered(-2n))]
  }

  async #untilAnswered(requestId: bigint): Promise<Received[]> {
    this.send({ command: 'GetStreamSegmentInfo', requestId, segmentName: 'nobody/made/this', delegationToken: '' })
    const received: Received[] = []
    for (;;) {
      const next = await this.next()
      if (next !== CLOSED && next.command === 'NoSuchSegment' && next.requestId === requestId) return received
      received.push(next)
      if (next === CLOSED) return received
    }
  }

  /** Waits for the end of the connection; what came before it. */
  async untilClosed(): Promise<Reply[]> {
    const received: Reply[] = []
    for (let next = await this.next(); next !== CLOSED; next = await this.next()) received.push(next as Reply)
    return received
  }

  destroy(): void {
    this.socket.destroy()
  }

  #receive(received: Received): void {
    const waiting = this.#waiting.shift()
    if (waiting === undefined) this.#received.push(received)
    else waiting(received)
  }
}

function show(received: Received): string {
  return JSON.stringify(received, (_, value) => (typeof value === 'bigint' ? `${value}n` : value))
}
