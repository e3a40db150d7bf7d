import { readFileSync } from 'node:fs'
import { invalidConfig, invalidSecret } from './invalid-config.ts'

/** A client (service account) of a Keycloak realm. */
export interface KeycloakSettings {
  /** Name of the realm. */
  readonly realm: string
  /** With the path at which Keycloak is served, without `/realms`, for instance `https://login.example.com/auth`. */
  readonly authServerUrl: string
  /** Id of the client; `resource` in Keycloak's JSON. */
  readonly clientId: string
  /** Secret of the client; `credentials.secret` in Keycloak's JSON. */
  readonly clientSecret: string
}

/**
 * Reads the client configuration that Keycloak's console offers as JSON, from its text or from the file of that name. Its
 * keys are `realm`, `auth-server-url`, `resource` (the client id) and `credentials.secret`; others are passed over.
 *
 * @throws PravegaError `INVALID_CONFIG`
 */
export function readKeycloakJson(textOrPath: string, setting: string = 'Keycloak configuration'): KeycloakSettings {
  const json = parse(textOrPath.trimStart().startsWith('{') ? textOrPath : read(textOrPath, setting), setting)
  const { credentials } = json
  const secret =
    typeof credentials === 'object' && credentials !== null && 'secret' in credentials && credentials.secret
  return checkKeycloakSettings(
    {
      realm: text(json, 'realm', setting),
      authServerUrl: text(json, 'auth-server-url', setting),
      clientId: text(json, 'resource', setting),
      clientSecret: typeof secret === 'string' ? secret : '',
    },
    setting,
  )
}

/** @throws PravegaError `INVALID_CONFIG` */
export function checkKeycloakSettings(settings: KeycloakSettings, setting: string): KeycloakSettings {
  for (const name of ['realm', 'authServerUrl', 'clientId'] as const) {
    const value: unknown = settings[name]
    if (typeof value !== 'string' || value.length === 0) {
      throw invalidConfig(`${setting}, "${name}"`, value, 'a text that is not empty')
    }
  }
  if (typeof settings.clientSecret !== 'string' || settings.clientSecret.length === 0) {
    throw invalidSecret(
      `${setting}, secret of the client`,
      'a text that is not empty ("credentials.secret" in the JSON)',
    )
  }
  const url = URL.parse(settings.authServerUrl)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw invalidConfig(`${setting}, URL of the server`, settings.authServerUrl, 'an http or https URL')
  }
  if (url.username !== '' || url.password !== '') {
    throw invalidSecret(`${setting}, URL of the server`, 'a URL without user and password')
  }
  return settings
}

function read(path: string, setting: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw invalidConfig(setting, path, 'the path of a Keycloak JSON file that can be read', cause)
  }
}

function parse(json: string, setting: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    // The error of JSON.parse quotes the text, which holds the secret.
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw invalidSecret(setting, 'a JSON object')
}

function text(json: Readonly<Record<string, unknown>>, name: string, setting: string): string {
  const value = json[name]
  if (typeof value === 'string' && value.length > 0) return value
  throw invalidConfig(`${setting}, "${name}"`, value, 'a text that is not empty')
}
