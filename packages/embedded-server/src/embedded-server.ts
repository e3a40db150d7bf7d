import { type Logger, silentLogger } from '@pravega-ts/config'
import { type CloseOptions, type Endpoint, formatEndpoint, PravegaError } from '@pravega-ts/model'
import type { RecurringWork } from './controller/index.ts'
import type { EmbeddedServerOptions } from './embedded-server-options.ts'
import { FaultSwitchboard } from './faults/fault-switchboard.ts'
import type { Faults } from './faults/faults.ts'
import { onFaultyDisk } from './faults/faulty-disk.ts'
import { type KeptData, openKeptData } from './kept-data.ts'
import { publishedHost } from './listening/published-host.ts'
import type { HttpEndpoint } from './observability/http-endpoint.ts'
import { LOG_LINES } from './observability/log-lines.ts'
import { Measures } from './observability/measures.ts'
import type { ServerView } from './observability/server-view.ts'
import { takeInventory } from './observability/take-inventory.ts'
import { openProtection, type Protection } from './protection.ts'
import { type RunningServer, runServer } from './run-server.ts'
import type { DataDirectoryServices } from './storage/disk/data-directory.ts'
import type { RecoveryReport } from './storage/disk/recovery-report.ts'
import { type StorageCondition, StorageHealth } from './storage-failure.ts'
import { probeDirectory } from './storage-failure-probe.ts'
import { StorageRecovery } from './storage-failure-recovery.ts'
import { systemClock } from './time/clock.ts'

/** How a server restarts. */
export interface RestartOptions {
  /**
   * As `kill -9` and a new start: what was not written is lost. With `data` it recovers from what a killed process leaves behind; in memory
   * nothing is left. Default: false, everything is there again.
   */
  readonly kill?: boolean | undefined
}

/** A Pravega controller and segment store in this process. */
export class EmbeddedServer {
  /** Failures on command. */
  readonly faults: Faults
  /** What the controller does by its clock, on command. Rejects with `CLOSED` when the server is closed. */
  readonly controller: RecurringWork
  readonly #options: EmbeddedServerOptions
  readonly #switchboard: FaultSwitchboard
  readonly #services: DataDirectoryServices
  readonly #health: StorageHealth
  readonly #storageRecovery: StorageRecovery
  readonly #measures: Measures
  readonly #logger: Logger
  readonly #startedAt = Date.now()
  #http: HttpEndpoint | undefined
  /** While it restarts, and once it closes, nobody is served. */
  #serving = true
  readonly #protection: Protection
  #kept: KeptData
  #running: RunningServer
  /** Restarts and the close, one after the other. */
  #work: Promise<void> = Promise.resolve()
  #closed: Promise<void> | undefined

