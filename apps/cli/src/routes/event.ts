import type { EventPointer } from '@pravega-ts/client'
import type { ScopedStream } from '@pravega-ts/model'
import { buildCommand, buildRouteMap, type RouteMap } from '@stricli/core'
import type { ReadEventsFlags } from '../commands/event-read.ts'
import type { WriteEventsFlags } from '../commands/event-write.ts'
import { proposeGroups } from '../completion/propose-names.ts'
import { type ConnectionFlags, connectionFlags } from '../connection-flags.ts'
import type { CliContext } from '../context.ts'
import { documented } from '../documentation.ts'
import { parseGroup, parseReaderId, parseStart } from '../values/groups.ts'
import { parsePointer } from '../values/pointer.ts'
import { parseCount, parseDuration } from '../values/quantities.ts'
import { parseSeconds } from '../values/transactions.ts'
import { eventFile, eventInputFlags } from './event-input-flags.ts'
import { storeFlags } from './group-flags.ts'
import { stream } from './positionals.ts'

const write = buildCommand<WriteEventsFlags, [ScopedStream, string], CliContext>({
  loader: async () => (await import('../commands/event-write.ts')).writeEvents,
  parameters: {
    flags: {
      create: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: 'Make scope and stream when they are missing',
      },
      segments: { kind: 'parsed', parse: parseCount, optional: true, placeholder: 'n', brief: 'For --create (1)' },
      ...eventInputFlags,
      transactional: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: 'In transactions: the events of each appear together, or not at all',
      },
      perEvents: {
        kind: 'parsed',
        parse: parseCount,
        optional: true,
        placeholder: 'n',
        brief: 'With --transactional: most events to a transaction (1000)',
      },
      perSeconds: {
        kind: 'parsed',
        parse: parseSeconds,
        optional: true,
        placeholder: 'seconds',
        brief: 'With --transactional: longest time from its first event to its commit (5)',
      },
      ...connectionFlags,
    },
    positional: {
      kind: 'tuple',
      parameters: [stream, eventFile],
    },
  },
  docs: documented(
    'Write events, one a line',
    'Events of one routing key keep their order. Ends when everything is acknowledged.',
    [
      ['event write demo/events --create < lines.txt', 'each line is an event'],
      ['event write demo/orders orders.jsonl --key-field customer', 'keyed by a field of the JSON object'],
      ['event write demo/log app.log --key-before ": "', 'keyed by what is before the first ": "'],
      ['event write demo/pictures picture.jpg --whole', 'one event'],
      ['event write demo/log --transactional --per-events 100 < app.log', 'a hundred lines appear at a time'],
    ],
  ),
})

const read = buildCommand<ReadEventsFlags, [ScopedStream], CliContext>({
  loader: async () => (await import('../commands/event-read.ts')).readEvents,
  parameters: {
    flags: {
      group: {
        kind: 'parsed',
        parse: parseGroup,
        optional: true,
        placeholder: 'scope/group',
        proposeCompletions(partial) {
          return proposeGroups(this, partial)
        },
        brief: 'Read as a member of this group, made if it is missing; otherwise alone, and nothing is remembered',
      },
      reader: { kind: 'parsed', parse: parseReaderId, optional: true, placeholder: 'id', brief: 'Name in the group' },
      from: {
        kind: 'parsed',
        parse: parseStart,
        optional: true,
        placeholder: 'place',
        brief: 'head (default), tail, or a stream cut',
        proposeCompletions: () => ['head', 'tail'],
      },
      follow: { kind: 'boolean', optional: true, withNegated: false, brief: 'Wait for more at the end' },
      count: { kind: 'parsed', parse: parseCount, optional: true, placeholder: 'n', brief: 'At most so many events' },
      idle: {
        kind: 'parsed',
        parse: parseDuration,
        optional: true,
        placeholder: 'duration',
        brief: 'With --group: end when nothing has come for so long (5s)',
      },
      pointers: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: "Put each event's pointer and a tab before it, see `event fetch`",
      },
      output: {
        kind: 'parsed',
        parse: String,
        optional: true,
        placeholder: 'file',
        brief: 'File to write instead of standard output',
      },
      ...storeFlags,
    },
    positional: { kind: 'tuple', parameters: [stream] },
    aliases: { f: 'follow', o: 'output', n: 'count' },
  },
  docs: documented(
    'Read events, one a line',
    'Ends at what was the end of the stream when it began, unless --follow is given. --json gives each event with its place.',
    [
      ['event read demo/events', 'all of it'],
      ['event read demo/events --from tail --follow', 'what comes from now on'],
      ['event read demo/orders --group demo/billing --follow', 'share the work: start it several times'],
      ['event read demo/orders --count 10 --json', 'ten events with segment, offset and pointer'],
    ],
  ),
})

const fetch = buildCommand<ConnectionFlags, [EventPointer], CliContext>({
  loader: async () => (await import('../commands/event-fetch.ts')).fetchOneEvent,
  parameters: {
    flags: connectionFlags,
    positional: {
      kind: 'tuple',
      parameters: [{ parse: parsePointer, placeholder: 'pointer', brief: 'As `event read --pointers` shows it' }],
    },
  },
  docs: documented('Read one event again', '', [
    ["event fetch 'demo/orders/0.#epoch.0:4096-128'", 'the event of 120 bytes at offset 4096'],
  ]),
})

export const eventRoutes: RouteMap<CliContext> = buildRouteMap({
  routes: { write, read, fetch },
  docs: { brief: 'Events: write them with keys, read them alone or in a group' },
})
