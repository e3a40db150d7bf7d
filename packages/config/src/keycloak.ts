import { type CallOptions, Deadline, PravegaError } from '@pravega-ts/model'
import type { Credentials } from './credentials.ts'
import { type Some, withDefaults } from './defaults.ts'
import { checkKeycloakSettings, type KeycloakSettings, readKeycloakJson } from './keycloak-settings.ts'
import { type IssuedToken, requestToken, type TokenRequestOptions } from './keycloak-tokens.ts'
import { checkKeycloakOptions } from './option-schema.ts'
import type { RetryPolicy } from './retry.ts'

/** How tokens are got and kept. */
export interface KeycloakOptions {
  /** Client id of the controller in Keycloak. Default `'pravega-controller'`. */
  readonly audience?: string | undefined
  /** A token is renewed this many milliseconds before it expires, or at half of its life if that is later. Default 30000. */
  readonly refreshBeforeMs?: number | undefined
  /** Milliseconds that getting a token may take, both steps and all tries. Default 30000. */
  readonly timeoutMs?: number | undefined
  /** Tries of each of the two steps. Default: 5 tries, 100 ms doubling up to 5000 ms, jitter 0.2. */
  readonly retry?: Some<RetryPolicy> | undefined
  /** HTTP client. Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly now?: (() => number) | undefined
}

const KEYCLOAK_RETRY: RetryPolicy = Object.freeze({
  initialDelayMs: 100,
  multiplier: 2,
  maxDelayMs: 5_000,
  attempts: 5,
  jitter: 0.2,
})

/** After a failure to renew a token that is still valid, it is used for this long before the next try. */
const PAUSE_AFTER_FAILURE_MS = 5_000

/**
 * Tokens from Keycloak (or what speaks like it): the client's id and secret are exchanged for an access token, that for a
 * token with the permissions at the controller. The token is kept until shortly before it expires; callers at the same
 * time share one exchange. When the identity provider cannot be reached, a token that is still valid is used on.
 *
 * @param settings - The client, or the JSON that Keycloak's console offers for it: its text or the path of the file.
 * @throws PravegaError `INVALID_CONFIG`; from `authorization`: `UNAUTHENTICATED`, `PERMISSION_DENIED`, `UNAVAILABLE`,
 * `PROTOCOL_VIOLATION`, `ABORTED`, `DEADLINE_EXCEEDED`
 */
export function keycloakCredentials(settings: KeycloakSettings | string, options: KeycloakOptions = {}): Credentials {
  checkKeycloakOptions(options)
  const client =
    typeof settings === 'string'
      ? readKeycloakJson(settings)
      : checkKeycloakSettings({ ...settings }, 'Keycloak configuration')
  const now = options.now ?? Date.now
  const refreshBeforeMs = options.refreshBeforeMs ?? 30_000
  const request: TokenRequestOptions = {
    audience: options.audience ?? 'pravega-controller',
    timeoutMs: options.timeoutMs ?? 30_000,
    retry: withDefaults(KEYCLOAK_RETRY, options.retry),
    fetch: options.fetch ?? globalThis.fetch,
  }

  let current: { readonly header: string; readonly expiresAt: number; renewAt: number } | undefined
  let flight: Promise<string> | undefined

  async function renew(): Promise<string> {
    // Taken before the request, so that the time it takes never makes a token look fresher than it is.
    const asked = now()
    let token: IssuedToken
    try {
      token = await requestToken(client, request)
    } catch (error) {
      if (current === undefined || !PravegaError.is(error, 'UNAVAILABLE', 'DEADLINE_EXCEEDED')) throw error
      if (now() >= current.expiresAt) throw error
      current.renewAt = now() + PAUSE_AFTER_FAILURE_MS
      return current.header
    }
    const header = `Bearer ${token.accessToken}`
    const expiresAt = asked + token.lifetimeMs
    current = { header, expiresAt, renewAt: expiresAt - Math.min(refreshBeforeMs, token.lifetimeMs / 2) }
    return header
  }

  return Object.freeze({
    kind: 'Keycloak',
    authorization(call?: CallOptions): Promise<string> | string {
      const time = now()
      if (current !== undefined && time < current.renewAt && time < current.expiresAt) return current.header
      flight ??= renew().finally(() => {
        flight = undefined
      })
      return within(call, flight)
    },
    forget(authorization: string): void {
      if (current?.header === authorization) current = undefined
    },
  })
}

/** Ends the wait with the caller's signal or time. The request itself goes on for others. */
async function within(call: CallOptions | undefined, token: Promise<string>): Promise<string> {
  using deadline = new Deadline('the request for a token from the identity provider', call)
  return await deadline.race(token)
}
