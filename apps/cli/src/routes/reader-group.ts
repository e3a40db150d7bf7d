import type { ReaderGroupName } from '@pravega-ts/client'
import type { StreamCut } from '@pravega-ts/model'
import { buildCommand, buildRouteMap, type RouteMap } from '@stricli/core'
import type {
  CheckpointFlags,
  CreateGroupFlags,
  CutsFlags,
  DeleteGroupFlags,
  OfflineFlags,
  StoreFlags,
} from '../commands/reader-group.ts'
import { proposeReaders } from '../completion/propose-names.ts'
import { type ConnectionFlags, connectionFlags } from '../connection-flags.ts'
import type { CliContext } from '../context.ts'
import { documented } from '../documentation.ts'
import { parseBoundedCut } from '../values/cut.ts'
import { parseReaderId } from '../values/groups.ts'
import { parseReaderPosition } from '../values/reader-position.ts'
import { settingsFlags, storeFlags } from './group-flags.ts'
import { group, scope } from './positionals.ts'
import { reset } from './reader-group-reset.ts'

const create = buildCommand<CreateGroupFlags, [ReaderGroupName], CliContext>({
  loader: async () => (await import('../commands/reader-group.ts')).createGroup,
  parameters: {
    flags: {
      ...settingsFlags,
      ifAbsent: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: 'Succeed as well when the group is there already and reads the same',
      },
      refuseOtherKind: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: 'Fail when a group of this name keeps its state in the other store; otherwise that is a warning',
      },
      ...storeFlags,
    },
    positional: { kind: 'tuple', parameters: [group] },
  },
  docs: documented('Make a reader group', 'Its readers share streams: each event goes to one of them.', [
    ['reader-group create demo/billing --stream demo/orders', 'reads from the head'],
    ['reader-group create demo/billing --stream demo/orders,demo/refunds --from tail', 'two streams, what is new'],
    ['reader-group create demo/report --stream demo/orders --to tail', 'ends where the stream ends now'],
  ]),
})

const list = buildCommand<ConnectionFlags, [string], CliContext>({
  loader: async () => (await import('../commands/reader-group.ts')).listGroups,
  parameters: { flags: connectionFlags, positional: { kind: 'tuple', parameters: [scope] } },
  docs: documented('List the reader groups of a scope', 'Those that keep their state in a table cannot be listed.', [
    ['reader-group list demo', 'one scope/group per line'],
  ]),
})

const describe = buildCommand<StoreFlags, [ReaderGroupName], CliContext>({
  loader: async () => (await import('../commands/reader-group-describe.ts')).describeGroup,
  parameters: { flags: storeFlags, positional: { kind: 'tuple', parameters: [group] } },
  docs: documented(
    'Show a reader group',
    'Its readers with their segments and recorded offsets, checkpoints and who holds them up, and how much is unread.',
    [['reader-group describe demo/billing', 'for people; --json for programs']],
  ),
})

const offline = buildCommand<OfflineFlags, [ReaderGroupName, string], CliContext>({
  loader: async () => (await import('../commands/reader-group.ts')).takeOffline,
  parameters: {
    flags: {
      position: {
        kind: 'parsed',
        parse: parseReaderPosition,
        optional: true,
        placeholder: 'text',
        brief: 'Where it was, as its position() said; otherwise what the group has recorded',
      },
      ...storeFlags,
    },
    positional: {
      kind: 'tuple',
      parameters: [
        group,
        {
          parse: parseReaderId,
          placeholder: 'reader',
          brief: 'Id of the reader',
          proposeCompletions(partial) {
            return proposeReaders(this, partial)
          },
        },
      ],
    },
  },
  docs: documented(
    'Take a reader that has died out of its group',
    'Its segments go to the other readers. Fine as well when it is not online.',
    [['reader-group offline demo/billing reader-1', 'reading goes on where it is recorded']],
  ),
})

const checkpoint = buildCommand<CheckpointFlags, [ReaderGroupName], CliContext>({
  loader: async () => (await import('../commands/reader-group.ts')).makeCheckpoint,
  parameters: {
    flags: {
      name: { kind: 'parsed', parse: String, optional: true, placeholder: 'name', brief: 'Default: a random one' },
      cancel: { kind: 'boolean', optional: true, withNegated: false, brief: 'Cancel those that are under way instead' },
      ...connectionFlags,
    },
    positional: { kind: 'tuple', parameters: [group] },
  },
  docs: documented(
    'Make a checkpoint and show it as text',
    'Waits until all readers have answered, for a minute or --timeout. The text is for `reader-group reset --to`.',
    [
      ['reader-group checkpoint demo/billing > place', 'keep a position of the whole group'],
      ['reader-group reset demo/billing --to "$(cat place)"', 'go back to it'],
    ],
  ),
})

const cuts = buildCommand<CutsFlags, [ReaderGroupName], CliContext>({
  loader: async () => (await import('../commands/reader-group.ts')).showCuts,
  parameters: {
    flags: {
      now: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: 'Ask the readers; otherwise what is recorded',
      },
      ...connectionFlags,
    },
    positional: { kind: 'tuple', parameters: [group] },
  },
  docs: documented('Show the positions of a group as stream cuts', 'One line a stream.', [
    ['reader-group cuts demo/billing', 'as they are recorded'],
  ]),
})

const retain = buildCommand<ConnectionFlags, [ReaderGroupName, StreamCut], CliContext>({
  loader: async () => (await import('../commands/reader-group.ts')).retain,
  parameters: {
    flags: connectionFlags,
    positional: {
      kind: 'tuple',
      parameters: [group, { parse: parseBoundedCut, placeholder: 'cut', brief: 'Stream cut in its text form' }],
    },
  },
  docs: documented(
    'Let a stream drop what a group no longer needs',
    'For groups with --retention manual, on streams with a retention policy.',
    [['reader-group retain demo/billing "$CUT"', 'what is before the cut may go']],
  ),
})

const deleteCommand = buildCommand<DeleteGroupFlags, [ReaderGroupName], CliContext>({
  loader: async () => (await import('../commands/reader-group.ts')).deleteGroup,
  parameters: {
    flags: {
      ifExists: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: 'Succeed as well when there is no such group',
      },
      ...storeFlags,
    },
    positional: { kind: 'tuple', parameters: [group] },
  },
  docs: documented('Delete a reader group with its positions', 'Delete groups before their streams.', [
    ['reader-group delete demo/billing', 'the streams stay'],
  ]),
})

export const readerGroupRoutes: RouteMap<CliContext> = buildRouteMap({
  routes: { create, list, describe, reset, offline, checkpoint, cuts, retain, delete: deleteCommand },
  aliases: { ls: 'list', rm: 'delete' },
  docs: { brief: 'Reader groups: readers that share the events of streams' },
})
