import type { ScopedStream } from '@pravega-ts/model'
import { buildCommand, buildRouteMap, type RouteMap } from '@stricli/core'
import type { CreateStreamFlags, DeleteStreamFlags, ListStreamsFlags, UpdateStreamFlags } from '../commands/stream.ts'
import type { TruncateStreamFlags } from '../commands/stream-truncate.ts'
import { type ConnectionFlags, connectionFlags } from '../connection-flags.ts'
import type { CliContext } from '../context.ts'
import { documented } from '../documentation.ts'
import { parseCut } from '../values/cut.ts'
import { policyFlags } from './policy-flags.ts'
import { newStream, scope, stream } from './positionals.ts'
import { scale } from './stream-scale.ts'
import { tagRoutes } from './stream-tag.ts'

const create = buildCommand<CreateStreamFlags, [ScopedStream], CliContext>({
  loader: async () => (await import('../commands/stream.ts')).createStream,
  parameters: {
    flags: {
      ...policyFlags,
      createScope: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: 'Make the scope as well when it is missing',
      },
      ifAbsent: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: 'Succeed as well when the stream is there already',
      },
      ...connectionFlags,
    },
    positional: { kind: 'tuple', parameters: [newStream] },
  },
  docs: documented(
    'Make a stream',
    'Without flags: one segment, which is what byte streams need, and everything is kept.',
    [
      ['stream create demo/files', 'one segment'],
      ['stream create demo/files --create-scope', 'and the scope, if it is missing'],
      ['stream create demo/orders --segments 4 --retain-time 7d', 'four segments, a week of data'],
      ['stream create demo/orders --segments 2 --scale-by-events 1000', 'scales itself, two segments at least'],
    ],
  ),
})

const list = buildCommand<ListStreamsFlags, [string], CliContext>({
  loader: async () => (await import('../commands/stream.ts')).listStreams,
  parameters: {
    flags: {
      tag: { kind: 'parsed', parse: String, optional: true, placeholder: 'tag', brief: 'Only streams with this tag' },
      internal: { kind: 'boolean', optional: true, withNegated: false, brief: "Show Pravega's own streams too" },
      ...connectionFlags,
    },
    positional: { kind: 'tuple', parameters: [scope] },
  },
  docs: documented('List the streams of a scope', '', [
    ['stream list demo', 'one scope/stream per line'],
    ['stream list demo --tag billing', 'those with a tag'],
  ]),
})

const info = buildCommand<ConnectionFlags, [ScopedStream], CliContext>({
  loader: async () => (await import('../commands/stream-info.ts')).streamInfo,
  parameters: { flags: connectionFlags, positional: { kind: 'tuple', parameters: [stream] } },
  docs: documented(
    'Show the settings, segments and size of a stream',
    'Head and tail are shown as stream cuts in the text form that `stream truncate --at` and Java clients take.',
    [
      ['stream info demo/files', 'for people'],
      ['stream info demo/files --json', 'for programs'],
    ],
  ),
})

const update = buildCommand<UpdateStreamFlags, [ScopedStream], CliContext>({
  loader: async () => (await import('../commands/stream.ts')).updateStream,
  parameters: {
    flags: {
      ...policyFlags,
      keepAll: { kind: 'boolean', optional: true, withNegated: false, brief: 'Throw nothing away any more' },
      replace: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: 'Set everything that no flag names back to its default',
      },
      ...connectionFlags,
    },
    positional: { kind: 'tuple', parameters: [stream] },
  },
  docs: documented(
    'Change settings of a stream',
    'What no flag names stays as it is. --tag replaces all tags; see `pravega stream tag` to add and remove some.',
    [
      ['stream update demo/files --retain-size 10GiB', 'keep at least 10 GiB'],
      ['stream update demo/orders --segments 8', 'eight segments'],
      ['stream update demo/files --keep-all', 'no retention'],
    ],
  ),
})

const seal = buildCommand<ConnectionFlags, [ScopedStream], CliContext>({
  loader: async () => (await import('../commands/stream.ts')).sealStream,
  parameters: { flags: connectionFlags, positional: { kind: 'tuple', parameters: [stream] } },
  docs: documented('Seal a stream: no more writes', 'What is there can still be read. There is no way back.', [
    ['stream seal demo/files', 'readers come to an end'],
  ]),
})

const truncate = buildCommand<TruncateStreamFlags, [ScopedStream], CliContext>({
  loader: async () => (await import('../commands/stream-truncate.ts')).truncateStream,
  parameters: {
    flags: {
      at: {
        kind: 'parsed',
        parse: parseCut,
        placeholder: 'cut',
        brief: 'tail, or a stream cut as `stream info` shows it',
        proposeCompletions: () => ['tail'],
      },
      ...connectionFlags,
    },
    positional: { kind: 'tuple', parameters: [stream] },
  },
  docs: documented(
    'Throw away the beginning of a stream',
    'For a byte stream, `pravega bytes truncate` takes a plain offset. What is thrown away is gone.',
    [['stream truncate demo/orders --at tail', 'everything that is in it now']],
  ),
})

const deleteCommand = buildCommand<DeleteStreamFlags, [ScopedStream], CliContext>({
  loader: async () => (await import('../commands/stream.ts')).deleteStream,
  parameters: {
    flags: {
      seal: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: 'Seal it before; only sealed streams can be deleted',
      },
      ifExists: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: 'Succeed as well when there is no such stream',
      },
      ...connectionFlags,
    },
    positional: { kind: 'tuple', parameters: [stream] },
  },
  docs: documented('Delete a stream', '', [
    ['stream delete demo/files', 'a sealed one'],
    ['stream delete demo/files --seal', 'any'],
  ]),
})

const exists = buildCommand<ConnectionFlags, [ScopedStream], CliContext>({
  loader: async () => (await import('../commands/stream.ts')).streamExists,
  parameters: { flags: connectionFlags, positional: { kind: 'tuple', parameters: [stream] } },
  docs: documented('Tell whether a stream is there', 'Exit code 0 when it is, 3 when it is not.', [
    ['stream exists demo/files && echo yes', 'in a script'],
  ]),
})

export const streamRoutes: RouteMap<CliContext> = buildRouteMap({
  routes: { create, list, info, update, tag: tagRoutes, scale, truncate, seal, delete: deleteCommand, exists },
  aliases: { ls: 'list', rm: 'delete' },
  docs: { brief: 'Streams: make, change, look at, scale, truncate, seal, delete' },
})
