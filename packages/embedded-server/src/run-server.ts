import { silentLogger } from '@pravega-ts/config'
import { autoScalingSettings } from './auto-scaling-options.ts'
import type { ControllerServer, ControllerState } from './controller/index.ts'
import type { EmbeddedServerOptions } from './embedded-server-options.ts'
import type { FaultSwitchboard } from './faults/fault-switchboard.ts'
import type { Port } from './listening/port.ts'
import { publishedHost } from './listening/published-host.ts'
import type { Measures } from './observability/measures.ts'
import type { Protection } from './protection.ts'
import { RateMeters } from './segment-store/rates/rate-meters.ts'
import { SegmentCatalog } from './segment-store/segment-catalog.ts'
import { openWirePort, serveWire, type WireServer } from './segment-store/wire-server.ts'
import type { SegmentStorage } from './storage/segment-storage.ts'
import type { StorageHealth } from './storage-failure.ts'
import { systemClock } from './time/clock.ts'

/** The two ports of a server that is up. */
export interface RunningServer {
  readonly catalog: SegmentCatalog
  readonly wire: WireServer
  readonly controller: ControllerServer
}

/**
 * Opens both ports on what is in the storage and the state.
 * @throws PravegaError CONNECTION_FAILED when a port cannot be listened on; none of them is open then.
 */
export async function runServer(
  options: EmbeddedServerOptions,
  faults: FaultSwitchboard,
  storage: SegmentStorage,
  state: ControllerState,
  { access, identity }: Protection,
  health: StorageHealth,
  measures: Measures,
): Promise<RunningServer> {
  const { host = '127.0.0.1', logger = silentLogger, clock = systemClock, maxConnections } = options
  const autoScaling = autoScalingSettings(options.autoScaling)
  const listening = { host, logger, tls: identity, clock, maxConnections, measures }
  const { openControllerPort, serveController } = await import('./controller/index.ts')
  const [wirePort, controllerPort] = await openAll([
    openWirePort({ ...listening, port: options.segmentStorePort ?? 0 }),
    openControllerPort({ ...listening, port: options.controllerPort ?? 0 }),
  ])
  try {
    const meters = autoScaling && new RateMeters(clock, autoScaling.minuteMs)
    const catalog = new SegmentCatalog(storage, { clock, meters })
    const controller = serveController(controllerPort, {
      host,
      logger,
      clock,
      state,
      engine: catalog,
      segmentStoreEndpoint: () => ({ host: publishedHost(options), port: wirePort.port }),
      publishedHost: options.publishedHost,
      faults,
      access,
      retentionPeriodMs: options.retentionPeriodMs,
      watermarkPeriodMs: options.watermarkPeriodMs,
      autoScaling,
      health,
      measures,
    })
    const wire = serveWire(wirePort, { access, catalog, clock, faults, health, logger, measures })
    return { catalog, wire, controller }
  } catch (error) {
    await giveBack([wirePort, controllerPort])
    throw error
  }
}

/** All ports, or none. */
async function openAll(opening: readonly [Promise<Port>, Promise<Port>]): Promise<readonly [Port, Port]> {
  try {
    return await Promise.all(opening)
  } catch (error) {
    const opened = await Promise.allSettled(opening)
    await giveBack(opened.flatMap(port => (port.status === 'fulfilled' ? [port.value] : [])))
    throw error
  }
}

/** Gives ports back. */
async function giveBack(ports: readonly Port[]): Promise<void> {
  const closed = ports.map(port => port.close())
  for (const port of ports) port.cut()
  await Promise.all(closed)
}
