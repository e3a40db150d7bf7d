import { silentLogger } from '@pravega-ts/config'
import { PravegaError } from '@pravega-ts/model'
import type { ControllerServer, ControllerState } from './controller/index.ts'
import type { EmbeddedServerOptions } from './embedded-server-options.ts'
import type { FaultSwitchboard } from './faults/fault-switchboard.ts'
import { SegmentCatalog } from './segment-store/segment-catalog.ts'
import { startWireServer, type WireServer } from './segment-store/wire-server.ts'
import type { SegmentStorage } from './storage/segment-storage.ts'

const ALL_ADDRESSES = ['0.0.0.0', '::', '']

/** The two ports of a server that is up. */
export interface RunningServer {
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
): Promise<RunningServer> {
  const { host = '127.0.0.1', logger = silentLogger, tls } = options
  const catalog = new SegmentCatalog(storage)
  const wire = await startWireServer({ catalog, faults, logger, host, port: options.segmentStorePort ?? 0, tls })
  try {
    const { startControllerServer } = await import('./controller/index.ts')
    const controller = await startControllerServer({
      state,
      engine: catalog,
      segmentStoreEndpoint: () => ({ host: publishedHost(options), port: wire.port }),
      host,
      port: options.controllerPort ?? 0,
      publishedHost: publishedHost(options),
      logger,
      faults,
      tls,
      clock: options.clock,
      retentionPeriodMs: options.retentionPeriodMs,
      watermarkPeriodMs: options.watermarkPeriodMs,
    })
    return { wire, controller }
  } catch (cause) {
    await wire.close({ force: true })
    const port = options.controllerPort ?? 0
    throw new PravegaError(
      'CONNECTION_FAILED',
      `cannot listen on ${host}:${port} for controller clients; choose another port, or 0 for any`,
      { cause, retriable: false },
    )
  }
}

/** Host under which clients find the server. */
export function publishedHost({ host = '127.0.0.1', publishedHost: published }: EmbeddedServerOptions): string {
  return published ?? (ALL_ADDRESSES.includes(host) ? '127.0.0.1' : host)
}
