import { DEFAULT_TIMEOUTS, type Timeouts } from '@pravega-ts/config'
import type { Endpoint, PravegaError } from '@pravega-ts/model'
import { type ConnectionOptions, type FlowHandler, type Reply, WireConnection } from '@pravega-ts/wire-protocol'

export function timeouts(overrides: Partial<Timeouts> = {}): Timeouts {
  return { ...DEFAULT_TIMEOUTS, ...overrides }
}

export function open(endpoint: Endpoint, options: Partial<ConnectionOptions> = {}): Promise<WireConnection> {
  return WireConnection.open({ endpoint, timeouts: timeouts(), ...options })
}

/** A flow handler that keeps what it is told. */
export class Recorder implements FlowHandler {
  readonly replies: Reply[] = []
  readonly causes: PravegaError[] = []
  readonly closed: Promise<PravegaError>
  #resolveClosed: (cause: PravegaError) => void = () => {}
  #waiters: (() => void)[] = []

  constructor() {
    this.closed = new Promise(resolve => {
      this.#resolveClosed = resolve
    })
  }

  onReply(reply: Reply): void {
    this.replies.push(reply)
    for (const wake of this.#waiters.splice(0)) wake()
  }

  onClose(cause: PravegaError): void {
    this.causes.push(cause)
    this.#resolveClosed(cause)
  }

  /** Waits until so many replies have come in all. */
  async count(count: number): Promise<readonly Reply[]> {
    while (this.replies.length < count) await new Promise<void>(resolve => this.#waiters.push(resolve))
    return this.replies
  }
}
