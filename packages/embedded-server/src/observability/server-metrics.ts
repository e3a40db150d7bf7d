import { COMMAND_TYPES } from '@pravega-ts/wire-protocol'
import type { CommandCounts, ScaleCause, ScaleMeasures } from './measures.ts'
import type { Described, DistributionSample, Sample } from './metric-registry.ts'
import type { Inventory, ServerView } from './server-view.ts'

const CAUSES: readonly ScaleCause[] = ['client', 'policy']
const DIRECTIONS = ['up', 'down', 'even'] as const

/** What a server tells about itself. Names and meanings are listed in the README. */
export function serverMetrics(view: ServerView): Described[] {
  const { measures } = view
  const counter = (name: string, help: string, read: () => number | Iterable<Sample>): Described => {
    return { name, help, type: 'counter', read: () => samples(read()) }
  }
  const gauge = (name: string, help: string, read: () => number | Iterable<Sample>): Described => {
    return { name, help, type: 'gauge', read: () => samples(read()) }
  }
  // All metrics of a scrape are read in one go: they tell of the same moment, and segments are counted once.
  let taken: Inventory | undefined
  const inventory = (): Inventory => {
    if (taken === undefined) setImmediate(() => (taken = undefined))
    taken ??= view.inventory()
    return taken
  }
  const stock = (name: string, help: string, read: (inventory: Inventory) => number | Iterable<Sample>): Described => {
    return gauge(name, help, () => read(inventory()))
  }
  const ports = (read: (port: 'segmentStorePort' | 'controllerPort') => number): Sample[] => [
    { labels: { port: 'segment_store' }, value: read('segmentStorePort') },
    { labels: { port: 'controller' }, value: read('controllerPort') },
  ]
  const scales = (read: (counts: ScaleMeasures) => readonly Sample[]): Sample[] => {
    return CAUSES.flatMap(cause =>
      read(measures.scales[cause]).map(({ labels, value }) => ({ labels: { cause, ...labels }, value })),
    )
  }
  return [
    stock('pravega_connections', 'Open connections, by port.', ({ segmentStoreConnections, controllerConnections }) =>
      ports(port => (port === 'segmentStorePort' ? segmentStoreConnections : controllerConnections)),
    ),
    counter('pravega_connections_accepted_total', 'Connections that came, by port.', () =>
      ports(port => measures[port].accepted),
    ),
    counter(
      'pravega_connections_refused_total',
      'Connections that had to go because there were too many, by port.',
      () => ports(port => measures[port].refused),
    ),
    counter('pravega_wire_requests_total', 'Commands that clients sent to the segment store, by name.', () =>
      byCommand(measures.requests),
    ),
    counter('pravega_wire_replies_total', 'Commands that clients were sent by the segment store, by name.', () =>
      byCommand(measures.replies),
    ),
    counter(
      'pravega_wire_received_bytes_total',
      'Bytes that the segment store received.',
      () => measures.receivedBytes,
    ),
    counter('pravega_wire_sent_bytes_total', 'Bytes that the segment store sent.', () => measures.sentBytes),
    counter('pravega_appends_total', 'Appends that were carried out.', () => measures.appends),
    counter('pravega_appended_events_total', 'Events in these appends, as writers count them.', () => {
      return measures.appendedEvents
    }),
    counter('pravega_appended_bytes_total', 'Bytes in these appends.', () => measures.appendedBytes),
    {
      name: 'pravega_commit_duration_seconds',
      help: 'How long it took to make a group of changes durable. Nothing in memory.',
      type: 'histogram',
      read: () => (view.recovery === undefined ? [] : [{ distribution: measures.commits }]),
    },
    counter('pravega_committed_bytes_total', 'Bytes of these groups that went to data files.', () => {
      return view.recovery === undefined ? [] : measures.committedBytes
    }),
    stock('pravega_waiting_reads', 'Reads that wait for their segment to grow.', inventory => inventory.waitingReads),
    stock('pravega_segments', 'Segments, by kind.', ({ streamSegments, tableSegments }) => [
      { labels: { kind: 'stream' }, value: streamSegments },
      { labels: { kind: 'table' }, value: tableSegments },
    ]),
    stock('pravega_scopes', 'Scopes, those of Pravega itself included.', inventory => inventory.scopes),
    stock('pravega_streams', 'Streams, those of Pravega itself included.', inventory => inventory.streams),
    stock('pravega_open_transactions', 'Transactions that are not complete.', inventory => inventory.openTransactions),
    stock('pravega_stored_bytes', 'Bytes of segments that were not truncated.', inventory => inventory.storedBytes),
    stock(
      'pravega_cached_bytes',
      'Bytes of segments that are in memory beside the disk. Nothing in memory.',
      inventory => {
        return inventory.cachedBytes ?? []
      },
    ),
    gauge('pravega_storage_working', '1 while changes are taken, 0 while the storage has failed.', () => {
      return view.condition().name === 'working' ? 1 : 0
    }),
    gauge('pravega_recovery_duration_seconds', 'How long the data directory took to open. Nothing in memory.', () => {
      return view.recovery === undefined ? [] : view.recovery.durationMs / 1000
    }),
    gauge('pravega_recovery_scanned_bytes', 'Bytes that were looked through then.', () => {
      return view.recovery?.scannedBytes ?? []
    }),
    gauge('pravega_recovery_cuts', 'Unfinished writes that were cut off then.', () => view.recovery?.cuts.length ?? []),
    counter('pravega_controller_calls_total', 'Calls of the controller, by method and gRPC status.', () =>
      [...measures.methods].flatMap(([method, { statuses }]) =>
        [...statuses].map(([status, value]) => ({ labels: { method, status }, value })),
      ),
    ),
    {
      name: 'pravega_controller_call_duration_seconds',
      help: 'How long calls of the controller took, by method.',
      type: 'histogram',
      read: () =>
        [...measures.methods].map(
          ([method, { seconds }]): DistributionSample => ({ labels: { method }, distribution: seconds }),
        ),
    },
    counter('pravega_refused_logins_total', 'Calls of the controller with no credentials, or wrong ones.', () => {
      return measures.refusedLogins
    }),
    counter('pravega_scales_total', 'Scales that were carried out, by who wanted them, and direction.', () =>
      scales(counts => DIRECTIONS.map(direction => ({ labels: { direction }, value: counts[direction] }))),
    ),
    counter('pravega_refused_scales_total', 'Scales that were not begun, by who wanted them.', () =>
      scales(({ refused }) => [{ value: refused }]),
    ),
    counter('pravega_failed_scales_total', 'Scales that were begun and broke off, by who wanted them.', () =>
      scales(({ failed }) => [{ value: failed }]),
    ),
    gauge('pravega_start_time_seconds', 'Unix time at which the server was started, in seconds.', () => {
      return view.startedAt / 1000
    }),
  ]
}

function samples(read: number | Iterable<Sample>): Iterable<Sample> {
  return typeof read === 'number' ? [{ value: read }] : read
}

/** Those that were seen. */
function byCommand(counts: CommandCounts): Sample[] {
  return Object.entries(COMMAND_TYPES)
    .map(([command, type]) => ({ labels: { command }, value: counts.of(type) }))
    .filter(({ value }) => value > 0)
}
