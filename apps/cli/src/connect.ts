import { readFile } from 'node:fs/promises'
import {
  basicCredentials,
  bearerCredentials,
  type ClientConfigOptions,
  type Credentials,
  keycloakCredentials,
  type TlsOptions,
} from '@pravega-ts/config'
import type { ConnectionFlags } from './connection-flags.ts'
import type { CliContext } from './context.ts'
import { EXIT } from './exit-codes.ts'
import { CliError } from './failure.ts'
import { loggerTo } from './log.ts'
import { askPassword, canAsk } from './prompts.ts'

/** Of a controller that is not there: after a second, not after a minute and a half. Writers try on all the same. */
const ATTEMPTS = 5
const PASSWORD_VARIABLES = ['PRAVEGA_AUTH_PASSWORD', 'pravega_client_auth_password'] as const

/** What the flags say; the rest is found in the environment or is default. */
export async function clientOptions(cli: CliContext, flags: ConnectionFlags): Promise<ClientConfigOptions> {
  return {
    controllerUri: flags.controller,
    credentials: await credentialsOf(cli, flags),
    tls: tlsOf(flags),
    retry: { attempts: ATTEMPTS },
    logger: loggerTo(cli.stderr, flags.verbose === true ? 'everything' : flags.json === true ? 'nothing' : 'warnings'),
  }
}

function tlsOf({ ca, cert, key }: ConnectionFlags): TlsOptions | undefined {
  return ca === undefined && cert === undefined && key === undefined ? undefined : { ca, cert, key }
}

async function credentialsOf(cli: CliContext, flags: ConnectionFlags): Promise<Credentials | undefined> {
  const { authUser, authTokenFile, keycloakFile } = flags
  const given = [authUser, authTokenFile, keycloakFile].filter(value => value !== undefined)
  if (given.length > 1) {
    throw usage('--auth-user, --auth-token-file and --keycloak-file exclude each other; give one of them.')
  }
  if (authUser !== undefined) return basicCredentials(authUser, await passwordOf(cli, flags))
  if (flags.authPasswordFile !== undefined) throw usage('--auth-password-file needs --auth-user.')
  if (authTokenFile !== undefined) return bearerCredentials(await firstLine(authTokenFile))
  if (keycloakFile !== undefined) return keycloakCredentials(keycloakFile)
  return undefined
}

/** Never from the command line: other users of the machine can read that. */
async function passwordOf(cli: CliContext, flags: ConnectionFlags): Promise<string> {
  if (flags.authPasswordFile !== undefined) return firstLine(flags.authPasswordFile)
  for (const name of PASSWORD_VARIABLES) {
    const value = cli.env[name]
    if (value !== undefined) return value
  }
  if (canAsk(cli)) {
    const answer = await askPassword(cli, `Password of ${flags.authUser}`)
    if (answer !== undefined) return answer
    throw new CliError('ABORTED', EXIT.interrupted, 'no password was given.')
  }
  throw usage(`there is no password for ${flags.authUser}: give --auth-password-file or set $PRAVEGA_AUTH_PASSWORD.`)
}

async function firstLine(file: string): Promise<string> {
  const [line = ''] = (await readFile(file, 'utf8')).split(/\r?\n/, 1)
  if (line === '') throw usage(`the first line of ${file} is empty.`)
  return line
}

function usage(message: string): CliError {
  return new CliError('USAGE', EXIT.usage, message)
}
