import type { CliContext } from '../context.ts'

/** Someone waits with a finger on the Tab key. */
const PATIENCE_MS = 1500
const MOST_PROPOSALS = 200

/** Scopes of the server that the command line names. None when it does not answer: a completion never complains. */
export function proposeScopes(cli: CliContext, partial: string): Promise<readonly string[]> {
  return propose(cli, async (factory, call, add) => {
    const manager = factory.streamManager()
    for await (const scope of manager.listScopes(call)) if (scope.startsWith(partial) && add(scope)) return
  })
}

/** Scopes up to the slash, then the streams in the scope. */
export async function proposeStreams(cli: CliContext, partial: string): Promise<readonly string[]> {
  const slash = partial.indexOf('/')
  if (slash < 0) return (await proposeScopes(cli, partial)).map(scope => `${scope}/`)
  return propose(cli, async (factory, call, add) => {
    const manager = factory.streamManager()
    for await (const stream of manager.listStreams(partial.slice(0, slash), call)) {
      const name = stream.toString()
      if (name.startsWith(partial) && add(name)) return
    }
  })
}

/** Scopes up to the slash, then the reader groups in the scope. */
export async function proposeGroups(cli: CliContext, partial: string): Promise<readonly string[]> {
  const slash = partial.indexOf('/')
  if (slash < 0) return (await proposeScopes(cli, partial)).map(scope => `${scope}/`)
  return propose(cli, async (factory, call, add) => {
    for await (const { scope, name } of factory.listReaderGroups(partial.slice(0, slash), call)) {
      const text = `${scope}/${name}`
      if (text.startsWith(partial) && add(text)) return
    }
  })
}

const GROUP_NAME = /^[^/\s-][^/\s]*\/[^/\s]+$/

/** Readers that are online in the group that the command line names. */
export function proposeReaders(cli: CliContext, partial: string): Promise<readonly string[]> {
  const { words } = cli
  const stateStore = words.some((word, n) => word === '--state-store=table' || isTableFlag(words, n)) ? 'table' : 'log'
  return propose(cli, async (factory, call, add) => {
    // A value of a flag may look like the name of a group.
    for (const word of words.filter(one => GROUP_NAME.test(one))) {
      const group = await factory.openReaderGroup(word, { stateStore }, call).catch(() => undefined)
      const readers = (await group?.readers(call)) ?? []
      if (readers.some(reader => reader.startsWith(partial) && add(reader)) || group !== undefined) return
    }
  })
}

function isTableFlag(words: readonly string[], n: number): boolean {
  return words[n] === '--state-store' && words[n + 1] === 'table'
}

type Factory = import('@pravega-ts/client').ClientFactory

async function propose(
  cli: CliContext,
  find: (
    factory: Factory,
    call: { signal: AbortSignal; timeoutMs: number },
    add: (name: string) => boolean,
  ) => Promise<void>,
): Promise<readonly string[]> {
  const [{ ClientFactory }, { clientOptions }, { connectionFlagsIn }] = await Promise.all([
    import('@pravega-ts/client'),
    import('../connect.ts'),
    import('./words.ts'),
  ])
  const found: string[] = []
  try {
    const factory = await ClientFactory.create(await clientOptions(cli, connectionFlagsIn(cli.words)))
    try {
      await find(factory, { signal: cli.signal, timeoutMs: PATIENCE_MS }, name => {
        found.push(name)
        return found.length >= MOST_PROPOSALS
      })
    } finally {
      await factory.close({ force: true })
    }
  } catch {
    return found
  }
  return found
}
