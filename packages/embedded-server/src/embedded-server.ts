import { type CloseOptions, type Endpoint, formatEndpoint, PravegaError } from '@pravega-ts/model'
import type { RecurringWork } from './controller/index.ts'
import type { EmbeddedServerOptions } from './embedded-server-options.ts'
import { FaultSwitchboard } from './faults/fault-switchboard.ts'
import type { Faults } from './faults/faults.ts'
import { type KeptData, openKeptData } from './kept-data.ts'
import { openProtection, type Protection } from './protection.ts'
import { publishedHost, type RunningServer, runServer } from './run-server.ts'
import type { RecoveryReport } from './storage/disk/recovery.ts'

/** A Pravega controller and segment store in this process. */
export class EmbeddedServer {
  /** Failures on command. */
  readonly faults: Faults
  /** What the controller does by its clock, on command. Rejects with `CLOSED` when the server is closed. */
  readonly controller: RecurringWork
  readonly #options: EmbeddedServerOptions
  readonly #switchboard: FaultSwitchboard
  readonly #kept: KeptData
  readonly #protection: Protection
  #running: RunningServer
  /** Restarts and the close, one after the other. */
  #work: Promise<void> = Promise.resolve()
  #closed: Promise<void> | undefined

  private constructor(
    options: EmbeddedServerOptions,
    parts: {
      switchboard: FaultSwitchboard
      kept: KeptData
      protection: Protection
      running: RunningServer
    },
  ) {
    this.#options = options
    this.#switchboard = parts.switchboard
    this.faults = parts.switchboard
    this.#kept = parts.kept
    this.#protection = parts.protection
    this.#running = parts.running
    this.controller = {
      runRetention: async () => (await this.#recurring()).runRetention(),
      runWatermarks: async () => (await this.#recurring()).runWatermarks(),
      runScaling: async () => (await this.#recurring()).runScaling(),
      settled: async () => (await this.#recurring()).settled(),
    }
  }

  /**
   * Starts a server. It is ready for clients when the promise settles.
   * @throws PravegaError INVALID_ARGUMENT for a period below one millisecond; CONNECTION_FAILED when a port cannot be listened on;
   * INVALID_CONFIG for accounts or certificates that make no sense or cannot be read. With `data` also DATA_DIRECTORY_IN_USE when another
   * server has the directory open, VERSION_MISMATCH when a later version wrote it, CORRUPT_STATE when something is missing in it that
   * must be there, STORAGE_FAILED when it cannot be read or written.
   */
  static async start(options: EmbeddedServerOptions = {}): Promise<EmbeddedServer> {
    checkPeriod('retentionPeriodMs', options.retentionPeriodMs)
    checkPeriod('watermarkPeriodMs', options.watermarkPeriodMs)
    checkMaxConnections(options.maxConnections)
    const switchboard = new FaultSwitchboard()
    const protection = await openProtection(options)
    let kept: KeptData | undefined
    try {
      kept = await openKeptData(options)
      const running = await runServer(options, switchboard, kept.storage, kept.state, protection)
      return new EmbeddedServer(options, { switchboard, kept, protection, running })
    } catch (error) {
      protection.close()
      // A storage of the caller's is not this server's to close when there is none.
      if (options.data !== undefined) await kept?.close()
      throw error
    }
  }

  /** What to give to clients, for instance `tcp://127.0.0.1:43210`. */
  get controllerUri(): string {
    return `${this.#options.tls === undefined ? 'tcp' : 'tls'}://${formatEndpoint(this.controllerEndpoint)}`
  }

  get controllerEndpoint(): Endpoint {
    return { host: publishedHost(this.#options), port: this.#running.controller.port }
  }

  get segmentStoreEndpoint(): Endpoint {
    return { host: publishedHost(this.#options), port: this.#running.wire.port }
  }

  /** What opening the data directory found and did; undefined for a server in memory. */
  get recovery(): RecoveryReport | undefined {
    return this.#kept.recovery
  }

  /** Number of open connections to the segment store. */
  get segmentStoreConnections(): number {
    return this.#running.wire.connections
  }

  /**
   * Cuts all connections, then comes up again with the same data on the same ports. Faults stay as they are.
   * @throws PravegaError CLOSED after {@link EmbeddedServer.close}; CONNECTION_FAILED when a port has been taken meanwhile.
   */
  restart(): Promise<void> {
    if (this.#closed !== undefined) return Promise.reject(closed())
    const restarted = this.#work.then(async () => {
      const ports = { controllerPort: this.#running.controller.port, segmentStorePort: this.#running.wire.port }
      await this.#stop(true)
      const options = { ...this.#options, ...ports }
      const { state, storage } = this.#kept
      // Readers see what is there at once then.
      await storage.commit()
      this.#running = await runServer(options, this.#switchboard, storage, state, this.#protection)
    })
    // The caller gets the failure; what is queued behind it goes on.
    this.#work = restarted.catch(() => {})
    return restarted
  }

  /**
   * Sends what is due, ends all connections and gives the ports back. With `force`, cuts them. Idempotent. Data in memory
   * are gone then; a data directory has everything, and is free for the next server.
   */
  close(options: CloseOptions = {}): Promise<void> {
    const force = options.force === true
    if (this.#closed !== undefined && force) void this.#stop(true)
    this.#closed ??= this.#work.then(async () => {
      this.#switchboard.clear()
      await this.#stop(force)
      this.#protection.close()
      await this.#kept.close()
    })
    return this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** After a restart that is under way. */
  async #recurring(): Promise<RecurringWork> {
    await this.#work
    if (this.#closed !== undefined) throw closed()
    return this.#running.controller.work
  }

  async #stop(force: boolean): Promise<void> {
    const { controller, wire } = this.#running
    await Promise.all([controller.close({ force }), wire.close({ force })])
  }
}

function closed(): PravegaError {
  return new PravegaError('CLOSED', 'the embedded server is closed; start a new one')
}

function checkPeriod(name: string, periodMs: number | undefined): void {
  if (periodMs === undefined || periodMs >= 1) return
  throw new PravegaError('INVALID_ARGUMENT', `${name} is ${periodMs}; give at least 1 millisecond`)
}

function checkMaxConnections(maxConnections: number | undefined): void {
  if (maxConnections === undefined || (Number.isSafeInteger(maxConnections) && maxConnections >= 1)) return
  throw new PravegaError('INVALID_ARGUMENT', `maxConnections is ${maxConnections}; give a whole number from 1 on`)
}
