import type { ScopedStream } from '@pravega-ts/model'
import { connected, type Run, type Session } from '../command.ts'
import type { ConnectionFlags } from '../connection-flags.ts'
import { EXIT } from '../exit-codes.ts'
import { CliError } from '../failure.ts'

export const addTags: Run<ConnectionFlags, [ScopedStream, string]> = connected(async (session, _, stream, tags) => {
  const { manager, call } = session
  show(session, stream, await manager.addTags(stream, tagsIn(tags), call))
})

export const removeTags: Run<ConnectionFlags, [ScopedStream, string]> = connected(async (session, _, stream, tags) => {
  const { manager, call } = session
  show(session, stream, await manager.removeTags(stream, tagsIn(tags), call))
})

export const listTags: Run<ConnectionFlags, [ScopedStream]> = connected(
  async ({ manager, output, call }, _, stream) => {
    for (const tag of await manager.getTags(stream, call)) output.result({ tag }, tag)
  },
)

function tagsIn(text: string): string[] {
  const tags = text.split(',').filter(tag => tag !== '')
  if (tags.length === 0) throw new CliError('USAGE', EXIT.usage, 'name at least one tag.')
  return tags
}

function show({ output }: Session, stream: ScopedStream, tags: readonly string[]): void {
  output.result(
    { scope: stream.scope, stream: stream.stream, tags },
    `tags of ${stream}: ${tags.length === 0 ? 'none' : tags.join(', ')}`,
  )
}
