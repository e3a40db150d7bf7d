import type { FlagParametersForType } from '@stricli/core'
import type { StoreFlags } from '../commands/reader-group.ts'
import type { GroupSettingsFlags } from '../commands/reader-group-settings.ts'
import { proposeStreams } from '../completion/propose-names.ts'
import { connectionFlags } from '../connection-flags.ts'
import type { CliContext } from '../context.ts'
import { parseEnd, parseStart } from '../values/groups.ts'
import { parseStream } from '../values/names.ts'
import { parseCount, parseDuration } from '../values/quantities.ts'

export const storeFlags: FlagParametersForType<StoreFlags, CliContext> = {
  stateStore: {
    kind: 'enum',
    values: ['log', 'table'],
    optional: true,
    brief: 'Where the group keeps its state: log (as Java does, default) or table (as Rust does)',
  },
  ...connectionFlags,
}

export const settingsFlags: FlagParametersForType<GroupSettingsFlags, CliContext> = {
  stream: {
    kind: 'parsed',
    parse: parseStream,
    variadic: ',',
    placeholder: 'scope/stream,...',
    proposeCompletions(partial) {
      return proposeStreams(this, partial)
    },
    brief: 'Streams that the group reads',
  },
  from: {
    kind: 'parsed',
    parse: parseStart,
    optional: true,
    variadic: ',',
    placeholder: 'place,...',
    proposeCompletions: () => ['head', 'tail'],
    brief: 'Where it begins: head (default) or tail for all streams, or a stream cut for each',
  },
  to: {
    kind: 'parsed',
    parse: parseEnd,
    optional: true,
    variadic: ',',
    placeholder: 'place,...',
    proposeCompletions: () => ['never', 'tail'],
    brief: 'Where it ends: never (default) or tail for all streams, or a stream cut for each',
  },
  refresh: {
    kind: 'parsed',
    parse: parseDuration,
    optional: true,
    placeholder: 'duration',
    brief: "Time between two looks at the group's state (3s)",
  },
  checkpointEvery: {
    kind: 'parsed',
    parse: parseDuration,
    optional: true,
    placeholder: 'duration',
    brief: 'Time between two automatic checkpoints (30s)',
  },
  noCheckpoints: { kind: 'boolean', optional: true, withNegated: false, brief: 'No automatic checkpoints' },
  maxCheckpoints: {
    kind: 'parsed',
    parse: parseCount,
    optional: true,
    placeholder: 'n',
    brief: 'Checkpoints that may be under way at a time (3)',
  },
  retention: {
    kind: 'enum',
    values: ['none', 'manual', 'automatic'],
    optional: true,
    brief: 'Whether streams keep what the group has not read: none (default), manual, automatic',
  },
}
