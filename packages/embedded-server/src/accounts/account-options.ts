/** Who may call the server, and how delegation tokens are made. */
export type AccountsOptions = ListedAccounts | AccountFile

/** One who may call the server. Has either `password` or `passwordHash`. */
export interface UserAccount {
  /** Not empty, without a colon. */
  readonly name: string
  readonly password?: string | undefined
  /** As in Pravega's password file; `hashPassword` makes one. */
  readonly passwordHash?: string | undefined
  /**
   * Rules `pattern,PERMISSION`; the first one whose pattern is the resource decides, and without one nothing is allowed. `*` in a
   * pattern stands for anything, PERMISSION is NONE, READ or READ_UPDATE. Resources are `prn::/` (all scopes), `prn::/scope:S`,
   * `prn::/scope:S/stream:X`, `prn::/scope:S/reader-group:G` and `prn::/scope:S/key-value-table:K`.
   */
  readonly permissions: readonly string[]
}

/** Accounts that the program names. */
export interface ListedAccounts extends DelegationTokenOptions {
  readonly users: readonly UserAccount[]
  readonly file?: undefined
}

/** Accounts in a file of Pravega's format, a line each: `name:hash:rule;rule`. Read again whenever it changes. */
export interface AccountFile extends DelegationTokenOptions {
  /** Path of the file. */
  readonly file: string
  readonly users?: undefined
}

/** How the tokens are made with which the segment store lets clients in. */
export interface DelegationTokenOptions {
  /**
   * Milliseconds, at least 1000; rounded down to whole seconds. `Infinity`: tokens never expire. Default: 600,000, as Pravega has it.
   */
  readonly tokenLifetimeMs?: number | undefined
  /** What tokens are signed with, at least 32 bytes. Default: a random key, which a server with `data` keeps in its directory. */
  readonly tokenKey?: string | Uint8Array | undefined
  /**
   * What it takes on a scope to make, update and delete reader groups there, on a reader group to write to its state, and on a stream to
   * write to its watermarks. Default: READ_UPDATE, as Pravega standalone has it. With READ, which a Pravega cluster has, readers of
   * streams need no permission to update.
   */
  readonly readerGroupsNeed?: 'READ' | 'READ_UPDATE' | undefined
}
