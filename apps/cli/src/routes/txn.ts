import type { ScopedStream } from '@pravega-ts/model'
import { buildCommand, buildRouteMap, type FlagParametersForType, type RouteMap } from '@stricli/core'
import type { CommitFlags, LeaseFlags } from '../commands/txn.ts'
import type { WriteTransactionFlags } from '../commands/txn-write.ts'
import { type ConnectionFlags, connectionFlags } from '../connection-flags.ts'
import type { CliContext } from '../context.ts'
import { documented } from '../documentation.ts'
import { parseDuration } from '../values/quantities.ts'
import { parseTimestamp } from '../values/transactions.ts'
import { eventFile, eventInputFlags } from './event-input-flags.ts'
import { stream, transactionId } from './positionals.ts'

const leaseFlags: FlagParametersForType<LeaseFlags, CliContext> = {
  lease: {
    kind: 'parsed',
    parse: parseDuration,
    optional: true,
    placeholder: 'duration',
    brief: 'How long it lives from now on, 10s to 10m (10m)',
  },
  ...connectionFlags,
}

const begin = buildCommand<LeaseFlags, [ScopedStream], CliContext>({
  loader: async () => (await import('../commands/txn.ts')).beginTransaction,
  parameters: { flags: leaseFlags, positional: { kind: 'tuple', parameters: [stream] } },
  docs: documented(
    'Begin a transaction',
    'Prints its id. It lives until its lease is over, then the server aborts it: when the command has ended nobody renews it. Each `txn write` makes it live longer.',
    [
      ['txn begin demo/events', 'ten minutes of time'],
      ['txn begin demo/events --lease 30s', 'half a minute'],
    ],
  ),
})

const write = buildCommand<WriteTransactionFlags, [ScopedStream, string, string], CliContext>({
  loader: async () => (await import('../commands/txn-write.ts')).writeTransaction,
  parameters: {
    flags: { ...eventInputFlags, ...leaseFlags },
    positional: { kind: 'tuple', parameters: [stream, transactionId, eventFile] },
  },
  docs: documented(
    'Write events to a transaction, one a line',
    'Nobody sees them before it is committed. May be used several times, by several processes; the lease begins anew with each.',
    [
      ['txn write demo/events ID < lines.txt', 'each line is an event'],
      ['txn write demo/orders ID orders.jsonl --key-field customer', 'keyed by a field of the JSON object'],
    ],
  ),
})

const commit = buildCommand<CommitFlags, [ScopedStream, string], CliContext>({
  loader: async () => (await import('../commands/txn.ts')).commitTransaction,
  parameters: {
    flags: {
      wait: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: 'End when the events can be read; otherwise when it is certain that they will appear',
      },
      timestamp: {
        kind: 'parsed',
        parse: parseTimestamp,
        optional: true,
        placeholder: 'time',
        brief: 'Time of the events, for watermarks: now, or milliseconds',
        proposeCompletions: () => ['now'],
      },
      writer: {
        kind: 'parsed',
        parse: String,
        optional: true,
        placeholder: 'name',
        brief: 'With --timestamp: whose time it is (pravega-cli)',
      },
      ...connectionFlags,
    },
    positional: { kind: 'tuple', parameters: [stream, transactionId] },
  },
  docs: documented(
    'Commit a transaction',
    'All of its events appear, those of a segment side by side. Once more does no harm.',
    [
      ['txn commit demo/events ID', 'moments later everybody sees its events'],
      ['txn commit demo/events ID --wait', 'ends when they can be read'],
    ],
  ),
})

const abort = buildCommand<ConnectionFlags, [ScopedStream, string], CliContext>({
  loader: async () => (await import('../commands/txn.ts')).abortTransaction,
  parameters: { flags: connectionFlags, positional: { kind: 'tuple', parameters: [stream, transactionId] } },
  docs: documented('Abort a transaction', 'None of its events ever appears. Once more does no harm.', [
    ['txn abort demo/events ID', 'as if it had never been'],
  ]),
})

const status = buildCommand<ConnectionFlags, [ScopedStream, string], CliContext>({
  loader: async () => (await import('../commands/txn.ts')).transactionStatus,
  parameters: { flags: connectionFlags, positional: { kind: 'tuple', parameters: [stream, transactionId] } },
  docs: documented(
    'Say what has become of a transaction',
    'One of open, committing, committed, aborting, aborted. Servers know it for a day after its end.',
    [['txn status demo/events ID', 'one word']],
  ),
})

const list = buildCommand<ConnectionFlags, [ScopedStream], CliContext>({
  loader: async () => (await import('../commands/txn.ts')).listTransactions,
  parameters: { flags: connectionFlags, positional: { kind: 'tuple', parameters: [stream] } },
  docs: documented(
    'List the completed transactions of a stream',
    'Those of the last day, the newest 500 at most. Open ones are listed nowhere: keep the id. Servers of release 0.13 list none at all as soon as another stream has completed transactions too.',
    [['txn list demo/events', 'one per line, with how it has ended']],
  ),
})

export const txnRoutes: RouteMap<CliContext> = buildRouteMap({
  routes: { begin, write, commit, abort, status, list },
  aliases: { ls: 'list' },
  docs: { brief: 'Transactions: events that appear together, or not at all' },
})
