import type { ConnectionOptions as TlsConnectionOptions } from 'node:tls'
import { type Logger, silentLogger, type Timeouts } from '@pravega-ts/config'
import { type CloseOptions, type Endpoint, formatEndpoint, PravegaError } from '@pravega-ts/model'
import { type Settle, waitFor } from '../call.ts'
import type { Command } from '../commands/catalogue.ts'
import type { Hello } from '../commands/hello.ts'
import * as channels from '../diagnostics.ts'
import { decodePayload, encodeFrame, encodeFrameChunks, isReply, type RawFrame } from '../framing/frame.ts'
import { FRAME_HEADER_BYTES, MAX_FRAME_BYTES, WIRE_VERSION } from '../limits.ts'
import type { FlowHost } from './connection-flow.ts'
import { type Dial, dialTcp } from './dial.ts'
import type { Flow, FlowHandler } from './flow.ts'
import { FlowTable } from './flow-table.ts'
import { FrameSocket } from './frame-socket.ts'
import { connectFailure, connectionLoss, greetingFailure } from './loss.ts'
import { type ConnectionState, closed, connecting, draining, greeting, ready } from './states.ts'

export interface ConnectionOptions {
  readonly endpoint: Endpoint
  /** Present for a connection with TLS. Default: plain TCP. */
  readonly tls?: TlsConnectionOptions | undefined
  /** Default {@link dialTcp}. */
  readonly dial?: Dial | undefined
  readonly timeouts: Timeouts
  /** Unsent bytes above which `Flow.write` asks to wait. Default 1 MiB. */
  readonly highWaterBytes?: number | undefined
  /** Default: silent. */
  readonly logger?: Logger | undefined
  /** Called each time the last open flow has been closed. */
  readonly onIdle?: (() => void) | undefined
  /** Ends the opening with ABORTED. */
  readonly signal?: AbortSignal | undefined
}

const DEFAULT_HIGH_WATER_BYTES = 1_048_576

/** One connection to a segment store, shared by flows. Its socket never throws: what goes wrong ends the flows. */
export class WireConnection {
  /**
   * Connects and greets.
   * @throws PravegaError CONNECTION_FAILED, VERSION_MISMATCH, PROTOCOL_VIOLATION, ABORTED.
   */
  static async open(options: ConnectionOptions): Promise<WireConnection> {
    if (options.signal?.aborted)
      throw new PravegaError('ABORTED', 'the connection was not wanted any more', { cause: options.signal.reason })
    const connection = new WireConnection(options)
    try {
      await waitFor<void>('the connection', { signal: options.signal }, Number.POSITIVE_INFINITY, settle => {
        connection.#opening = settle
        return () => {}
      })
      return connection
    } catch (error) {
      connection.#destroy(PravegaError.from(error))
      throw error
    }
  }

  readonly endpoint: Endpoint
  /** Resolves, and never rejects, when the socket is gone. */
  readonly closed: Promise<void>
  readonly #where: string
  readonly #options: ConnectionOptions
  readonly #logger: Logger
  readonly #socket: FrameSocket
  readonly #host: FlowHost
  readonly #flows = new FlowTable()
  #state: ConnectionState
  #opening: Settle<void> | undefined
  readonly #resolveClosed: () => void

