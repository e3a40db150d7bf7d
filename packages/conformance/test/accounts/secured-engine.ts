import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { ClientFactory } from '@pravega-ts/client'
import { basicCredentials, type ClientConfigOptions } from '@pravega-ts/config'
import { EmbeddedServer, type EmbeddedServerOptions } from '@pravega-ts/embedded-server'
import { afterAll, beforeAll, describe, inject, onTestFinished } from 'vitest'
import { identity } from '../../../../tools/testing/certificates.ts'
import { startPravegaServer } from '../../src/pravega-server.ts'

export type User = 'admin' | 'scoped'

const PASSWORDS: Readonly<Record<User, string>> = { admin: '1111_aaaa', scoped: '3333_cccc' }
/** All of scope `mine`, reading of scope `theirs`. */
const SCOPED_RULES = [
  'prn::/,READ',
  'prn::/scope:mine,READ_UPDATE',
  'prn::/scope:mine/*,READ_UPDATE',
  'prn::/scope:theirs,READ',
  'prn::/scope:theirs/*,READ',
]

/** A server with accounts `admin`, who may do everything, and `scoped`, and TLS on both ports. */
export interface SecuredEngine {
  readonly name: 'embedded' | 'pravega'
  /** Valid from the first hook or test on. */
  readonly controllerUri: string
  /** PEM text of the authority that signed the server's certificate. */
  readonly ca: string
}

type Running = Omit<SecuredEngine, 'name'> & { readonly stop: () => unknown }

/** Declares the same tests once for each engine of this run. The real server is one of its own. */
export function describeSecuredEngines(name: string, declare: (engine: SecuredEngine) => void): void {
  const engines = [['embedded', startEmbedded] as const]
  const all = inject('pravegaControllerUri') === undefined ? engines : [...engines, ['pravega', startPravega] as const]
  for (const [engine, start] of all) {
    describe(`${name} (${engine})`, () => {
      let running: Running
      beforeAll(async () => {
        running = await start()
      })
      afterAll(async () => {
        await running?.stop()
      })
      declare({
        name: engine,
        get controllerUri() {
          return running.controllerUri
        },
        get ca() {
          return running.ca
        },
      })
    })
  }
}

/** Options of an embedded server with the accounts, and its own certificate. */
export async function securedOptions(): Promise<EmbeddedServerOptions & { readonly tls: { readonly cert: string } }> {
  const { cert, key } = await identity(['localhost', '127.0.0.1'])
  return {
    tls: { cert, key },
    accounts: {
      users: [
        { name: 'admin', password: PASSWORDS.admin, permissions: ['prn::*,READ_UPDATE'] },
        { name: 'scoped', password: PASSWORDS.scoped, permissions: SCOPED_RULES },
      ],
    },
  }
}

/** What makes a client of somebody. */
export function optionsOf(
  { ca, controllerUri }: Pick<SecuredEngine, 'ca' | 'controllerUri'>,
  user: User | undefined,
): ClientConfigOptions {
  const credentials = user && basicCredentials(user, PASSWORDS[user])
  return { controllerUri, tls: { ca }, credentials, retry: { attempts: 3 } }
}

/** A client of somebody, closed when the test ends. */
export async function clientOf(
  engine: Pick<SecuredEngine, 'ca' | 'controllerUri'>,
  user: User,
): Promise<ClientFactory> {
  const factory = await ClientFactory.create(optionsOf(engine, user))
  onTestFinished(() => factory.close({ force: true }))
  return factory
}

async function startEmbedded(): Promise<Running> {
  const options = await securedOptions()
  const server = await EmbeddedServer.start(options)
  return { controllerUri: server.controllerUri, ca: options.tls.cert, stop: () => server.close() }
}

async function startPravega(): Promise<Running> {
  const { PRAVEGA_HOME, PRAVEGA_SECURED_URI: given, XDG_CACHE_HOME } = process.env
  const home = PRAVEGA_HOME ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'pravega-server')
  const authority = (): string => readFileSync(join(home, 'tls', 'ca.crt'), 'utf8')
  if (given !== undefined) return { controllerUri: given, ca: authority(), stop: () => {} }
  const env = {
    ...process.env,
    PRAVEGA_XMX: '2g',
    PRAVEGA_CACHE_MB: '256',
    PRAVEGA_ADMIN_PASSWORD: PASSWORDS.admin,
    PRAVEGA_USER2: 'scoped',
    PRAVEGA_USER2_PASSWORD: PASSWORDS.scoped,
    PRAVEGA_USER2_ACL: SCOPED_RULES.join(';'),
  }
  const server = await startPravegaServer(env, ['--auth', '--tls'])
  if (server.kind === 'absent') throw new Error(`there was a Pravega server, and now there is none: ${server.reason}`)
  return { controllerUri: server.controllerUri, ca: authority(), stop: () => server.stop() }
}
