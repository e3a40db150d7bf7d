import type { PravegaError } from '@pravega-ts/model'
import type { Command, Reply } from '../commands/catalogue.ts'
import { ConnectionFlow, type FlowHost } from './connection-flow.ts'
import type { FlowHandler } from './flow.ts'
import { PendingReads } from './pending-reads.ts'

const MAX_FLOW_ID = 0x7fff_ffff

/** The flows of a connection, and which of them a reply belongs to: the high half of a request id is its flow's id. */
export class FlowTable {
  readonly #flows = new Map<number, ConnectionFlow>()
  readonly #reads = new PendingReads<ConnectionFlow>()
  #lastId = 0

  get size(): number {
    return this.#flows.size
  }

  /** Requests of all flows whose replies somebody waits for. */
  get waitingCount(): number {
    let count = 0
    for (const flow of this.#flows.values()) count += flow.waitingCount
    return count
  }

  open(host: FlowHost, handler: FlowHandler): ConnectionFlow {
    do this.#lastId = (this.#lastId % MAX_FLOW_ID) + 1
    while (this.#flows.has(this.#lastId))
    const flow = new ConnectionFlow(this.#lastId, host, handler)
    this.#flows.set(flow.id, flow)
    return flow
  }

  remove(flow: ConnectionFlow): void {
    this.#flows.delete(flow.id)
    this.#reads.forget(flow)
  }

  failAll(cause: PravegaError): void {
    const flows = [...this.#flows.values()]
    this.#flows.clear()
    for (const flow of flows) {
      this.#reads.forget(flow)
      flow.fail(cause)
    }
  }

  /** There is room in the queue of the connection again. */
  drained(): void {
    for (const flow of [...this.#flows.values()]) flow.resume()
  }

  /** To be told of every command that a flow sends. */
  sent(command: Command, flow: ConnectionFlow): void {
    if (command.command === 'ReadSegment') this.#reads.add(command.requestId, command.offset, flow)
  }

  /** To be told of every request that is not waited for any more. */
  settled(requestId: bigint): void {
    this.#reads.delete(requestId)
  }

  /** Hands a reply to its flow. False: nobody waits for it. */
  route(reply: Reply): boolean {
    const { requestId } = reply
    const flow = this.#flows.get(Number(requestId >> 32n))
    if (
      reply.command === 'AuthTokenCheckFailed' &&
      !this.#reads.has(requestId) &&
      flow?.isWaitingFor(requestId) !== true
    ) {
      const refused = this.#reads.takeAt(requestId)
      for (const read of refused) read.owner.deliver({ ...reply, requestId: read.requestId })
      if (refused.length > 0) return true
    }
    this.#reads.delete(requestId)
    return flow?.deliver(reply) ?? false
  }
}
