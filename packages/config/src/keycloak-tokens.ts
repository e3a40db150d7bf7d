import { setTimeout as sleep } from 'node:timers/promises'
import { type ErrorCode, PravegaError } from '@pravega-ts/model'
import type { KeycloakSettings } from './keycloak-settings.ts'
import { type RetryPolicy, retryDelayMs } from './retry.ts'

/*
 * Both steps POST a form to <auth server>/realms/<realm>/protocol/openid-connect/token:
 *
 *   1. grant_type=client_credentials, client_id, client_secret                              -> access token
 *   2. grant_type=urn:ietf:params:oauth:grant-type:uma-ticket, audience; Bearer of step 1   -> token with permissions
 */

export interface IssuedToken {
  readonly accessToken: string
  /** 0 when the answer does not tell it. */
  readonly lifetimeMs: number
}

export interface TokenRequestOptions {
  readonly audience: string
  readonly timeoutMs: number
  readonly retry: RetryPolicy
  readonly fetch: typeof globalThis.fetch
}

const LARGEST_ANSWER_BYTES = 1024 * 1024
const TOKEN = /^[\x21-\x7e]+$/
/** Worth another try: the request took too long, too many requests, and what is the fault of the server. */
const TRANSIENT_STATUS: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504])

export async function requestToken(client: KeycloakSettings, options: TokenRequestOptions): Promise<IssuedToken> {
  const signal = AbortSignal.timeout(options.timeoutMs)
  const url = `${client.authServerUrl.replace(/\/+$/, '')}/realms/${encodeURIComponent(client.realm)}/protocol/openid-connect/token`
  const access = await post(url, 'an access token', options, signal, {
    form: { grant_type: 'client_credentials', client_id: client.clientId, client_secret: client.clientSecret },
  })
  return post(url, 'a token with permissions', options, signal, {
    bearer: access.accessToken,
    form: { grant_type: 'urn:ietf:params:oauth:grant-type:uma-ticket', audience: options.audience },
  })
}

interface Step {
  readonly bearer?: string
  readonly form: Readonly<Record<string, string>>
}

async function post(
  url: string,
  what: string,
  { fetch, retry, timeoutMs }: TokenRequestOptions,
  signal: AbortSignal,
  step: Step,
): Promise<IssuedToken> {
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          accept: 'application/json',
          'content-type': 'application/x-www-form-urlencoded',
          ...(step.bearer !== undefined && { authorization: `Bearer ${step.bearer}` }),
        },
        body: new URLSearchParams(step.form).toString(),
        // The secret goes to the configured server and nowhere else.
        redirect: 'error',
        signal,
      })
      const body = parse(await readBounded(response))
      if (response.ok) return tokenIn(body, what, url)
      throw refusal(response.status, body, what, url)
    } catch (error) {
      const failure = classify(error, what, url, timeoutMs, signal)
      if (!failure.retriable || attempt >= retry.attempts) throw failure
      await sleep(retryDelayMs(retry, attempt), undefined, { signal }).catch(() => {
        throw classify(failure, what, url, timeoutMs, signal)
      })
    }
  }
}

function tokenIn(body: Readonly<Record<string, unknown>>, what: string, url: string): IssuedToken {
  const { access_token: accessToken, expires_in: seconds } = body
  if (typeof accessToken !== 'string' || !TOKEN.test(accessToken)) {
    throw new PravegaError(
      'PROTOCOL_VIOLATION',
      `The identity provider at ${url} answered the request for ${what} without a usable "access_token". Check "auth-server-url" and "realm".`,
    )
  }
  return { accessToken, lifetimeMs: typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : 0 }
}

function refusal(status: number, body: Readonly<Record<string, unknown>>, what: string, url: string): PravegaError {
  const { error } = body
  // Only the OAuth error code: descriptions of some servers repeat what was sent.
  const reason = typeof error === 'string' && /^[A-Za-z_]{1,40}$/.test(error) ? ` (${error})` : ''
  const text = `The identity provider at ${url} answered the request for ${what} with status ${status}${reason}.`
  const details = { status }
  if (TRANSIENT_STATUS.has(status)) {
    return new PravegaError('UNAVAILABLE', `${text} Try again later.`, { details, retriable: true })
  }
  const code: ErrorCode = status === 403 ? 'PERMISSION_DENIED' : 'UNAUTHENTICATED'
  return new PravegaError(code, `${text} Check realm, client id, secret and the permissions of the client.`, {
    details,
  })
}

function classify(error: unknown, what: string, url: string, timeoutMs: number, signal: AbortSignal): PravegaError {
  if (signal.aborted) {
    return new PravegaError(
      'DEADLINE_EXCEEDED',
      `The identity provider at ${url} did not give ${what} within ${timeoutMs} ms. Check that it can be reached.`,
      { cause: error },
    )
  }
  if (PravegaError.is(error)) return error
  return new PravegaError(
    'UNAVAILABLE',
    `The identity provider at ${url} could not be asked for ${what}. Check that it can be reached.`,
    { cause: error, retriable: true },
  )
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > LARGEST_ANSWER_BYTES) {
      throw new PravegaError(
        'PROTOCOL_VIOLATION',
        `The identity provider at ${response.url} answered with more than ${LARGEST_ANSWER_BYTES} bytes. Check "auth-server-url".`,
      )
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
