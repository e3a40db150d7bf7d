import type { Logger } from '@pravega-ts/config'
import { ReloadedFiles } from '../files/reloaded-files.ts'
import { type Accounts, accountsOf } from './account.ts'
import type { AccountsOptions } from './account-options.ts'
import { invalidAccount } from './invalid-account.ts'
import { parsePasswordFile } from './password-file.ts'

/** The accounts that are in force. */
export interface AccountSource {
  /** Another object whenever an account has changed. */
  readonly current: Accounts
  close(): void
}

/**
 * Takes the accounts from the options, or from a file, which is read again whenever it changes.
 * @throws PravegaError INVALID_CONFIG
 */
export async function openAccountSource(options: AccountsOptions, logger: Logger): Promise<AccountSource> {
  const { file, users } = options
  if ((file === undefined) === (users === undefined)) {
    throw invalidAccount('accounts', 'it needs users or a file', 'give one of the two')
  }
  if (file === undefined) return { current: accountsOf(users ?? []), close() {} }
  if (typeof file !== 'string' || file === '') {
    throw invalidAccount('accounts.file', `it is "${String(file)}"`, 'give the path of a password file')
  }
  let current: Accounts = new Map()
  const files = await ReloadedFiles.open({
    what: 'the password file',
    paths: [file],
    logger,
    apply: ([text = '']) => {
      current = parsePasswordFile(text, file)
      logger.info('accounts in force', { file, accounts: current.size })
    },
  })
  return {
    get current() {
      return current
    },
    close: () => files.close(),
  }
}
