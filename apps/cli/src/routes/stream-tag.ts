import type { ScopedStream } from '@pravega-ts/model'
import { buildCommand, buildRouteMap, type Command, type RouteMap, type TypedPositionalParameter } from '@stricli/core'
import { type ConnectionFlags, connectionFlags } from '../connection-flags.ts'
import type { CliContext } from '../context.ts'
import { documented } from '../documentation.ts'
import { stream } from './positionals.ts'

const tags: TypedPositionalParameter<string, CliContext> = {
  parse: String,
  placeholder: 'tag,...',
  brief: 'Tags, separated by commas',
}

function change(
  load: () => Promise<(this: CliContext, flags: ConnectionFlags, stream: ScopedStream, tags: string) => Promise<void>>,
  brief: string,
  example: readonly [string, string],
): Command<CliContext> {
  return buildCommand<ConnectionFlags, [ScopedStream, string], CliContext>({
    loader: load,
    parameters: { flags: connectionFlags, positional: { kind: 'tuple', parameters: [stream, tags] } },
    docs: documented(brief, 'Other settings of the stream stay as they are.', [example]),
  })
}

const add = change(async () => (await import('../commands/stream-tag.ts')).addTags, 'Add tags to a stream', [
  'stream tag add demo/files billing,eu',
  'two more tags',
])

const remove = change(async () => (await import('../commands/stream-tag.ts')).removeTags, 'Remove tags from a stream', [
  'stream tag remove demo/files eu',
  'one less',
])

const list = buildCommand<ConnectionFlags, [ScopedStream], CliContext>({
  loader: async () => (await import('../commands/stream-tag.ts')).listTags,
  parameters: { flags: connectionFlags, positional: { kind: 'tuple', parameters: [stream] } },
  docs: documented('List the tags of a stream', '', [['stream tag list demo/files', 'one per line']]),
})

export const tagRoutes: RouteMap<CliContext> = buildRouteMap({
  routes: { add, remove, list },
  aliases: { ls: 'list', rm: 'remove' },
  docs: { brief: 'Tags of a stream' },
})
