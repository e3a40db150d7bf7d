import { type Logger, silentLogger } from '@pravega-ts/config'
import type { CloseOptions, Endpoint } from '@pravega-ts/model'
import type { AccessControl } from '../../accounts/access-control.ts'
import type { ControllerFaultGate } from '../../faults/controller-faults.ts'
import { openPort, type Port, type PortOptions } from '../../listening/port.ts'
import { publishedHost } from '../../listening/published-host.ts'
import type { Measures } from '../../observability/measures.ts'
import type { SegmentEngine } from '../../segment-store/segment-engine.ts'
import type { StorageHealth } from '../../storage-failure.ts'
import { type Clock, systemClock } from '../../time/clock.ts'
import type { AutoScalingSettings } from '../domain/auto-scale.ts'
import { AtMostEvery } from '../operations/at-most-every.ts'
import type { ControllerContext, LeaseLimits } from '../operations/context.ts'
import { ExclusiveCalls } from '../operations/exclusive-calls.ts'
import { LeaseTimers } from '../operations/lease-timers.ts'
import { newAutoScaling, roundsOf, runRetention, runScaling, runWatermarks } from '../operations/recurring-work.ts'
import { resume } from '../operations/resume.ts'
import { Rounds } from '../operations/rounds.ts'
import { WorkQueues } from '../operations/work-queues.ts'
import type { ControllerState } from '../state/controller-state.ts'
import type { PublishedEndpoints } from './controller-handlers.ts'
import type { GrpcServiceHost } from './grpc-service-host.ts'
import { awaitIntroduction } from './http2-introduction.ts'

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
  /** Who may call, and what. Default: everybody, everything. */
  readonly access?: AccessControl | undefined
  /** Default: plaintext. */
  readonly tls?: PortOptions['tls']
  /** Default: 16,384. */
  readonly maxConnections?: number | undefined
  /** Bounds of transaction leases. Default: 10,000 to 600,000 ms, as Pravega has them. */
  readonly leaseLimits?: Partial<LeaseLimits> | undefined
  /** Default: the system's time. */
  readonly clock?: Clock | undefined
  /** Milliseconds between two rounds of retention. Default: 1,800,000, as Pravega has it. */
  readonly retentionPeriodMs?: number | undefined
  /** Milliseconds between two rounds of watermarks. Default: 10,000, as Pravega has it. */
  readonly watermarkPeriodMs?: number | undefined
  /** When streams are scaled by their rates. Default: never. */
  readonly autoScaling?: AutoScalingSettings | undefined
  /** Whether the storage works. Default: it does. */
  readonly health?: StorageHealth | undefined
  /** Where connections and calls are counted. Default: nowhere that anybody looks at. */
  readonly measures?: Measures | undefined
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
  /**
   * Splits the hot segments and merges the cold ones of each stream with a policy by rate, as the rates measured so far ask for. Resolves
   * when that is done; at once when the server was started without auto-scaling.
   */
  runScaling(): Promise<void>
  /** Resolves when the rounds that the clock has begun are done. */
  settled(): Promise<void>
}

export interface ControllerServer {
  readonly port: number
  /** Number of open connections. */
  readonly connections: number
  readonly work: RecurringWork
  /**
   * Answers the calls that are under way, then stops. With `force`, cuts the connections. Either way the work that was
   * begun on the state is finished first, so that another server may be started on it.
   */
  close(options?: CloseOptions): Promise<void>
}

const RETENTION_PERIOD_MS = 30 * 60 * 1000
const WATERMARK_PERIOD_MS = 10_000
const FORGETTING_PERIOD_MS = 60 * 60 * 1000
const DEFAULT_LEASES: LeaseLimits = { minimumMs: 10_000, maximumMs: 600_000 }
/** How long clients have to take their answers and leave before their connections are cut. */
const DRAIN_MS = 5_000

/**
 * Opens a port and serves Pravega's controller on it, over gRPC.
 * @throws PravegaError CONNECTION_FAILED when the port cannot be listened on; INVALID_ARGUMENT for a certificate that is none.
 */
export async function startControllerServer(options: ControllerServerOptions): Promise<ControllerServer> {
  return serveController(await openControllerPort(options), options)
}

export function openControllerPort(
  options: Pick<ControllerServerOptions, 'host' | 'port' | 'tls' | 'clock' | 'logger' | 'maxConnections' | 'measures'>,
): Promise<Port> {
  const { clock = systemClock, logger = silentLogger } = options
  const measures = options.measures?.controllerPort
  return openPort({ ...options, clock, logger, clients: 'controller clients', protocols: ['h2'], measures })
}

/** Serves Pravega's controller on a port that is open. gRPC is loaded when the first client comes. */
export function serveController(port: Port, options: Omit<ControllerServerOptions, 'port'>): ControllerServer {
  const { clock = systemClock, logger = silentLogger } = options
  const context: ControllerContext = {
    state: options.state,
    engine: options.engine,
    clock,
    logger,
    leaseLimits: { ...DEFAULT_LEASES, ...options.leaseLimits },
    queues: new WorkQueues(),
    exclusive: new ExclusiveCalls(),
    leases: new LeaseTimers(clock),
    forgetting: new AtMostEvery(clock, FORGETTING_PERIOD_MS),
    retention: new Rounds(clock, options.retentionPeriodMs ?? RETENTION_PERIOD_MS),
    watermarks: new Rounds(clock, options.watermarkPeriodMs ?? WATERMARK_PERIOD_MS),
    autoScaling: options.autoScaling && newAutoScaling(clock, options.engine, options.autoScaling),
    health: options.health,
    measures: options.measures,
  }
  const rounds = roundsOf(context)
  const published = publishedHost(options)
  const endpoints: PublishedEndpoints = {
    controller: () => ({ host: published, port: port.port }),
    segmentStore: options.segmentStoreEndpoint,
  }
  let service: Promise<GrpcServiceHost> | undefined
  const load = async (): Promise<GrpcServiceHost> => {
    const { hostControllerService } = await import('./grpc-service-host.ts')
    return hostControllerService(context, endpoints, options.faults, options.access)
  }
  resume(context)
  port.serve(({ socket, introduced }) => {
    awaitIntroduction(socket, () => {
      service ??= load()
      service.then(
        host => host.take(socket, introduced),
        (error: unknown) => {
          logger.error('the controller service cannot be loaded', { error })
          socket.destroy()
        },
      )
    })
  })

  let closing: Promise<void> | undefined
  const close = async (force: boolean): Promise<void> => {
    const portClosed = port.close()
    // One that could not be loaded has nothing to stop.
    const loaded = await service?.catch(() => undefined)
    await loaded?.stop(force ? 0 : DRAIN_MS)
    port.cut()
    await portClosed
    for (const timers of [context.leases, ...rounds]) timers.close()
    context.autoScaling?.stopMeasuring()
    for (const one of rounds) await one.settled()
    await context.queues.idle()
    // What a storage that has failed does not hold was never acknowledged.
    if (options.health?.refusal === undefined) await context.state.settled()
  }
  return {
    port: port.port,
    get connections() {
      return port.connections
    },
    work: {
      runRetention: () => runRetention(context),
      runWatermarks: () => runWatermarks(context),
      runScaling: () => runScaling(context),
      settled: async () => {
        for (const one of rounds) await one.settled()
      },
    },
    close: ({ force = false } = {}) => {
      if (force) port.cut()
      closing ??= close(force)
      return closing
    },
  }
}
