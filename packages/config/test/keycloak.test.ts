import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import {
  type Credentials,
  type KeycloakOptions,
  type KeycloakSettings,
  keycloakCredentials,
  readKeycloakJson,
} from '@pravega-ts/config'
import { beforeEach, describe, expect, it } from 'vitest'
import { FakeProvider } from './keycloak-server.ts'
import { refused } from './refused.ts'

const settings: KeycloakSettings = {
  realm: 'my realm',
  authServerUrl: 'https://login.example.com/auth/',
  clientId: 'sensor-service',
  clientSecret: 'S3cret&=',
}
const tokenUrl = 'https://login.example.com/auth/realms/my%20realm/protocol/openid-connect/token'
const retry = { initialDelayMs: 0 }

let provider: FakeProvider
beforeEach(() => {
  provider = new FakeProvider()
})

function credentials(options: KeycloakOptions = {}): Credentials {
  return keycloakCredentials(settings, { fetch: provider.fetch, now: () => provider.now, retry, ...options })
}

describe('the exchange', () => {
  it('is client credentials for an access token, that for a token with permissions', async () => {
    expect(await credentials().authorization()).toBe('Bearer permissions-1')
    expect(
      provider.requests.map(({ url, authorization, form }) => [url, authorization, Object.fromEntries(form)]),
    ).toEqual([
      [tokenUrl, null, { grant_type: 'client_credentials', client_id: 'sensor-service', client_secret: 'S3cret&=' }],
      [
        tokenUrl,
        'Bearer access',
        { grant_type: 'urn:ietf:params:oauth:grant-type:uma-ticket', audience: 'pravega-controller' },
      ],
    ])
  })

  it('has the audience that it is told', async () => {
    await credentials({ audience: 'other' }).authorization()
    expect(provider.requests[1]?.form.get('audience')).toBe('other')
  })

  it('goes over HTTP with the fetch of Node', async () => {
    const bodies: string[] = []
    const server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', chunk => chunks.push(chunk))
      request.on('end', () => {
        bodies.push(`${request.headers['content-type']} ${Buffer.concat(chunks)}`)
        response.end(JSON.stringify({ access_token: `token${bodies.length}`, expires_in: 60 }))
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const authServerUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    try {
      expect(await keycloakCredentials({ ...settings, authServerUrl }).authorization()).toBe('Bearer token2')
      expect(bodies[0]).toBe(
        'application/x-www-form-urlencoded grant_type=client_credentials&client_id=sensor-service&client_secret=S3cret%26%3D',
      )
    } finally {
      server.close()
      server.closeAllConnections()
    }
  })

  it('does not follow a redirection, which could take the secret elsewhere', async () => {
    let elsewhere = 0
    const server = createServer((request, response) => {
      if (request.url === '/elsewhere') elsewhere++
      response.writeHead(307, { location: '/elsewhere' }).end()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const authServerUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    try {
      const redirected = keycloakCredentials({ ...settings, authServerUrl }, { retry: { attempts: 1 } })
      await expect((async () => redirected.authorization())()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
      expect(elsewhere).toBe(0)
    } finally {
      server.close()
      server.closeAllConnections()
    }
  })
})

describe('the token', () => {
  it('is kept until shortly before it expires, then renewed', async () => {
    const keycloak = credentials()
    expect(await keycloak.authorization()).toBe('Bearer permissions-1')
    provider.now += 269_999
    expect(await keycloak.authorization()).toBe('Bearer permissions-1')
    expect(provider.requests).toHaveLength(2)
    provider.now += 1
    expect(await keycloak.authorization()).toBe('Bearer permissions-2')
    provider.now += 269_999
    expect(await keycloak.authorization()).toBe('Bearer permissions-2')
    expect(provider.exchanges).toBe(2)
  })

  it('is never handed out after it expired, through hours of use', async () => {
    const keycloak = credentials()
    const validUntil = new Map<string, number>()
    const start = provider.now
    while (provider.now < start + 4 * 3_600_000) {
      const header = await keycloak.authorization()
      if (!validUntil.has(header)) validUntil.set(header, provider.now + 300_000)
      expect(provider.now).toBeLessThan(validUntil.get(header) ?? 0)
      provider.now += 7_000
    }
    expect(validUntil.size).toBe(provider.exchanges)
    expect(validUntil.size).toBeLessThan(60)
  })

  it('that lives shortly is renewed at half of its life', async () => {
    provider.lifetimeSeconds = 10
    const keycloak = credentials()
    await keycloak.authorization()
    provider.now += 4_999
    await keycloak.authorization()
    expect(provider.exchanges).toBe(1)
    provider.now += 1
    await keycloak.authorization()
    expect(provider.exchanges).toBe(2)
  })

  it('is renewed as early as it is told', async () => {
    const keycloak = credentials({ refreshBeforeMs: 100_000 })
    await keycloak.authorization()
    provider.now += 199_999
    await keycloak.authorization()
    expect(provider.exchanges).toBe(1)
    provider.now += 1
    await keycloak.authorization()
    expect(provider.exchanges).toBe(2)
  })

  it('counts its life from before the exchange', async () => {
    const slow: typeof globalThis.fetch = (input, init) => {
      provider.now += 50_000
      return provider.fetch(input, init)
    }
    const keycloak = credentials({ fetch: slow })
    await keycloak.authorization()
    provider.now += 170_000
    await keycloak.authorization()
    expect(provider.exchanges).toBe(2)
  })

  it('that does not tell its life is not kept', async () => {
    provider.lifetimeSeconds = 0
    const keycloak = credentials()
    expect([await keycloak.authorization(), await keycloak.authorization()]).toEqual([
      'Bearer permissions-1',
      'Bearer permissions-2',
    ])
  })

  it('that the server refused is forgotten', async () => {
    const keycloak = credentials()
    const header = await keycloak.authorization()
    keycloak.forget?.('Bearer other')
    expect(await keycloak.authorization()).toBe(header)
    keycloak.forget?.(header)
    expect(await keycloak.authorization()).toBe('Bearer permissions-2')
  })

  it('is shared by callers at the same time', async () => {
    const keycloak = credentials()
    const headers = await Promise.all(Array.from({ length: 50 }, () => keycloak.authorization()))
    expect(new Set(headers)).toEqual(new Set(['Bearer permissions-1']))
    expect(provider.requests).toHaveLength(2)
  })

  it('that is still valid is used on while the provider cannot be reached', async () => {
    const keycloak = credentials({ retry: { attempts: 1 } })
    await keycloak.authorization()
    provider.now += 280_000
    provider.failures.push(503)
    expect(await keycloak.authorization()).toBe('Bearer permissions-1')
    const tries = provider.requests.length
    provider.now += 4_999
    expect(await keycloak.authorization()).toBe('Bearer permissions-1')
    expect(provider.requests).toHaveLength(tries)
    provider.now += 1
    expect(await keycloak.authorization()).toBe('Bearer permissions-2')
  })

  it('that expired is not used on', async () => {
    const keycloak = credentials({ retry: { attempts: 1 } })
    await keycloak.authorization()
    provider.now += 300_000
    provider.failures.push(503)
    await expect(keycloak.authorization()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(await keycloak.authorization()).toBe('Bearer permissions-2')
  })

  it('is not used on when the provider refuses the client', async () => {
    const keycloak = credentials()
    await keycloak.authorization()
    provider.now += 280_000
    provider.failures.push(401)
    await expect(keycloak.authorization()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })
})

describe('a failure', () => {
  it.each([408, 429, 500, 502, 503, 504])('with status %d is tried again', async status => {
    provider.failures.push(status, status)
    expect(await credentials().authorization()).toBe('Bearer permissions-1')
    expect(provider.requests).toHaveLength(4)
  })

  it('of the network is tried again, as often as it is told', async () => {
    const lost = new TypeError('fetch failed')
    provider.failures.push(lost, lost, lost, lost)
    await expect(credentials({ retry: { ...retry, attempts: 3 } }).authorization()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retriable: true,
      cause: lost,
    })
    expect(provider.requests).toHaveLength(3)
  })

  it('ends after five tries of its own accord', async () => {
    provider.failures.push(...Array.from({ length: 9 }, () => 503))
    await expect(credentials().authorization()).rejects.toMatchObject({ code: 'UNAVAILABLE', details: { status: 503 } })
    expect(provider.requests).toHaveLength(5)
  })

  it.each([
    [400, 'UNAUTHENTICATED'],
    [401, 'UNAUTHENTICATED'],
    [403, 'PERMISSION_DENIED'],
    [404, 'UNAUTHENTICATED'],
  ])('with status %d is final: %s', async (status, code) => {
    provider.failures.push(status)
    await expect(credentials().authorization()).rejects.toMatchObject({ code, retriable: false, details: { status } })
    expect(provider.requests).toHaveLength(1)
  })

  it.each([
    ['no JSON', 'hello'],
    ['no object', '7'],
    ['no token', '{}'],
    ['a token that is no text', '{"access_token":7}'],
    ['a token that is no header value', '{"access_token":"a\\r\\nb"}'],
    ['endless', 'x'.repeat(2 * 1024 * 1024)],
  ])('by an answer that is %s is final', async (_what, body) => {
    provider.failures.push(new Response(body))
    await expect(credentials().authorization()).rejects.toMatchObject({ code: 'PROTOCOL_VIOLATION', retriable: false })
    expect(provider.requests).toHaveLength(1)
  })

  it('is not remembered', async () => {
    const keycloak = credentials()
    provider.failures.push(401)
    await expect(keycloak.authorization()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(await keycloak.authorization()).toBe('Bearer permissions-1')
  })

  it.each<[string, (number | Error | Response)[]]>([
    ['access token', [401]],
    ['access token', [503]],
    ['access token', [new TypeError('S3cret&=')]],
    ['token with permissions', [Response.json({ access_token: 'access' }), 401]],
    ['token with permissions', [Response.json({ access_token: 'access' }), new Response('{}')]],
  ])('names the provider and the step (%s), and holds no secret', async (step, failures) => {
    provider.failures.push(...failures)
    const error = await Promise.resolve(credentials({ retry: { attempts: 1 } }).authorization()).catch(error => error)
    expect(error.message).toContain(`identity provider at ${tokenUrl}`)
    expect(error.message).toContain(step)
    expect(`${error} ${JSON.stringify(error.details)}`).not.toMatch(/S3cret|Bearer|"access"/)
  })

  it('of a provider that never answers ends in time', async () => {
    const silent: typeof globalThis.fetch = (_input, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
      })
    await expect(credentials({ fetch: silent, timeoutMs: 20 }).authorization()).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      message: expect.stringContaining('within 20 ms'),
    })
  })

  it('ends in time while it waits for the next try', async () => {
    provider.failures.push(503, 503)
    const patient = credentials({ timeoutMs: 20, retry: { initialDelayMs: 60_000, maxDelayMs: 60_000, jitter: 0 } })
    await expect(patient.authorization()).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
    expect(provider.requests).toHaveLength(1)
  })
})

describe('a caller', () => {
  let release: () => void
  let held: Credentials

  beforeEach(() => {
    const gate = new Promise<void>(resolve => {
      release = resolve
    })
    held = credentials({
      async fetch(input, init) {
        await gate
        return provider.fetch(input, init)
      },
    })
  })

  it('that gives up does not take the others with it', async () => {
    const controller = new AbortController()
    const given = Promise.resolve(held.authorization({ signal: controller.signal }))
    const other = held.authorization({ signal: new AbortController().signal, timeoutMs: 60_000 })
    controller.abort()
    await expect(given).rejects.toMatchObject({ code: 'ABORTED' })
    release()
    expect(await other).toBe('Bearer permissions-1')
  })

  it('that has no time left is told so', async () => {
    await expect(held.authorization({ timeoutMs: 1 })).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
    await expect(held.authorization({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' })
    release()
    expect(await held.authorization()).toBe('Bearer permissions-1')
  })

  it('waits for nothing when there is a token', async () => {
    release()
    await held.authorization()
    expect(held.authorization({ signal: AbortSignal.abort() })).toBe('Bearer permissions-1')
  })
})

describe('settings', () => {
  const path = fileURLToPath(new URL('vectors/keycloak.json', import.meta.url))
  const expected = {
    realm: 'pravega',
    authServerUrl: 'https://login.example.com/auth/',
    clientId: 'sensor-service',
    clientSecret: 'not-a-real-secret',
  }

  it("are read from Keycloak's JSON, a file or a text", async () => {
    expect(readKeycloakJson(path)).toEqual(expected)
    expect(readKeycloakJson(readFileSync(path, 'utf8'))).toEqual(expected)
    await keycloakCredentials(path, { fetch: provider.fetch }).authorization()
    expect(provider.requests[0]?.url).toBe(
      'https://login.example.com/auth/realms/pravega/protocol/openid-connect/token',
    )
  })

  it.each<[string, object]>([
    ['"realm"', { realm: '' }],
    ['"realm"', { realm: 7 }],
    ['"auth-server-url"', { 'auth-server-url': undefined }],
    ['"resource"', { resource: '' }],
    ['"credentials.secret"', { credentials: undefined }],
    ['"credentials.secret"', { credentials: { secret: 7 } }],
    ['an http or https URL', { 'auth-server-url': 'login.example.com' }],
    ['an http or https URL', { 'auth-server-url': 'file:///etc/passwd' }],
    ['without user and password', { 'auth-server-url': 'https://u:hunter2@login.example.com' }],
  ])('are refused with the name %s', (name, change) => {
    const json = JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...change })
    const message = refused(() => readKeycloakJson(json))
    expect(message).toContain(name)
    expect(message).not.toContain('hunter2')
  })

  it('are refused when there are none, without showing them', () => {
    expect(refused(() => readKeycloakJson('/does/not/exist'))).toContain('"/does/not/exist"')
    expect(refused(() => readKeycloakJson('{"credentials":{"secret":"hunter2"'))).not.toContain('hunter2')
    expect(refused(() => keycloakCredentials({ ...settings, clientSecret: '' }))).toContain('secret of the client')
    expect(refused(() => keycloakCredentials({ ...settings, realm: '' }))).toContain('"realm"')
  })

  it('beyond those are checked too', () => {
    expect(refused(() => credentials({ timeoutMs: 0 }))).toContain('Option "timeoutMs" is 0')
    expect(refused(() => credentials({ retry: { attempts: 0 } }))).toContain('Option "retry.attempts" is 0')
    expect(refused(() => credentials({ refresh: 1 } as KeycloakOptions))).toContain('Option "refresh" does not exist')
  })

  it('are not shown by the credentials', () => {
    expect(inspect(credentials(), { depth: null, showHidden: true })).not.toContain('S3cret')
    expect(credentials().kind).toBe('Keycloak')
  })
})
