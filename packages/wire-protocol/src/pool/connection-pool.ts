import { type Logger, type Timeouts, type TlsConfig, tlsConnectionOptions } from '@pravega-ts/config'
import { type CallOptions, type CloseOptions, type Endpoint, formatEndpoint, PravegaError } from '@pravega-ts/model'
import { waitFor } from '../call.ts'
import type { Dial } from '../connection/dial.ts'
import type { Flow, FlowHandler } from '../connection/flow.ts'
import { WireConnection } from '../connection/wire-connection.ts'

export interface ConnectionPoolOptions {
  /** TLS is used if `tls.segmentStore` says so. Default: plain TCP. */
  readonly tls?: TlsConfig | undefined
  /** Default {@link dialTcp}. */
  readonly dial?: Dial | undefined
  readonly timeouts: Timeouts
  /** Most shared connections to one segment store; dedicated ones do not count. Default 10. */
  readonly maxConnectionsPerEndpoint?: number | undefined
  /** A connection without flows is closed after so many milliseconds; one beyond the maximum after at most 5000. Default 60000. */
  readonly idleConnectionMs?: number | undefined
  /** Default: silent. */
  readonly logger?: Logger | undefined
}

export interface AcquireOptions extends CallOptions {
  /** True: a connection that no other flow shares. Default false. */
  readonly dedicated?: boolean | undefined
}

const DEFAULT_MAX_CONNECTIONS = 10
const DEFAULT_IDLE_MS = 60_000
/** Writers that come one after the other, as those of transactions do, need not connect each. */
const SURPLUS_IDLE_MS = 5_000

/** A connection of the pool, from the moment it is being opened. */
interface Slot {
  readonly key: string
  readonly opening: Promise<WireConnection>
  readonly abort: AbortController
  connection: WireConnection | undefined
  dedicated: boolean
  /** Acquirers that wait for the connection and have no flow yet. */
  reserved: number
  idleTimer: NodeJS.Timeout | undefined
}

/** Connections to segment stores, shared by flows. Opened when needed, closed when idle for a while. */
export class ConnectionPool {
  readonly #options: ConnectionPoolOptions
  readonly #slots = new Map<string, Set<Slot>>()
  readonly #maxConnections: number
  #closing: PravegaError | undefined

  constructor(options: ConnectionPoolOptions) {
    const { maxConnectionsPerEndpoint = DEFAULT_MAX_CONNECTIONS } = options
    if (!Number.isInteger(maxConnectionsPerEndpoint) || maxConnectionsPerEndpoint < 1)
      throw new PravegaError(
        'INVALID_ARGUMENT',
        `maxConnectionsPerEndpoint is ${maxConnectionsPerEndpoint}; it must be an integer of at least 1`,
      )
    this.#options = options
    this.#maxConnections = maxConnectionsPerEndpoint
  }

