import type { Account } from './account.ts'
import { includes, type Permission, permissionOn } from './permissions.ts'
import type { TokenAuthority, TokenClaim } from './token-authority.ts'

/** Whoever makes a call, and what it may do. */
export interface Caller {
  /** Name of the account; undefined where anybody may call. */
  readonly user: string | undefined
  may(resource: string, permission: Permission): boolean
  /** A token with these claims for the segment store; empty where nobody asks for one. */
  tokenFor(...claims: readonly TokenClaim[]): string
}

/** Who calls a server without accounts. */
export const ANYBODY: Caller = { user: undefined, may: () => true, tokenFor: () => '' }

export function callerOf({ name, rules }: Account, tokens: TokenAuthority): Caller {
  return {
    user: name,
    may: (resource, permission) => includes(permissionOn(resource, rules), permission),
    tokenFor: (...claims) => tokens.issue(name, claims),
  }
}
