import { type CallOptions, PravegaError } from '@pravega-ts/model'
import { invalidConfig, invalidSecret } from './invalid-config.ts'

/**
 * Who the client is. Asked once per request, so that an implementation can renew what it hands out.
 */
export interface Credentials {
  /** For logs, for instance `Basic`. */
  readonly kind: string
  /**
   * The whole value of the `authorization` header: method, a space, token. The method is matched with upper and lower case
   * by the server.
   *
   * @throws PravegaError `UNAUTHENTICATED`, `PERMISSION_DENIED` or `UNAVAILABLE`
   */
  authorization(options?: CallOptions): Promise<string> | string
  /** Told when a server refused that header value, so that it is not taken from a cache again. */
  forget?(authorization: string): void
}

/** Makes a token, or a whole header value, when it is asked. */
export type TokenSource = (options?: CallOptions) => Promise<string> | string

const TOKEN = /^[\x21-\x7e]+$/
const HEADER = /^[\x21-\x7e]+ [\x21-\x7e]+$/

/**
 * User and password. The password is in no property of the result, so that it cannot be printed by accident.
 *
 * @throws PravegaError `INVALID_CONFIG`
 */
export function basicCredentials(user: string, password: string): Credentials {
  if (typeof user !== 'string' || user.length === 0 || user.includes(':')) {
    throw invalidConfig('user of basic credentials', user, 'a text that is not empty and has no colon')
  }
  if (typeof password !== 'string') throw invalidSecret('password of basic credentials', 'a text')
  const header = `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`
  return Object.freeze({ kind: 'Basic', authorization: () => header })
}

/**
 * A ready-made token, or a function that is asked for one on each request and may keep it as long as it is valid.
 *
 * @throws PravegaError `INVALID_CONFIG`
 */
export function bearerCredentials(token: string | TokenSource): Credentials {
  if (typeof token === 'function') {
    return Object.freeze({
      kind: 'Bearer',
      authorization: async (options?: CallOptions) => `Bearer ${checked(await token(options), TOKEN, 'Bearer token')}`,
    })
  }
  return tokenCredentials('Bearer', token, 'token of bearer credentials')
}

/**
 * Any other method: the function returns the whole header value, for instance `MyMethod abc`.
 *
 * @param kind - For logs. Default `'custom'`.
 * @throws PravegaError `INVALID_CONFIG`
 */
export function credentialsFrom(source: TokenSource, kind: string = 'custom'): Credentials {
  if (typeof source !== 'function') throw invalidSecret('source of credentials', 'a function')
  return Object.freeze({
    kind,
    authorization: async (options?: CallOptions) => checked(await source(options), HEADER, 'authorization value'),
  })
}

/** A ready-made token of any method. */
export function tokenCredentials(method: string, token: string, setting: string): Credentials {
  if (typeof token !== 'string' || !TOKEN.test(token)) {
    throw invalidSecret(setting, 'a text of printable ASCII characters without spaces')
  }
  const header = `${method} ${token}`
  return Object.freeze({ kind: method, authorization: () => header })
}

function checked(value: string, pattern: RegExp, what: string): string {
  if (typeof value === 'string' && pattern.test(value)) return value
  throw new PravegaError(
    'UNAUTHENTICATED',
    `The function that provides credentials returned something that is no ${what} (not shown, it may be secret). Return printable ASCII text.`,
  )
}
