import { PravegaError } from '@pravega-ts/model'

/** @param where as in `accounts.users[2]` or `line 3 of /etc/pravega/passwd` */
export function invalidAccount(where: string, wrong: string, remedy: string): PravegaError {
  return new PravegaError('INVALID_CONFIG', `${where}: ${wrong}; ${remedy}`)
}
