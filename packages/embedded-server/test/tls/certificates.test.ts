import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import { basicCredentials } from '@pravega-ts/config'
import type { Endpoint } from '@pravega-ts/model'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Identity, identity } from '../../../../tools/testing/certificates.ts'
import { EmbeddedServer, type EmbeddedServerOptions, hashPassword } from '../../src/index.ts'
import { KeepingLogger } from '../accounts/test-access.ts'
import { newDirectory } from '../support/data-directory.ts'
import { controllerOf, startServer } from '../support/embedded-server.ts'

const HOSTS = ['localhost', '127.0.0.1']

function start(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  return startServer({ publishedHost: 'localhost', ...options })
}

async function handshake({ host, port }: Endpoint, options: object): Promise<TLSSocket> {
  const socket = connect({ host, port, servername: 'localhost', ...options })
  onTestFinished(() => void socket.destroy())
  await once(socket, 'secureConnect')
  return socket
}

/** What a port shows to a new connection. */
async function shownBy(endpoint: Endpoint): Promise<string> {
  const socket = await handshake(endpoint, { rejectUnauthorized: false })
  const certificate = socket.getPeerX509Certificate()?.toString() ?? ''
  socket.destroy()
  return certificate.trim()
}

class CertificateFiles {
  readonly certFile: string
  readonly keyFile: string

  constructor(directory: string) {
    this.certFile = join(directory, 'tls.crt')
    this.keyFile = join(directory, 'tls.key')
  }

  async replace({ cert, key }: Identity): Promise<void> {
    for (const [path, text] of [
      [this.certFile, cert],
      [this.keyFile, key],
    ] as const) {
      await writeFile(`${path}.new`, text)
      await rename(`${path}.new`, path)
    }
  }
}

async function files(first: Identity): Promise<CertificateFiles> {
  const made = new CertificateFiles(await newDirectory())
  await made.replace(first)
  return made
}

describe('certificates in files', () => {
  test('are shown by both ports from the next connection on, and those that are there stay', async () => {
    const [first, second] = [await identity(HOSTS), await identity(HOSTS)]
    const tls = await files(first)
    const kept = new KeepingLogger()
    const server = await start({ tls, logger: kept.logger })
    const ports = [server.controllerEndpoint, server.segmentStoreEndpoint]
    for (const port of ports) expect(await shownBy(port)).toBe(first.cert.trim())
    const controller = controllerOf(server, { tls: { ca: first.cert } })
    await controller.createScope('before')
    const connection = await handshake(server.segmentStoreEndpoint, { ca: first.cert })

    const taken = kept.next('the certificate was read again')
    await tls.replace(second)
    await taken
    for (const port of ports) expect(await shownBy(port)).toBe(second.cert.trim())
    expect(await controller.checkScopeExists('before')).toBe(true)
    expect(connection.closed).toBe(false)
    const later = controllerOf(server, { tls: { ca: second.cert } })
    expect(await later.checkScopeExists('before')).toBe(true)

    await server.restart()
    for (const port of ports) expect(await shownBy(port)).toBe(second.cert.trim())
  })

  test.each([
    [
      'a key of another certificate',
      async (tls: CertificateFiles) => writeFile(tls.keyFile, (await identity(HOSTS)).key),
    ],
    ['something else', (tls: CertificateFiles) => writeFile(tls.certFile, 'not a certificate')],
  ])('that are no good leave the last ones in force: %s', async (_, spoil) => {
    const [first, second] = [await identity(HOSTS), await identity(HOSTS)]
    const tls = await files(first)
    const kept = new KeepingLogger()
    const server = await start({ tls, logger: kept.logger })
    const failed = kept.next('the certificate is no good')
    await spoil(tls)
    expect((await failed).level).toBe('error')
    expect(await shownBy(server.controllerEndpoint)).toBe(first.cert.trim())
    const taken = kept.next('the certificate was read again')
    await tls.replace(second)
    await taken
    expect(await shownBy(server.segmentStoreEndpoint)).toBe(second.cert.trim())
    expect(JSON.stringify(kept.lines)).not.toContain('PRIVATE KEY')
  })

  test('keep no process alive that has nothing else to do', async () => {
    const tls = await files(await identity(HOSTS))
    const program = `
      import { EmbeddedServer } from ${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)}
      const server = await EmbeddedServer.start({ tls: ${JSON.stringify(tls)} })
      await server.close()
    `
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: 'inherit' })
    onTestFinished(() => void child.kill())
    expect(await once(child, 'exit')).toEqual([0, null])
  })
})

describe('certificates of clients', () => {
  test('are asked for when there is an authority for them', async () => {
    const [own, authority] = [await identity(HOSTS), await identity(['authority'])]
    const client = await identity(['client'], authority)
    const stranger = await identity(['stranger'])
    const server = await start({ tls: { ...own, clientCa: authority.cert } })
    const trusted = { ca: own.cert, cert: client.cert, key: client.key }
    expect(await controllerOf(server, { tls: trusted }).createScope('one')).toBe(true)
    expect((await handshake(server.segmentStoreEndpoint, trusted)).authorized).toBe(true)
    for (const shown of [{}, { cert: stranger.cert, key: stranger.key }]) {
      const controller = controllerOf(server, { tls: { ca: own.cert, ...shown } })
      await expect(controller.createScope('two')).rejects.toMatchObject({
        code: expect.stringMatching(/^(CONNECTION_FAILED|CONNECTION_LOST|UNAVAILABLE)$/),
      })
      const { host, port } = server.segmentStoreEndpoint
      const socket = connect({ host, port, servername: 'localhost', ca: own.cert, ...shown })
      socket.on('error', () => {}).resume()
      await new Promise(closed => socket.on('close', closed))
    }
  })
})

test.each([
  ['only a certificate file', { certFile: '/nowhere/cert' }, 'keyFile'],
  ['files that are not there', { certFile: '/nowhere/cert', keyFile: '/nowhere/key' }, '/nowhere/'],
  ['no texts', {}, 'cert and key'],
  ['texts that are none', { cert: 'a', key: 'b' }, 'the certificate cannot be used'],
])('refused: %s', async (_, tls, message) => {
  await expect(EmbeddedServer.start({ tls: tls as never })).rejects.toMatchObject({
    code: 'INVALID_CONFIG',
    message: expect.stringContaining(message),
  })
})

test('accounts in a file are read again when it changes', async () => {
  const file = join(await newDirectory(), 'passwd')
  const line = async (name: string, password: string) => `${name}:${await hashPassword(password)}:prn::*,READ_UPDATE\n`
  await writeFile(file, await line('alice', 'one'))
  const kept = new KeepingLogger()
  const server = await start({ accounts: { file }, logger: kept.logger })
  const as = (user: string, password: string) => controllerOf(server, { credentials: basicCredentials(user, password) })
  const alice = as('alice', 'one')
  expect(await alice.createScope('one')).toBe(true)
  const taken = kept.next('the password file was read again')
  await writeFile(file, await line('bob', 'two'))
  await taken
  await expect(alice.createScope('two')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  expect(await as('bob', 'two').createScope('two')).toBe(true)
})
