import type { Logger } from '@pravega-ts/config'
import type { Clock } from '../time/clock.ts'
import type { AccountsOptions } from './account-options.ts'
import { openAccountSource } from './account-source.ts'
import { Authenticator } from './authenticator.ts'
import { checkTokenOptions } from './check-token-options.ts'
import { keptTokenKey } from './kept-token-key.ts'
import type { Permission } from './permissions.ts'
import { openTokenAuthority, type TokenAuthority } from './token-authority.ts'

/** Who may do what on a server with accounts. */
export interface AccessControl {
  readonly authenticator: Authenticator
  readonly tokens: TokenAuthority
  /** What it takes on a scope to change its reader groups, and on the owner of an internal stream to write to it. */
  readonly readerGroupsNeed: Permission
  close(): void
}

/**
 * @param keep - Where the key for tokens is kept, if the options have none. Default: nowhere, it is a new one.
 * @throws PravegaError INVALID_CONFIG
 */
export async function openAccessControl(
  options: AccountsOptions,
  clock: Clock,
  logger: Logger,
  keep?: string,
): Promise<AccessControl> {
  const settings = checkTokenOptions(options)
  const key = settings.key ?? (keep === undefined ? undefined : await keptTokenKey(keep))
  const tokens = await openTokenAuthority({ ...settings, key }, clock)
  const source = await openAccountSource(options, logger)
  return {
    authenticator: new Authenticator(source, clock),
    tokens,
    readerGroupsNeed: settings.readerGroupsNeed,
    close: () => source.close(),
  }
}
