import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { connect, createServer, type Server } from 'node:tls'
import { inspect } from 'node:util'
import { resolveClientConfig, type TlsConfig, type TlsOptions, tlsConnectionOptions } from '@pravega-ts/config'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { certificateFolder, PASSPHRASE } from './certificate-folder.ts'
import { refused } from './refused.ts'

const folder = await certificateFolder()
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = (name: string): string => `${folder}/${name}`
const read = (name: string): string => readFileSync(file(name), 'utf8')
const resolve = (tls: TlsOptions, controllerUri = 'tls://a:1'): TlsConfig =>
  resolveClientConfig({ controllerUri, tls }, {}).tls

describe('where TLS is on', () => {
  it.each([
    ['tcp://a:1', false],
    ['a:1', false],
    ['pravega://a:1', false],
    ['tls://a:1', true],
    ['pravegas://a:1', true],
  ])('the scheme of %s decides', (uri, on) => {
    expect(resolve({}, uri)).toMatchObject({ controller: on, segmentStore: on })
  })

  it('options decide before the scheme', () => {
    expect(resolve({ segmentStore: false })).toMatchObject({ controller: true, segmentStore: false })
    expect(resolve({ segmentStore: true }, 'tcp://a:1')).toMatchObject({ controller: false, segmentStore: true })
    const config = resolveClientConfig({ controllerUri: 'tcp://a:1', tls: { controller: true } }, {})
    expect(config.tls).toMatchObject({ controller: true, segmentStore: false })
    expect(config.controllerUri.tls).toBe(true)
  })

  it('what contradicts itself is refused', () => {
    expect(refused(() => resolve({ controller: false }))).toBe(
      'Option "tls.controller" contradicts another setting: it is false, but tls://a:1 asks for TLS; use tcp:// or pravega://.',
    )
    for (const tls of [{ ca: 'x' }, { cert: 'x' }, { key: 'x' }, { passphrase: 'x' }, { validateHostName: false }]) {
      expect(refused(() => resolve(tls, 'tcp://a:1'))).toContain(`"tls.${Object.keys(tls)[0]}" contradicts`)
    }
    expect(refused(() => resolve({ cert: file('client.pem') }))).toContain('"tls.key"')
    expect(refused(() => resolve({ key: file('client.key') }))).toContain('"tls.cert"')
    expect(refused(() => resolve({ passphrase: 'x' }))).toContain('"tls.key"')
  })
})

describe('trusted certificates', () => {
  const ca = read('ca.pem').trim()

  it('are PEM texts, files, folders, or several of them', () => {
    expect(resolve({}).ca).toBeUndefined()
    expect(resolve({ ca }).ca).toEqual([ca])
    expect(resolve({ ca: file('ca.pem') }).ca).toEqual([ca])
    expect(resolve({ ca: [file('server.pem'), ca] }).ca).toEqual([read('server.pem').trim(), ca])
    expect(resolve({ ca: `${ca}\nsome text\n${read('server.pem')}` }).ca).toHaveLength(2)
  })

  it('are all that a folder holds, whatever else is there', () => {
    expect(resolve({ ca: folder }).ca).toEqual(['ca.pem', 'client.pem', 'server.pem'].map(name => read(name).trim()))
  })

  it('are refused when there are none', () => {
    expect(refused(() => resolve({ ca: '/does/not/exist' }))).toContain('Option "tls.ca" is "/does/not/exist"')
    expect(refused(() => resolve({ ca: file('keycloak.json') }))).toContain('at least one PEM certificate')
    expect(refused(() => resolve({ ca: ca.replace(/[A-Z]/, 'x').slice(0, -60) }))).toContain('PEM')
    const broken = ca.replace(/^(-----.*-----\n)..../m, '$1AAAA')
    expect(refused(() => resolve({ ca: broken }))).toContain('PEM certificates that can be read')
    expect(refused(() => resolve({ ca: read('client.key') }))).toContain('is a PEM text; allowed is')
  })
})

describe('client certificate', () => {
  const cert = read('client.pem')
  const key = read('client.key')

  it('is a PEM text or a file', () => {
    expect(resolve({ cert, key })).toMatchObject({ cert, key })
    expect(resolve({ cert: file('client.pem'), key: file('client.key') })).toMatchObject({ cert, key })
    const encrypted = { cert, key: file('client.encrypted.key'), passphrase: PASSPHRASE }
    expect(resolve(encrypted)).toMatchObject({ key: read('client.encrypted.key'), passphrase: PASSPHRASE })
  })

  it('is refused when it does not fit together', () => {
    expect(refused(() => resolve({ cert, key: file('server.key') }))).toContain('private key of the certificate')
    expect(refused(() => resolve({ cert: key, key }))).toContain('"tls.cert"')
    expect(refused(() => resolve({ cert, key: cert }))).toContain('"tls.key"')
    expect(refused(() => resolve({ cert, key: '/does/not/exist' }))).toContain('"tls.key" is "/does/not/exist"')
    const wrong = refused(() => resolve({ cert, key: file('client.encrypted.key'), passphrase: 'hunter2' }))
    expect(wrong).toContain('"tls.passphrase"')
    expect(wrong).not.toContain('hunter2')
    expect(refused(() => resolve({ cert, key: file('client.encrypted.key') }))).toContain('"tls.passphrase"')
  })

  it('keeps its key and passphrase out of logs', () => {
    const tls = resolve({ cert, key: file('client.encrypted.key'), passphrase: PASSPHRASE })
    for (const text of [inspect({ tls }, { depth: null }), JSON.stringify({ tls })]) {
      expect(text).not.toMatch(/open-sesame|ENCRYPTED PRIVATE/)
      expect(text).toContain('BEGIN CERTIFICATE')
    }
    expect({ ...tls }).toMatchObject({ passphrase: PASSPHRASE })
  })
})

describe('tlsConnectionOptions', () => {
  let server: Server
  let port: number

  beforeAll(async () => {
    const identity = { key: read('server.key'), cert: read('server.pem'), ca: read('ca.pem') }
    server = createServer({ ...identity, requestCert: true, rejectUnauthorized: false }, socket => {
      socket.on('error', () => {})
      socket.end(socket.authorized ? 'a client that is known' : 'a stranger')
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
  })
  afterAll(() => {
    server.close()
  })

  /** What the server says it saw. */
  async function greet(tls: TlsConfig, host: string): Promise<string> {
    const socket = connect({ ...tlsConnectionOptions(tls, host), host: '127.0.0.1', port })
    try {
      const [greeting] = await once(socket, 'data')
      return String(greeting)
    } finally {
      socket.destroy()
    }
  }

  const trust = file('ca.pem')

  it('trust what they are told to trust, and nothing else', async () => {
    expect(await greet(resolve({ ca: trust }), 'segmentstore.example')).toBe('a stranger')
    await expect(greet(resolve({}), 'segmentstore.example')).rejects.toThrow()
    await expect(greet(resolve({ ca: file('client.pem') }), 'segmentstore.example')).rejects.toThrow()
  })

  it('compare the host with the certificate, unless they are told not to', async () => {
    for (const host of ['other.example', '127.0.0.1']) {
      await expect(greet(resolve({ ca: trust }), host)).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
      expect(await greet(resolve({ ca: trust, validateHostName: false }), host)).toBe('a stranger')
    }
    await expect(greet(resolve({ validateHostName: false }), 'segmentstore.example')).rejects.toThrow()
  })

  it('show the client certificate', async () => {
    const shown = { ca: trust, cert: file('client.pem'), key: file('client.key') }
    expect(await greet(resolve(shown), 'segmentstore.example')).toBe('a client that is known')
  })
})
