import { basicCredentials, type Credentials, tokenCredentials } from './credentials.ts'
import { invalidConfig, invalidSecret } from './invalid-config.ts'
import { keycloakCredentials } from './keycloak.ts'
import { readKeycloakJson } from './keycloak-settings.ts'
import type { DefaultTrust } from './tls.ts'

/** Environment variables, for instance `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

export const URI_VARIABLE = 'PRAVEGA_CONTROLLER_URI'
const METHOD = 'pravega_client_auth_method'
const USER = 'pravega_client_auth_username'
const PASSWORD = 'pravega_client_auth_password'
const TOKEN = 'pravega_client_auth_token'
const KEYCLOAK = 'pravega_client_auth_keycloak'
const SERVICE_ACCOUNT = 'KEYCLOAK_SERVICE_ACCOUNT_FILE'
const CERTIFICATES = 'pravega_client_tls_cert_path'

const METHOD_NAME = /^[A-Za-z0-9_-]+$/

/** The value of a variable; an empty one counts as not set. */
function read(env: Environment, name: string): string | undefined {
  const value = env[name]
  return value === '' ? undefined : value
}

export function controllerUriFrom(env: Environment): string | undefined {
  return read(env, URI_VARIABLE)
}

export function trustFrom(env: Environment): DefaultTrust | undefined {
  const path = read(env, CERTIFICATES)
  return path === undefined ? undefined : { path, setting: `environment variable ${CERTIFICATES}` }
}

/**
 * Credentials from the variables that the Java and the Rust client read. Without a method nothing else is read; a
 * ready-made token wins over user and password and over Keycloak.
 *
 * @throws PravegaError `INVALID_CONFIG`
 */
export function credentialsFromEnvironment(env: Environment): Credentials | undefined {
  const given = read(env, METHOD)
  if (given === undefined) return undefined
  const method = spelled(given)
  const token = read(env, TOKEN)
  if (token !== undefined) return tokenCredentials(method, token, `environment variable ${TOKEN}`)
  if (method === 'Basic') {
    const user = read(env, USER)
    const password = env[PASSWORD]
    if (user === undefined || password === undefined) {
      throw missing(given, `${USER} and ${PASSWORD}, or ${TOKEN}`)
    }
    if (user.includes(':')) throw invalidConfig(`environment variable ${USER}`, user, 'a name without colon')
    return basicCredentials(user, password)
  }
  if (method === 'Bearer') {
    const variable = read(env, KEYCLOAK) === undefined ? SERVICE_ACCOUNT : KEYCLOAK
    const path = read(env, variable)
    if (path === undefined) throw missing(given, `${TOKEN}, ${KEYCLOAK} or ${SERVICE_ACCOUNT}`)
    return keycloakCredentials(readKeycloakJson(path, `environment variable ${variable}`))
  }
  throw missing(given, TOKEN)
}

/** Servers compare the method with upper and lower case. */
function spelled(method: string): string {
  const lower = method.toLowerCase()
  if (lower === 'basic') return 'Basic'
  if (lower === 'bearer') return 'Bearer'
  if (METHOD_NAME.test(method)) return method
  throw invalidSecret(`environment variable ${METHOD}`, 'Basic, Bearer, or the name of another method')
}

function missing(method: string, needed: string): Error {
  return invalidConfig(`environment variable ${METHOD}`, method, `that value only together with ${needed}`)
}
