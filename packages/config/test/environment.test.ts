import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { bearerCredentials, type Environment, resolveClientConfig } from '@pravega-ts/config'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { certificateFolder } from './certificate-folder.ts'
import { refused } from './refused.ts'

const keycloakFile = fileURLToPath(new URL('vectors/keycloak.json', import.meta.url))

async function authorization(env: Environment): Promise<string | undefined> {
  return resolveClientConfig({}, env).credentials?.authorization()
}

describe('environment', () => {
  it('gives the controller URI; an option wins over it', () => {
    const env = { PRAVEGA_CONTROLLER_URI: 'pravegas://a:1' }
    expect(resolveClientConfig({}, env).controllerUri).toMatchObject({ discovery: true, tls: true })
    expect(resolveClientConfig('tcp://b:2', env).controllerUri.endpoints).toEqual([{ host: 'b', port: 2 }])
    expect(resolveClientConfig({}, { PRAVEGA_CONTROLLER_URI: '' }).controllerUri.endpoints[0]?.host).toBe('localhost')
    expect(refused(() => resolveClientConfig({}, { PRAVEGA_CONTROLLER_URI: 'nowhere' }))).toContain(
      'Environment variable PRAVEGA_CONTROLLER_URI is "nowhere"',
    )
  })

  it('gives basic credentials', async () => {
    const env = {
      pravega_client_auth_method: 'Basic',
      pravega_client_auth_username: 'admin',
      pravega_client_auth_password: '1111_aaaa',
    }
    expect(await authorization(env)).toBe('Basic YWRtaW46MTExMV9hYWFh')
    expect(await authorization({ ...env, pravega_client_auth_method: 'basic' })).toBe('Basic YWRtaW46MTExMV9hYWFh')
    expect(await authorization({ ...env, pravega_client_auth_password: '' })).toBe('Basic YWRtaW46')
  })

  it.each([
    ['Basic', 'Basic'],
    ['Bearer', 'Bearer'],
    ['bearer', 'Bearer'],
    ['MyMethod', 'MyMethod'],
  ])('gives a ready-made token of method %s, which wins over the others', async (given, method) => {
    const env = {
      pravega_client_auth_method: given,
      pravega_client_auth_token: 'dG9rZW4=',
      pravega_client_auth_username: 'admin',
      pravega_client_auth_password: 'x',
      pravega_client_auth_keycloak: '/does/not/exist',
    }
    expect(await authorization(env)).toBe(`${method} dG9rZW4=`)
  })

  it.each(['pravega_client_auth_keycloak', 'KEYCLOAK_SERVICE_ACCOUNT_FILE'])('gives Keycloak by %s', variable => {
    const config = resolveClientConfig({}, { pravega_client_auth_method: 'Bearer', [variable]: keycloakFile })
    expect(config.credentials?.kind).toBe('Keycloak')
  })

  it('gives no credentials without a method', () => {
    const env = { pravega_client_auth_token: 'x', pravega_client_auth_username: 'u', pravega_client_auth_password: 'p' }
    expect(resolveClientConfig({}, env)).not.toHaveProperty('credentials')
  })

  it('gives no credentials when there are some, or null', () => {
    const env = { pravega_client_auth_method: 'Basic', pravega_client_auth_token: 'x' }
    const credentials = bearerCredentials('own')
    expect(resolveClientConfig({ credentials }, env).credentials).toBe(credentials)
    expect(resolveClientConfig({ credentials: null }, env)).not.toHaveProperty('credentials')
    expect(resolveClientConfig({ credentials: undefined }, env).credentials?.kind).toBe('Basic')
  })

  it.each<[string, Environment]>([
    ['pravega_client_auth_username and', { pravega_client_auth_method: 'Basic' }],
    ['pravega_client_auth_password', { pravega_client_auth_method: 'Basic', pravega_client_auth_username: 'u' }],
    ['pravega_client_auth_keycloak', { pravega_client_auth_method: 'Bearer' }],
    ['pravega_client_auth_token', { pravega_client_auth_method: 'Other' }],
    ['pravega_client_auth_method', { pravega_client_auth_method: 'two words', pravega_client_auth_token: 'x' }],
    ['pravega_client_auth_token', { pravega_client_auth_method: 'Basic', pravega_client_auth_token: 'two words' }],
    [
      'pravega_client_auth_username',
      {
        pravega_client_auth_method: 'Basic',
        pravega_client_auth_username: 'a:b',
        pravega_client_auth_password: 'p',
      },
    ],
    [
      'pravega_client_auth_keycloak is "/does/not/exist"',
      { pravega_client_auth_method: 'Bearer', pravega_client_auth_keycloak: '/does/not/exist' },
    ],
    [
      'pravega_client_tls_cert_path is "/does/not/exist"',
      {
        PRAVEGA_CONTROLLER_URI: 'tls://a:1',
        pravega_client_tls_cert_path: '/does/not/exist',
      },
    ],
  ])('that is wrong is refused with the name %s', (name, env) => {
    const message = refused(() => resolveClientConfig({}, env))
    expect(message).toContain('nvironment variable ')
    expect(message).toContain(name)
    expect(message).not.toContain('two words')
  })

  it('gives trusted certificates when TLS is on, and is not looked at otherwise', async () => {
    const path = await certificateFolder()
    onTestFinished(() => rmSync(path, { recursive: true, force: true }))
    const env = { pravega_client_tls_cert_path: path }
    expect(resolveClientConfig('tls://a:1', env).tls.ca).toHaveLength(3)
    expect(resolveClientConfig({ controllerUri: 'tls://a:1', tls: { ca: `${path}/ca.pem` } }, env).tls.ca).toHaveLength(
      1,
    )
    expect(resolveClientConfig('tcp://a:1', { pravega_client_tls_cert_path: '/does/not/exist' }).tls.ca).toBeUndefined()
  })

  describe('of the process', () => {
    const before = process.env.PRAVEGA_CONTROLLER_URI
    beforeEach(() => {
      process.env.PRAVEGA_CONTROLLER_URI = 'tcp://from-process:1'
    })
    afterEach(() => {
      if (before === undefined) delete process.env.PRAVEGA_CONTROLLER_URI
      else process.env.PRAVEGA_CONTROLLER_URI = before
    })

    it('is read when no other is given', () => {
      expect(resolveClientConfig().controllerUri.endpoints[0]?.host).toBe('from-process')
      expect(resolveClientConfig({}, {}).controllerUri.endpoints[0]?.host).toBe('localhost')
    })
  })
})
