import { connected, type Run, type Session } from '../command.ts'
import type { ConnectionFlags } from '../connection-flags.ts'
import { EXIT } from '../exit-codes.ts'
import { CliError } from '../failure.ts'
import { askConsent, canAsk } from '../prompts.ts'

export interface CreateScopeFlags extends ConnectionFlags {
  readonly ifAbsent?: boolean
}

export interface ListScopesFlags extends ConnectionFlags {
  readonly internal?: boolean
}

export interface DeleteScopeFlags extends ConnectionFlags {
  readonly recursive?: boolean
  readonly yes?: boolean
  readonly ifExists?: boolean
}

export const createScope: Run<CreateScopeFlags, [string]> = connected(
  async ({ manager, output, call }, flags, scope) => {
    const created = await manager.createScope(scope, call)
    if (!created && flags.ifAbsent !== true) {
      throw new CliError(
        'ALREADY_EXISTS',
        EXIT.refused,
        `scope ${scope} exists already.`,
        'Use --if-absent if that is fine.',
      )
    }
    output.result({ scope, created }, created ? `created scope ${scope}` : `scope ${scope} was there already`)
  },
)

export const listScopes: Run<ListScopesFlags, []> = connected(async ({ manager, output, call }, flags) => {
  for await (const scope of manager.listScopes({ ...call, includeInternal: flags.internal }))
    output.result({ scope }, scope)
})

export const deleteScope: Run<DeleteScopeFlags, [string]> = connected(async (session, flags, scope) => {
  const { manager, output, call } = session
  const recursive = flags.recursive === true
  if (recursive && flags.yes !== true) await confirmRecursive(session, scope)
  const deleted = await manager.deleteScope(scope, { ...call, recursive })
  if (!deleted && flags.ifExists !== true) {
    throw new CliError(
      'SCOPE_NOT_FOUND',
      EXIT.notFound,
      `there is no scope ${scope}.`,
      'Use --if-exists if that is fine.',
    )
  }
  output.result({ scope, deleted }, deleted ? `deleted scope ${scope}` : `there was no scope ${scope}`)
})

export const scopeExists: Run<ConnectionFlags, [string]> = connected(
  async ({ cli, manager, output, call }, _, scope) => {
    const exists = await manager.scopeExists(scope, call)
    output.result({ scope, exists }, exists ? `scope ${scope} exists` : `there is no scope ${scope}`)
    if (!exists) cli.process.exitCode = EXIT.notFound
  },
)

/** Asks a person; a script has said --recursive and that is enough. */
async function confirmRecursive({ cli, manager, call }: Session, scope: string): Promise<void> {
  if (!canAsk(cli)) return
  let streams = 0
  for await (const _ of manager.listStreams(scope, call)) streams++
  if (streams === 0) return
  const what = streams === 1 ? 'the stream' : `all ${streams} streams`
  if (await askConsent(cli, `Delete scope ${scope} and ${what} in it?`)) return
  throw new CliError('ABORTED', EXIT.failure, 'nothing was deleted.')
}
