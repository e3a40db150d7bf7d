import { Server, ServerCredentials } from '@grpc/grpc-js'
import { type Logger, silentLogger } from '@pravega-ts/config'
import { ControllerService } from '@pravega-ts/controller-client/generated'
import { type CloseOptions, type Endpoint, formatEndpoint } from '@pravega-ts/model'
import type { ControllerFaultGate } from '../../faults/controller-faults.ts'
import type { SegmentEngine } from '../../segment-store/segment-engine.ts'
import { type Clock, systemClock } from '../../time/clock.ts'
import type { ControllerContext, LeaseLimits } from '../operations/context.ts'
import { ExclusiveCalls } from '../operations/exclusive-calls.ts'
import { LeaseTimers } from '../operations/lease-timers.ts'
import { runRetention, runWatermarks } from '../operations/recurring-work.ts'
import { resume } from '../operations/resume.ts'
import { Rounds } from '../operations/rounds.ts'
import { WorkQueues } from '../operations/work-queues.ts'
import type { ControllerState } from '../state/controller-state.ts'
import { CallServer } from './call-server.ts'
import { controllerHandlers } from './controller-handlers.ts'
import { serviceDefinition } from './grpc-service.ts'

/** PEM texts with which the controller takes TLS connections only. */
export interface ControllerTls {
  readonly cert: string
  readonly key: string
  /** Authorities of client certificates. When given, every client must show one. */
  readonly clientCa?: string | undefined
}

export interface ControllerServerOptions {
  /** Goes on with what is in there, and keeps everything there. */
  readonly state: ControllerState
  readonly engine: SegmentEngine
  /** Where clients find every segment. */
  readonly segmentStoreEndpoint: () => Endpoint
  /** Address to listen on. */
  readonly host: string
  /** Port to listen on; 0 takes any free one. */
  readonly port: number
  /** Host that `getControllerServerList` answers. Default: `host`, or 127.0.0.1 when that means all addresses. */
  readonly publishedHost?: string | undefined
  /** Default: silent. */
  readonly logger?: Logger | undefined
  /** Asked before each call. Default: no faults. */
  readonly faults?: ControllerFaultGate | undefined
  /** Default: plaintext. */
  readonly tls?: ControllerTls | undefined
  /** Bounds of transaction leases. Default: 10,000 to 600,000 ms, as Pravega has them. */
  readonly leaseLimits?: Partial<LeaseLimits> | undefined
  /** Default: the system's time. */
  readonly clock?: Clock | undefined
  /** Milliseconds between two rounds of retention. Default: 1,800,000, as Pravega has it. */
  readonly retentionPeriodMs?: number | undefined
  /** Milliseconds between two rounds of watermarks. Default: 10,000, as Pravega has it. */
  readonly watermarkPeriodMs?: number | undefined
}

/** What the controller does by its clock, on command. */
export interface RecurringWork {
  /**
   * Records where each stream with a retention policy ends now, and truncates it where the policy and its subscribers allow. Resolves
   * when that is done.
   */
  runRetention(): Promise<void>
  /** Writes the watermark of each stream whose writers have come further than the last one. Resolves when that is done. */
  runWatermarks(): Promise<void>
  /** Resolves when the rounds that the clock has begun are done. */
  settled(): Promise<void>
}

export interface ControllerServer {
  readonly port: number
  readonly work: RecurringWork
  /**
   * Answers the calls that are under way, then stops. With `force`, cuts the connections. Either way the work that was
   * begun on the state is finished first, so that another server may be started on it.
   */
  close(options?: CloseOptions): Promise<void>
}

const RETENTION_PERIOD_MS = 30 * 60 * 1000
const WATERMARK_PERIOD_MS = 10_000
const DEFAULT_LEASES: LeaseLimits = { minimumMs: 10_000, maximumMs: 600_000 }
/** How long clients have to take their answers and leave before their connections are cut. */
const DRAIN_MS = 5_000
const ALL_ADDRESSES = ['0.0.0.0', '::', '']

/**
 * Serves Pravega's controller over gRPC.
 *
 * @throws Error when the address cannot be listened on
 */
export async function startControllerServer(options: ControllerServerOptions): Promise<ControllerServer> {
  const { clock = systemClock, logger = silentLogger, host } = options
  const context: ControllerContext = {
    state: options.state,
    engine: options.engine,
    clock,
    logger,
    leaseLimits: { ...DEFAULT_LEASES, ...options.leaseLimits },
    queues: new WorkQueues(),
    exclusive: new ExclusiveCalls(),
    leases: new LeaseTimers(clock),
    retention: new Rounds(clock, options.retentionPeriodMs ?? RETENTION_PERIOD_MS),
    watermarks: new Rounds(clock, options.watermarkPeriodMs ?? WATERMARK_PERIOD_MS),
  }
  let port = options.port
  const published = options.publishedHost ?? (ALL_ADDRESSES.includes(host) ? '127.0.0.1' : host)
  const handlers = controllerHandlers(context, {
    controller: () => ({ host: published, port }),
    segmentStore: options.segmentStoreEndpoint,
  })
  const calls = new CallServer(context, options.faults)
  const server = new Server()
  server.addService(serviceDefinition(ControllerService), calls.implementation(ControllerService, handlers))
  port = await listen(server, { host, port }, options.tls)
  resume(context)

  let closing: Promise<void> | undefined
  const close = async (force: boolean): Promise<void> => {
    calls.stop()
    await stop(server, force ? 0 : DRAIN_MS)
    for (const timers of [context.leases, context.retention, context.watermarks]) timers.close()
    await context.retention.settled()
    await context.watermarks.settled()
    await context.queues.idle()
    await context.state.settled()
  }
  return {
    port,
    work: {
      runRetention: () => runRetention(context),
      runWatermarks: () => runWatermarks(context),
      settled: async () => {
        await context.retention.settled()
        await context.watermarks.settled()
      },
    },
    close: ({ force = false } = {}) => {
      if (force) server.forceShutdown()
      closing ??= close(force)
      return closing
    },
  }
}

function listen(server: Server, endpoint: Endpoint, tls: ControllerTls | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(formatEndpoint(endpoint), credentials(tls), (error, port) => {
      if (error === null) resolve(port)
      else reject(error)
    })
  })
}

function credentials(tls: ControllerTls | undefined): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure()
  const pair = { cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) }
  const ca = tls.clientCa === undefined ? null : Buffer.from(tls.clientCa)
  return ServerCredentials.createSsl(ca, [pair], ca !== null)
}

function stop(server: Server, drainMs: number): Promise<void> {
  return new Promise(resolve => {
    const cut = setTimeout(() => server.forceShutdown(), drainMs)
    server.tryShutdown(() => {
      clearTimeout(cut)
      resolve()
    })
  })
}
