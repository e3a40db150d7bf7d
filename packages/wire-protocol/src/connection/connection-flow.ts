import { type CallOptions, PravegaError } from '@pravega-ts/model'
import { type Settle, waitFor } from '../call.ts'
import type { Command, Reply } from '../commands/catalogue.ts'
import type { Flow, FlowHandler, IdentifiedRequest } from './flow.ts'
import type { WireConnection } from './wire-connection.ts'

/** What a flow needs of its connection. */
export interface FlowHost {
  readonly connection: WireConnection
  readonly requestMs: number
  send(command: Command, flow: ConnectionFlow): void
  write(chunks: readonly Uint8Array[]): boolean
  /** Whether so much is queued that writers should wait. */
  isFull(): boolean
  requestStarted(request: IdentifiedRequest): void
  requestSettled(request: IdentifiedRequest): void
  closed(flow: ConnectionFlow): void
  handlerFailed(error: unknown): PravegaError
}

const SEQUENCE_MASK = 0x3fff_ffff
/** Set in the ids of `request`: a late reply to one that is not waited for any more is told from the owner's replies. */
const AWAITED = 0x4000_0000n

export class ConnectionFlow implements Flow {
  readonly id: number
  readonly #host: FlowHost
  readonly #handler: FlowHandler
  readonly #idBits: bigint
  readonly #waiting = new Map<bigint, Settle<Reply>>()
  readonly #stalled = new Set<Settle<void>>()
  #sequence = 0
  #isOver = false
  /** Why it is over. Not made before somebody wants to know: each request has a flow, which is closed when it is answered. */
  #cause: PravegaError | undefined

  constructor(id: number, host: FlowHost, handler: FlowHandler) {
    this.id = id
    this.#idBits = BigInt(id) << 32n
    this.#host = host
    this.#handler = handler
  }

  get connection(): WireConnection {
    return this.#host.connection
  }

  /** Requests whose replies somebody waits for. */
  get waitingCount(): number {
    return this.#waiting.size
  }

  isWaitingFor(requestId: bigint): boolean {
    return this.#waiting.has(requestId)
  }

  nextRequestId(): bigint {
    this.#sequence = (this.#sequence + 1) & SEQUENCE_MASK
    return this.#idBits | BigInt(this.#sequence)
  }

  send(command: Command): void {
    this.#assertOpen()
    this.#host.send(command, this)
  }

  write(chunks: readonly Uint8Array[]): boolean {
    this.#assertOpen()
    return this.#host.write(chunks)
  }

  async drained(options?: CallOptions): Promise<void> {
    this.#assertOpen()
    if (!this.#host.isFull()) return
    await waitFor<void>('room in the send queue', options, Number.POSITIVE_INFINITY, settle => {
      this.#stalled.add(settle)
      return () => this.#stalled.delete(settle)
    })
  }

  async request(make: (requestId: bigint) => IdentifiedRequest, options?: CallOptions): Promise<Reply> {
    this.#assertOpen()
    const requestId = this.nextRequestId() | AWAITED
    const request = make(requestId)
    return waitFor(`the reply to ${request.command}`, options, this.#host.requestMs, settle => {
      this.#waiting.set(requestId, settle)
      this.#host.requestStarted(request)
      try {
        this.#host.send(request, this)
      } catch (error) {
        settle.reject(PravegaError.from(error))
      }
      return () => {
        this.#waiting.delete(requestId)
        this.#host.requestSettled(request)
      }
    })
  }

  close(): void {
    if (this.#isOver) return
    this.#end()
    this.#host.closed(this)
  }

  /** @internal */
  deliver(reply: Reply): boolean {
    const waiter = this.#waiting.get(reply.requestId)
    if (waiter !== undefined) {
      waiter.resolve(reply)
      return true
    }
    if ((reply.requestId & AWAITED) !== 0n) return false
    try {
      this.#handler.onReply(reply)
    } catch (error) {
      this.fail(this.#host.handlerFailed(error))
      this.#host.closed(this)
    }
    return true
  }

  /** @internal */
  resume(): void {
    for (const writer of [...this.#stalled]) writer.resolve()
  }

  /** @internal The connection is gone, or this flow is of no use any more. */
  fail(cause: PravegaError): void {
    if (this.#isOver) return
    this.#cause = cause
    this.#end()
    try {
      this.#handler.onClose(cause)
    } catch (error) {
      this.#host.handlerFailed(error)
    }
  }

  #end(): void {
    this.#isOver = true
    for (const waiter of [...this.#waiting.values(), ...this.#stalled]) waiter.reject(this.#why())
  }

  #assertOpen(): void {
    if (this.#isOver) throw this.#why()
  }

  #why(): PravegaError {
    this.#cause ??= new PravegaError('CLOSED', 'the flow has been closed')
    return this.#cause
  }
}