  private constructor(options: ConnectionOptions) {
    const { endpoint, tls, dial = dialTcp, timeouts, highWaterBytes = DEFAULT_HIGH_WATER_BYTES } = options
    this.endpoint = endpoint
    this.#where = formatEndpoint(endpoint)
    this.#options = options
    this.#logger = options.logger ?? silentLogger
    let resolveClosed = (): void => {}
    this.closed = new Promise(resolve => {
      resolveClosed = resolve
    })
    this.#resolveClosed = resolveClosed
    this.#host = this.#flowHost()
    const { connectMs } = timeouts
    this.#socket = new FrameSocket(
      { endpoint, dial, tls, connectTimeoutMs: connectMs, highWaterBytes },
      {
        connected: () => this.#onConnected(),
        received: () => this.#onReceived(),
        partial: () => this.#onPartial(),
        frame: frame => this.#onFrame(frame),
        drained: () => this.#flows.drained(),
        gone: error => this.#onGone(error),
      },
    )
    this.#state = connecting(connectMs, () => this.#destroy(this.#timeout('the connection', connectMs)))
  }

  /** `connecting` and `greeting` are only seen by those who are told of a connection before it is open. */
  get state(): ConnectionState['tag'] {
    return this.#state.tag
  }

  /** Number of open flows. */
  get flowCount(): number {
    return this.#flows.size
  }

  /** Why the connection is closing or closed; CLOSED if its owner wanted it. */
  get closeCause(): PravegaError | undefined {
    return 'cause' in this.#state ? this.#state.cause : undefined
  }

  /**
   * Takes a share in this connection.
   * @throws PravegaError CLOSED, or what ended the connection.
   */
  openFlow(handler: FlowHandler): Flow {
    this.#assertReady()
    const flow = this.#flows.open(this.#host, handler)
    if (this.#flows.size === 1) this.#startRelying()
    return flow
  }

  /**
   * Takes no more flows and requests, waits for the replies to waiting requests and for queued bytes to be sent (at
   * most `timeouts.closeMs`), then closes the socket and ends the flows that are still open. With `force` at once.
   * Resolves when the socket is gone.
   */
  async close(options: CloseOptions = {}): Promise<void> {
    const cause = new PravegaError('CLOSED', `the connection to ${this.#where} has been closed`)
    const { tag } = this.#state
    if (tag === 'connecting' || tag === 'greeting' || (options.force === true && tag !== 'closed')) this.#destroy(cause)
    else if (tag === 'ready') {
      this.#setState(draining(cause, this.#options.timeouts.closeMs, () => this.#socket.destroy()))
      this.#socket.keepProcess(true)
      this.#endWhenSettled()
    }
    await this.closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #setState(next: ConnectionState): void {
    const previous = this.#state
    this.#state = next
    previous.exit()
  }

  #onConnected(): void {
    if (this.#state.tag !== 'connecting') return
    const { connectMs } = this.#options.timeouts
    this.#setState(greeting(connectMs, () => this.#destroy(this.#timeout("the server's Hello", connectMs))))
    this.#socket.write([
      encodeFrame({ command: 'Hello', highVersion: WIRE_VERSION.high, lowVersion: WIRE_VERSION.low }),
    ])
  }

  #onReceived(): void {
    if (this.#state.tag !== 'ready') return
    this.#state.liveness.received(performance.now())
  }

  /** From half a frame on the peer owes the rest, even when nobody uses the connection. */
  #onPartial(): void {
    if (this.#state.tag !== 'ready') return
    this.#state.liveness.expect(performance.now())
    this.#state.watch()
  }

  #onFrame({ type, payload }: RawFrame): void {
    const command = decodePayload(type, payload)
    if (channels.commandReceived.hasSubscribers) this.#publish(channels.commandReceived, command, payload.length)
    if (command.command === 'KeepAlive') return
    if (command.command === 'Hello') this.#onHello(command)
    else if (!isReply(command))
      throw new PravegaError('PROTOCOL_VIOLATION', `the server sent ${command.command}, which only clients send`)
    else if (this.#state.tag === 'greeting')
      throw new PravegaError('PROTOCOL_VIOLATION', `the server sent ${command.command} before its Hello`)
    else if (!this.#flows.route(command)) {
      const { command: name, requestId } = command
      this.#logger.debug('dropped a reply that nobody waits for', { endpoint: this.#where, command: name, requestId })
    }
    this.#endWhenSettled()
  }

  #onHello({ highVersion, lowVersion }: Hello): void {
    if (lowVersion > WIRE_VERSION.high || highVersion < WIRE_VERSION.low)
      throw new PravegaError(
        'VERSION_MISMATCH',
        `${this.#where} speaks wire versions ${lowVersion} to ${highVersion}, this client ` +
          `${WIRE_VERSION.low} to ${WIRE_VERSION.high}; use releases that meet`,
        { details: { highVersion, lowVersion } },
      )
    if (this.#state.tag !== 'greeting') return
    this.#setState(
      ready(this.#options.timeouts, {
        relied: () => this.#flows.size > 0 || this.#socket.hasPartialFrame,
        sendKeepAlive: () => this.#write([encodeFrame({ command: 'KeepAlive' })]),
        onSilent: () => this.#destroy(this.#silence()),
      }),
    )
    this.#socket.keepProcess(false)
    channels.connectionOpened.publish({ endpoint: this.#where })
    this.#logger.debug('connected', { endpoint: this.#where, highVersion, lowVersion })
    this.#opening?.resolve()
  }

  #flowHost(): FlowHost {
    return {
      connection: this,
      requestMs: this.#options.timeouts.requestMs,
      send: (command, flow) => {
        this.#assertReady()
        const chunks = encodeFrameChunks(command)
        const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
        if (bytes > MAX_FRAME_BYTES)
          throw new PravegaError(
            'INVALID_ARGUMENT',
            `${command.command} takes ${bytes} bytes; servers accept frames of at most ${MAX_FRAME_BYTES}, so split it`,
            { details: { command: command.command, bytes } },
          )
        this.#flows.sent(command, flow)
        if (channels.commandSent.hasSubscribers)
          this.#publish(channels.commandSent, command, bytes - FRAME_HEADER_BYTES)
        this.#write(chunks)
      },
      write: chunks => {
        this.#assertReady()
        return this.#write(chunks)
      },
      isFull: () => this.#socket.full,
      requestStarted: ({ command, requestId }) =>
        channels.requestStarted.publish({ endpoint: this.#where, command, requestId }),
      requestSettled: ({ command, requestId }) => {
        this.#flows.settled(requestId)
        channels.requestSettled.publish({ endpoint: this.#where, command, requestId })
        this.#endWhenSettled()
      },
      closed: flow => {
        this.#flows.remove(flow)
        if (this.#flows.size > 0 || this.#state.tag !== 'ready') return
        this.#socket.keepProcess(false)
        this.#options.onIdle?.()
      },
      handlerFailed: error => {
        this.#logger.error('a flow handler threw; its flow is ended', { endpoint: this.#where, error })
        return new PravegaError('INTERNAL', 'the handler of this flow threw', { cause: error })
      },
    }
  }

  #write(chunks: readonly Uint8Array[]): boolean {
    if (this.#state.tag === 'ready') this.#state.liveness.sent(performance.now())
    return this.#socket.write(chunks)
  }

  /** From the first flow on the socket keeps the process running, and a dead peer is noticed. */
  #startRelying(): void {
    if (this.#state.tag !== 'ready') return
    this.#socket.keepProcess(true)
    this.#state.liveness.restart(performance.now())
    this.#state.watch()
  }

  #assertReady(): void {
    if (this.#state.tag !== 'ready')
      throw this.closeCause ?? new PravegaError('INTERNAL', `the connection to ${this.#where} is not open yet`)
  }

  /** In draining: says goodbye as soon as no reply is waited for. */
  #endWhenSettled(): void {
    if (this.#state.tag === 'draining' && this.#flows.waitingCount === 0) this.#socket.end()
  }

  #destroy(cause: PravegaError): void {
    // Until the socket has told of its end nobody may take a share any more.
    if (this.#state.tag === 'ready') this.#setState(draining(cause, this.#options.timeouts.closeMs, () => {}))
    this.#socket.destroy(cause)
  }

  #onGone(error: Error | undefined): void {
    const cause = this.#explain(error)
    this.#setState(closed(cause))
    this.#flows.failAll(cause)
    this.#opening?.reject(cause)
    this.#logger.debug('connection closed', { endpoint: this.#where, code: cause.code, reason: cause.message })
    channels.connectionClosed.publish({ endpoint: this.#where, cause })
    this.#resolveClosed()
  }

  #explain(error: Error | undefined): PravegaError {
    const tls = this.#options.tls !== undefined
    switch (this.#state.tag) {
      case 'connecting':
        return connectFailure(this.endpoint, tls, error)
      case 'greeting':
        return greetingFailure(this.endpoint, tls, error)
      case 'draining':
      case 'closed':
        return this.#state.cause
      case 'ready':
        return connectionLoss(this.endpoint, error)
    }
  }

  #timeout(what: string, timeoutMs: number): PravegaError {
    return new PravegaError('CONNECTION_FAILED', `waited ${timeoutMs} ms for ${what} (${this.#where})`, {
      details: { timeoutMs },
    })
  }

  #silence(): PravegaError {
    const { idleReadMs } = this.#options.timeouts
    const partial = this.#socket.hasPartialFrame ? ' in the middle of a frame' : ''
    return new PravegaError(
      'CONNECTION_LOST',
      `${this.#where} has been silent for ${idleReadMs} ms${partial}, in spite of keep-alives; reconnect`,
      { details: { idleReadMs } },
    )
  }

  #publish(channel: typeof channels.commandSent, command: Command, bytes: number): void {
    const requestId = 'requestId' in command ? command.requestId : undefined
    channel.publish({ endpoint: this.#where, command: command.command, requestId, bytes })
  }
}
