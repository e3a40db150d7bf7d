import type { Logger } from '@pravega-ts/config'
import type { CloseOptions } from '@pravega-ts/model'
import type { AccessControl } from '../accounts/access-control.ts'
import type { FaultSwitchboard } from '../faults/fault-switchboard.ts'
import { openPort, type Port, type PortOptions } from '../listening/port.ts'
import { Measures } from '../observability/measures.ts'
import type { StorageHealth } from '../storage-failure.ts'
import { type Clock, systemClock } from '../time/clock.ts'
import { Connection } from './connection.ts'
import { Reception, type ReceptionLimits } from './reception.ts'
import type { SegmentCatalog } from './segment-catalog.ts'

export interface WireServerOptions {
  readonly catalog: SegmentCatalog
  readonly faults: FaultSwitchboard
  readonly logger: Logger
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  readonly tls?: PortOptions['tls']
  /** Whose tokens let clients in. Default: none is asked for. */
  readonly access?: AccessControl | undefined
  /** Default: the system's time. */
  readonly clock?: Clock | undefined
  readonly maxConnections?: number | undefined
  /** Default: 256 MiB each. */
  readonly limits?: ReceptionLimits | undefined
  /** Where things are counted. Default: nowhere that anybody looks at. */
  readonly measures?: Measures | undefined
  /** Whether the storage works. Default: it does. */
  readonly health?: StorageHealth | undefined
}

/** The segment store's port. */
export interface WireServer {
  readonly port: number
  /** Number of open connections. */
  readonly connections: number
  /** Takes no more connections, and ends those that are there when they have been sent what is due, or at once. */
  close(options?: CloseOptions): Promise<void>
}

/**
 * Listens for segment store clients.
 * @throws PravegaError CONNECTION_FAILED when the port cannot be listened on; INVALID_ARGUMENT for a certificate that is none.
 */
export async function startWireServer(options: WireServerOptions): Promise<WireServer> {
  return serveWire(await openWirePort(options), options)
}

export function openWirePort(options: Omit<WireServerOptions, 'catalog' | 'faults'>): Promise<Port> {
  const { clock = systemClock, measures } = options
  return openPort({ ...options, clock, clients: 'segment store clients', measures: measures?.segmentStorePort })
}

/** Serves segment store clients on a port that is open. */
export function serveWire(
  port: Port,
  options: Pick<
    WireServerOptions,
    'access' | 'catalog' | 'clock' | 'faults' | 'health' | 'limits' | 'logger' | 'measures'
  >,
): WireServer {
  const connections = new Set<Connection>()
  const { clock = systemClock, measures = new Measures() } = options
  const services = { ...options, measures, reception: new Reception(clock, options.limits) }
  port.serve(guest => {
    const connection = new Connection(guest, services)
    connections.add(connection)
    connection.onGone(() => connections.delete(connection))
  })
  return {
    port: port.port,
    get connections() {
      return connections.size
    },
    close({ force = false } = {}) {
      const closed = port.close()
      if (force || connections.size === 0) {
        port.cut()
        return closed
      }
      for (const connection of [...connections]) {
        connection.onGone(() => connections.size === 0 && port.cut())
        connection.close('the server closes')
      }
      return closed
    },
  }
}
