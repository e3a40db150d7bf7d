import { PravegaError } from '@pravega-ts/model'
import {
  type Command,
  decodePayload,
  type Flow,
  type FlowHandler,
  FrameParser,
  type IdentifiedRequest,
  NO_EVENT_NUMBER,
  type Reply,
  type Request,
  type WireConnection,
} from '@pravega-ts/wire-protocol'
import type { FakeCluster } from './fake-cluster.ts'

/** One connection with one flow. Frames and replies arrive in later turns, in order. */
export class FakeConnection implements Flow {
  readonly dedicated: boolean
  readonly #cluster: FakeCluster
  readonly #handler: FlowHandler
  readonly #parser = new FrameParser()
  readonly #requests = new Map<bigint, { resolve(reply: Reply): void; reject(error: PravegaError): void }>()
  /** Segment, and last number on this connection, by writer. */
  readonly #writers = new Map<string, { segment: string; last: bigint }>()
  #nextId: bigint
  open = true
  /** Commands that came over it. */
  readonly received: Command[] = []

  constructor(cluster: FakeCluster, handler: FlowHandler, dedicated: boolean, id: number) {
    this.#cluster = cluster
    this.#handler = handler
    this.dedicated = dedicated
    this.#nextId = BigInt(id) << 32n
  }

  get connection(): WireConnection {
    const connection: Pick<WireConnection, 'close'> = {
      close: async () => {
        this.open = false
      },
    }
    return connection as WireConnection
  }

  nextRequestId(): bigint {
    this.#nextId += 1n
    return this.#nextId
  }

  send(command: Command): void {
    this.#checkOpen()
    this.#receive(command)
  }

  write(chunks: readonly Uint8Array[]): boolean {
    this.#checkOpen()
    // Copied, as a socket would: the memory may be written again after the acknowledgement.
    for (const chunk of chunks) this.#parser.push(Uint8Array.from(chunk))
    for (let frame = this.#parser.next(); frame !== undefined; frame = this.#parser.next()) {
      this.#receive(decodePayload(frame.type, frame.payload))
    }
    return true
  }

  async drained(): Promise<void> {}

  request(make: (requestId: bigint) => IdentifiedRequest): Promise<Reply> {
    this.#checkOpen()
    const requestId = this.nextRequestId()
    return new Promise((resolve, reject) => {
      this.#requests.set(requestId, { resolve, reject })
      this.#receive(make(requestId))
    })
  }

  close(): void {
    this.open = false
  }

  /** The connection breaks. What was received is not undone. */
  cut(): void {
    if (!this.open) return
    this.open = false
    const cause = new PravegaError('CONNECTION_LOST', 'cut')
    for (const { reject } of this.#requests.values()) reject(cause)
    this.#handler.onClose(cause)
  }

  #receive(command: Command): void {
    this.received.push(command)
    this.#cluster.arrived(this, command, () => this.#answer(command as Request))
  }

  reply(reply: Reply): void {
    this.#cluster.later(() => {
      if (!this.open) return
      const waiting = this.#requests.get(reply.requestId)
      this.#requests.delete(reply.requestId)
      if (waiting === undefined) this.#handler.onReply(reply)
      else waiting.resolve(reply)
    })
  }

  #answer(command: Request): void {
    const given = this.#cluster.intercept?.(command)
    if (given === 'cut') this.cut()
    else if (given === undefined) this.#carryOut(command)
    else if (given !== 'silence') this.reply(given)
  }

  #carryOut(command: Request): void {
    switch (command.command) {
      case 'SetupAppend':
        this.reply(this.#setUp(command))
        break
      case 'AppendBlockEnd':
        this.reply(this.#append(command, command.lastEventNumber, command.data))
        break
      case 'ConditionalBlockEnd':
        this.reply(this.#append(command, command.eventNumber, command.data, command.expectedOffset))
        break
      case 'ReadSegment':
        this.#cluster.segment(command.segment).read(command, reply => this.reply(reply))
        break
      default: {
        const name = 'segment' in command ? command.segment : 'segmentName' in command ? command.segmentName : ''
        this.reply(this.#cluster.segment(name).answer(command))
      }
    }
  }

  #setUp({ requestId, segment, writerId }: Request & { command: 'SetupAppend' }): Reply {
    const target = this.#cluster.segment(segment)
    if (target.deleted) return { command: 'NoSuchSegment', requestId, segment, serverStackTrace: '', offset: -1n }
    const last = target.attributes.get(writerId) ?? NO_EVENT_NUMBER
    this.#writers.set(writerId, { segment, last })
    return { command: 'AppendSetup', requestId, segment, writerId, lastEventNumber: last }
  }

  #append(
    { writerId, requestId }: { readonly writerId: string; readonly requestId: bigint },
    eventNumber: bigint,
    data: Uint8Array,
    expectedOffset?: bigint,
  ): Reply {
    const writer = this.#writers.get(writerId)
    if (writer === undefined || eventNumber <= writer.last) throw new Error(`append ${eventNumber} is out of order`)
    const target = this.#cluster.segment(writer.segment)
    const { segment } = writer
    if (target.sealed) {
      return { command: 'SegmentIsSealed', requestId, segment, serverStackTrace: '', offset: eventNumber }
    }
    if (expectedOffset !== undefined && expectedOffset !== BigInt(target.length)) {
      return { command: 'ConditionalCheckFailed', writerId, eventNumber, requestId }
    }
    const previousEventNumber = writer.last
    writer.last = eventNumber
    target.attributes.set(writerId, eventNumber)
    target.append(data)
    const currentSegmentWriteOffset = BigInt(target.length)
    const numbers = { eventNumber, previousEventNumber }
    return { command: 'DataAppended', writerId, ...numbers, requestId, currentSegmentWriteOffset }
  }

  #checkOpen(): void {
    if (!this.open) throw new PravegaError('CONNECTION_LOST', 'this connection is gone')
  }
}
