import type { UserAccount } from './account-options.ts'
import { invalidAccount } from './invalid-account.ts'
import { type PasswordHash, parsePasswordHash } from './password-hash.ts'
import { type AccessRule, parseRule } from './permissions.ts'

/** An account as it is checked against. */
export interface Account {
  readonly name: string
  readonly secret: { readonly password: string } | { readonly hash: PasswordHash }
  readonly rules: readonly AccessRule[]
}

/** Accounts by name. */
export type Accounts = ReadonlyMap<string, Account>

/** @throws PravegaError INVALID_CONFIG */
export function accountsOf(users: readonly UserAccount[]): Accounts {
  return byName(
    users.map((user, index) => {
      const where = `accounts.users[${index}]`
      return { where, account: accountOf(user, where) }
    }),
  )
}

/** @throws PravegaError INVALID_CONFIG for a name that comes twice */
export function byName(found: readonly { readonly where: string; readonly account: Account }[]): Accounts {
  const accounts = new Map<string, Account>()
  for (const { where, account } of found) {
    if (accounts.has(account.name)) {
      throw invalidAccount(where, `the account "${account.name}" is there twice`, 'keep one of them')
    }
    accounts.set(account.name, account)
  }
  return accounts
}

/** @throws PravegaError INVALID_CONFIG */
export function checkName(name: unknown, where: string): string {
  if (typeof name === 'string' && name !== '' && !name.includes(':')) return name
  throw invalidAccount(where, `"${String(name)}" cannot be the name of an account`, 'give one without a colon')
}

function accountOf(user: UserAccount, where: string): Account {
  const { name, password, passwordHash, permissions } = user
  checkName(name, where)
  if ((typeof password === 'string') === (typeof passwordHash === 'string')) {
    throw invalidAccount(where, 'it needs a password or a passwordHash', 'give one of the two, as text')
  }
  if (!Array.isArray(permissions))
    throw invalidAccount(where, 'it has no permissions', 'give a list, maybe an empty one')
  return {
    name,
    secret:
      password !== undefined ? { password } : { hash: parsePasswordHash(passwordHash ?? '', `${where}.passwordHash`) },
    rules: permissions.map((rule, index) => parseRule(String(rule), `${where}.permissions[${index}]`)),
  }
}
