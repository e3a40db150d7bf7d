import type { DelegationTokenOptions } from './account-options.ts'
import { invalidAccount } from './invalid-account.ts'
import type { Permission } from './permissions.ts'

/** How tokens are made, complete. */
export interface TokenSettings {
  /** Undefined: tokens never expire. */
  readonly lifetimeS: number | undefined
  /** Undefined: a key of the server's own. */
  readonly key: Uint8Array | undefined
  readonly readerGroupsNeed: Permission
}

const DEFAULT_LIFETIME_MS = 600_000
export const FEWEST_KEY_BYTES = 32

/** @throws PravegaError INVALID_CONFIG that shows no key */
export function checkTokenOptions(options: DelegationTokenOptions): TokenSettings {
  const { readerGroupsNeed = 'READ_UPDATE', tokenKey, tokenLifetimeMs = DEFAULT_LIFETIME_MS } = options
  if (!(tokenLifetimeMs >= 1000)) {
    throw invalidAccount('accounts.tokenLifetimeMs', `it is ${tokenLifetimeMs}`, 'give at least 1000 milliseconds')
  }
  const key = typeof tokenKey === 'string' ? Buffer.from(tokenKey, 'utf8') : tokenKey
  if (key !== undefined && !(key instanceof Uint8Array && key.byteLength >= FEWEST_KEY_BYTES)) {
    const remedy = `give at least ${FEWEST_KEY_BYTES} bytes, as text or Uint8Array`
    throw invalidAccount('accounts.tokenKey', 'it is too short (not shown)', remedy)
  }
  if (readerGroupsNeed !== 'READ' && readerGroupsNeed !== 'READ_UPDATE') {
    throw invalidAccount('accounts.readerGroupsNeed', `it is ${String(readerGroupsNeed)}`, 'give READ or READ_UPDATE')
  }
  return {
    lifetimeS: tokenLifetimeMs === Number.POSITIVE_INFINITY ? undefined : Math.floor(tokenLifetimeMs / 1000),
    key,
    readerGroupsNeed,
  }
}