  private constructor(
    options: EmbeddedServerOptions,
    parts: {
      switchboard: FaultSwitchboard
      services: DataDirectoryServices
      health: StorageHealth
      measures: Measures
      kept: KeptData
      protection: Protection
      running: RunningServer
    },
  ) {
    this.#options = options
    this.#switchboard = parts.switchboard
    this.faults = parts.switchboard
    this.#services = parts.services
    this.#health = parts.health
    this.#measures = parts.measures
    this.#kept = parts.kept
    const { clock = systemClock, logger = silentLogger } = options
    this.#logger = logger
    const reopen = (): Promise<void> => this.#reopen()
    this.#storageRecovery = new StorageRecovery({ clock, logger, health: parts.health, reopen })
    this.#kept.onFailure(failure => this.#storageRecovery.begin(failure))
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
    const began = performance.now()
    const switchboard = new FaultSwitchboard()
    const measures = new Measures()
    const watched = onFaultyDisk(switchboard, { onCommitted: group => measures.committed(group) })
    let protection: Protection | undefined
    let kept: KeptData | undefined
    let server: EmbeddedServer | undefined
    try {
      kept = await openKeptData(options, watched)
      protection = await openProtection(options)
      const health = new StorageHealth()
      const running = await runServer(options, switchboard, kept.storage, kept.state, protection, health, measures)
      server = new EmbeddedServer(options, {
        switchboard,
        services: watched,
        health,
        measures,
        kept,
        protection,
        running,
      })
      await server.#openHttp()
      server.#logStart(LOG_LINES.started, began)
      return server
    } catch (error) {
      if (server !== undefined) await server.#stop(true)
      protection?.close()
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

  /** Whether changes are kept. When writing has failed, nothing is served until it works again; that is tried by itself. */
  get storageCondition(): StorageCondition {
    return this.#health.condition
  }

  /** Where metrics and health are told; undefined without the option `http`. */
  get httpEndpoint(): Endpoint | undefined {
    return this.#http && { host: this.#http.host, port: this.#http.port }
  }

  /** Number of open connections to the segment store. */
  get segmentStoreConnections(): number {
    return this.#running.wire.connections
  }

  /**
   * Cuts all connections, then comes up again with the same data on the same ports. Faults stay as they are.
   * @throws PravegaError CLOSED after {@link EmbeddedServer.close}; CONNECTION_FAILED when a port has been taken meanwhile; STORAGE_FAILED
   * while the data cannot be written.
   */
  restart({ kill = false }: RestartOptions = {}): Promise<void> {
    if (this.#closed !== undefined) return Promise.reject(closed())
    const restarted = this.#work.then(async () => {
      const began = performance.now()
      if (kill) await this.#killAndReopen()
      else await this.#stopInOrder()
      await this.#run()
      this.#logStart(LOG_LINES.restarted, began)
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
    this.#storageRecovery.close()
    this.#closed ??= this.#work.then(async () => {
      this.#switchboard.clear()
      await this.#stop(force)
      await this.#http?.close()
      this.#protection.close()
      // What has failed has nothing to be written: whoever waited for that was told.
      if (this.#health.refusal === undefined) await this.#kept.close()
      else await this.#kept.abandon()
      this.#logger.info(LOG_LINES.stopped)
    })
    return this.#closed
  }

  /**
   * Ends the server as `kill -9` ends a process: connections are cut, the ports are free again, and what was not written is lost, at once.
   * With `data`, the next server on the directory finds what a killed process leaves behind; in memory nothing is left. The server is
   * closed then. Idempotent.
   */
  kill(): Promise<void> {
    this.#storageRecovery.close()
    // Before anything else is acknowledged.
    const dying = this.#die()
    this.#closed ??= Promise.all([dying, this.#work]).then(async () => {
      await this.#die()
      await this.#http?.close()
      this.#protection.close()
      this.#switchboard.clear()
      this.#logger.info(LOG_LINES.killed)
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

  async #stopInOrder(): Promise<void> {
    const { refusal } = this.#health
    if (refusal !== undefined) throw new PravegaError('STORAGE_FAILED', `the server cannot restart. ${refusal}`)
    await this.#stop(true)
    // Readers see what is there at once then.
    await this.#kept.storage.commit()
  }

  async #killAndReopen(): Promise<void> {
    await this.#die()
    this.#kept = await openKeptData(this.#options, this.#services)
    this.#kept.onFailure(failure => this.#storageRecovery.begin(failure))
    this.#health.recovered()
  }

  /** Nothing that happens from now on is acknowledged, or written. */
  async #die(): Promise<void> {
    this.#switchboard.cutAll()
    this.#health.failed('it was killed', Date.now())
    const stopped = this.#stop(true)
    await this.#kept.abandon()
    await stopped
  }

  /** Goes on after a failed write as after a crash, with what is on the disk. */
  #reopen(): Promise<void> {
    const reopened = this.#work.then(async () => {
      if (this.#closed !== undefined) throw closed()
      await this.#kept.abandon()
      await probeDirectory(this.#options, this.#services)
      const kept = await openKeptData(this.#options, this.#services)
      this.#kept = kept
      kept.onFailure(failure => this.#storageRecovery.begin(failure))
      await this.#stop(true)
      await this.#run()
    })
    this.#work = reopened.catch(() => {})
    return reopened
  }

  /** Serves what is kept, on the ports of before. */
  async #run(): Promise<void> {
    const { controllerEndpoint, segmentStoreEndpoint } = this
    const ports = { controllerPort: controllerEndpoint.port, segmentStorePort: segmentStoreEndpoint.port }
    const { state, storage } = this.#kept
    const options = { ...this.#options, ...ports }
    const [protection, health, measures] = [this.#protection, this.#health, this.#measures]
    this.#running = await runServer(options, this.#switchboard, storage, state, protection, health, measures)
    this.#serving = true
  }

  async #openHttp(): Promise<void> {
    if (this.#options.http === undefined) return
    const { openHttpEndpoint } = await import('./observability/http-endpoint.ts')
    const server = this
    const view: ServerView = {
      measures: this.#measures,
      startedAt: this.#startedAt,
      get recovery() {
        return server.#kept.recovery
      },
      isServing: () => this.#serving,
      condition: () => this.#health.condition,
      inventory: () =>
        takeInventory({
          catalog: this.#running.catalog,
          state: this.#kept.state,
          segmentStoreConnections: this.#running.wire.connections,
          controllerConnections: this.#running.controller.connections,
          cachedBytes: this.#kept.cachedBytes,
        }),
    }
    this.#http = await openHttpEndpoint(this.#options.http, view, this.#logger)
  }

  #logStart(line: string, began: number): void {
    const { data, http, accounts, tls } = this.#options
    this.#logger.info(line, {
      controller: this.controllerUri,
      segmentStore: formatEndpoint(this.segmentStoreEndpoint),
      ...(http !== undefined && this.#http !== undefined && { http: formatEndpoint(this.#http) }),
      data: typeof data === 'object' ? data.directory : (data ?? 'memory'),
      accounts: accounts !== undefined,
      tls: tls !== undefined,
      durationMs: Math.round(performance.now() - began),
    })
  }

  async #stop(force: boolean): Promise<void> {
    this.#serving = false
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