  /** Connections that are open or being opened. */
  get connectionCount(): number {
    let count = 0
    for (const slots of this.#slots.values()) count += slots.size
    return count
  }

  /**
   * Opens a flow on the connection with the fewest, or on a new one as long as all have some and there may be more.
   * @param options - Default deadline: `timeouts.connectMs`, twice: to connect and to greet.
   * @throws PravegaError CONNECTION_FAILED, VERSION_MISMATCH, PROTOCOL_VIOLATION, CLOSED, DEADLINE_EXCEEDED, ABORTED.
   */
  async acquire(endpoint: Endpoint, handler: FlowHandler, options: AcquireOptions = {}): Promise<Flow> {
    if (this.#closing !== undefined) throw this.#closing
    const slot = this.#choose(endpoint, options.dedicated === true)
    slot.reserved++
    clearTimeout(slot.idleTimer)
    try {
      const connection = slot.connection ?? (await this.#wait(slot, options))
      return connection.openFlow(handler)
    } finally {
      slot.reserved--
      this.#restWhenIdle(slot)
    }
  }

  /** Closes all connections: in good order, or with `force` at once. Resolves when all sockets are gone. */
  async close(options: CloseOptions = {}): Promise<void> {
    this.#closing ??= new PravegaError('CLOSED', 'the connection pool has been closed')
    const slots = [...this.#slots.values()].flatMap(set => [...set])
    await Promise.all(
      slots.map(async slot => {
        clearTimeout(slot.idleTimer)
        slot.abort.abort(this.#closing)
        const connection = await slot.opening.catch(() => undefined)
        await connection?.close(options)
      }),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #wait(slot: Slot, options: AcquireOptions): Promise<WireConnection> {
    return waitFor(`a connection to ${slot.key}`, options, Number.POSITIVE_INFINITY, settle => {
      slot.opening.then(settle.resolve, error => settle.reject(this.#closing ?? PravegaError.from(error)))
      return () => {}
    })
  }

  #choose(endpoint: Endpoint, dedicated: boolean): Slot {
    const key = formatEndpoint(endpoint)
    const shared = this.#shared(key)
    const best = shared.reduce<Slot | undefined>((a, b) => (a === undefined || load(b) < load(a) ? b : a), undefined)
    const mayAdd = dedicated || shared.length < this.#maxConnections
    const isFree = best !== undefined && load(best) === 0
    const slot = !isFree && mayAdd ? this.#surplus(key) : best
    if (slot === undefined) return this.#open(endpoint, key, dedicated)
    slot.dedicated = dedicated
    return slot
  }

  #shared(key: string): Slot[] {
    return [...(this.#slots.get(key) ?? [])].filter(slot => !slot.dedicated && !isClosing(slot))
  }

  /** A connection that nobody uses, and that is one too many to be shared. */
  #surplus(key: string): Slot | undefined {
    return [...(this.#slots.get(key) ?? [])].find(slot => slot.dedicated && load(slot) === 0 && !isClosing(slot))
  }

  #open(endpoint: Endpoint, key: string, dedicated: boolean): Slot {
    const { tls, dial, timeouts, logger } = this.#options
    const abort = new AbortController()
    const opening = WireConnection.open({
      endpoint,
      tls: tls?.segmentStore ? tlsConnectionOptions(tls, endpoint.host) : undefined,
      dial,
      timeouts,
      logger,
      signal: abort.signal,
      onIdle: () => this.#restWhenIdle(slot),
    })
    const slot: Slot = { key, opening, abort, connection: undefined, dedicated, reserved: 0, idleTimer: undefined }
    this.#add(slot)
    opening.then(
      connection => {
        slot.connection = connection
        connection.closed.then(() => this.#remove(slot))
        this.#restWhenIdle(slot)
      },
      () => this.#remove(slot),
    )
    return slot
  }

  #add(slot: Slot): void {
    const slots = this.#slots.get(slot.key)
    if (slots === undefined) this.#slots.set(slot.key, new Set([slot]))
    else slots.add(slot)
  }

  #remove(slot: Slot): void {
    clearTimeout(slot.idleTimer)
    const slots = this.#slots.get(slot.key)
    slots?.delete(slot)
    if (slots?.size === 0) this.#slots.delete(slot.key)
  }

  /** A connection without flows is free for everybody for a while, then closed. */
  #restWhenIdle(slot: Slot): void {
    const { connection } = slot
    if (connection === undefined || load(slot) > 0 || isClosing(slot)) return
    clearTimeout(slot.idleTimer)
    const idleMs = this.#options.idleConnectionMs ?? DEFAULT_IDLE_MS
    const isSurplus = slot.dedicated && this.#shared(slot.key).length >= this.#maxConnections
    slot.dedicated = isSurplus
    const restMs = isSurplus ? Math.min(idleMs, SURPLUS_IDLE_MS) : idleMs
    slot.idleTimer = setTimeout(() => void connection.close(), restMs).unref()
  }
}

function load(slot: Slot): number {
  return slot.reserved + (slot.connection?.flowCount ?? 0)
}

function isClosing(slot: Slot): boolean {
  return slot.connection !== undefined && slot.connection.state !== 'ready'
}
