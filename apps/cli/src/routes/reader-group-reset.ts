import type { ReaderGroupName } from '@pravega-ts/client'
import { buildCommand, type Command } from '@stricli/core'
import type { ResetFlags } from '../commands/reader-group-reset.ts'
import { connectionFlags } from '../connection-flags.ts'
import type { CliContext } from '../context.ts'
import { documented } from '../documentation.ts'
import { parseResetTarget } from '../values/reset-target.ts'
import { group } from './positionals.ts'

export const reset: Command<CliContext> = buildCommand<ResetFlags, [ReaderGroupName], CliContext>({
  loader: async () => (await import('../commands/reader-group-reset.ts')).resetGroup,
  parameters: {
    flags: {
      to: {
        kind: 'parsed',
        parse: parseResetTarget,
        default: 'start',
        placeholder: 'place',
        brief: 'head, tail, start (as configured), last-checkpoint, a checkpoint, or stream cuts with commas',
        proposeCompletions: () => ['head', 'tail', 'start', 'last-checkpoint'],
      },
      yes: { kind: 'boolean', optional: true, withNegated: false, brief: 'Do not ask when readers are online' },
      ...connectionFlags,
    },
    positional: { kind: 'tuple', parameters: [group] },
    aliases: { y: 'yes' },
  },
  docs: documented('Make a group begin anew', 'Readers that are online have to join again.', [
    ['reader-group reset demo/billing --to head', 'read everything again'],
    ['reader-group reset demo/billing --to tail', 'skip what is there'],
    ['reader-group reset demo/billing --to last-checkpoint', 'as if all readers had died'],
  ]),
})
