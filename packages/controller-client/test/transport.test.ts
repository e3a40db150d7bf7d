import { execFile } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { ServerCredentials } from '@grpc/grpc-js'
import { PravegaError, ScopedStream } from '@pravega-ts/model'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { identity } from '../../../tools/testing/certificates.ts'
import { type Controller, createController } from '../src/index.ts'
import { config } from './support/config.ts'
import { startHttp2Server } from './support/http2-server.ts'
import { TestServer } from './support/test-server.ts'

const EXISTS = { response: { exists: true } }
const ends: (() => unknown)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function startServer(options: Parameters<typeof TestServer.start>[1] = {}): Promise<TestServer> {
  const server = await TestServer.start(() => EXISTS, options)
  ends.push(() => server.stop())
  return server
}

function open(...[settings, options]: Parameters<typeof createController>): Controller {
  const controller = createController(settings, options)
  ends.push(() => controller.close({ force: true }))
  return controller
}

/** A port where nobody listens. */
async function deadPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function failure(work: Promise<unknown>): Promise<PravegaError> {
  const error = await work.then(
    () => new Error('it did not fail'),
    (thrown: unknown) => thrown,
  )
  if (!PravegaError.is(error)) throw error
  return error
}

describe.each(['grpc-js', 'connect-node'] as const)('%s', transport => {
  test('survives a server that refuses streams', async () => {
    const server = await startHttp2Server((call, count) => (count % 2 === 1 ? call.refuse() : call.answer()))
    ends.push(() => server.stop())
    const controller = open(config(server.uri), { transport })
    for (let i = 0; i < 20; i += 1) expect(await controller.checkScopeExists('s')).toBe(true)
    expect(server.calls()).toBe(40)
  })

  test('survives a server that ends the connection after each call', async () => {
    const server = await startHttp2Server(call => {
      call.goAway()
      call.answer()
    })
    ends.push(() => server.stop())
    const controller = open(config(server.uri), { transport })
    const calls = Array.from({ length: 300 }, () => () => controller.checkScopeExists('s'))
    const lanes = Array.from({ length: 10 }, async () => {
      for (let call = calls.pop(); call !== undefined; call = calls.pop()) expect(await call()).toBe(true)
    })
    await Promise.all(lanes)
  })

  test.each([
    ['without a message', Buffer.alloc(0)],
    ['with one that cannot be read', Buffer.from([0, 0, 0, 0, 2, 0x08, 0x80])],
  ])('takes an answer %s for a failure', async (_, body) => {
    const server = await startHttp2Server(call => call.answer(body))
    ends.push(() => server.stop())
    const controller = open(config(server.uri, { retry: { attempts: 1 } }), { transport })
    const error = await failure(controller.checkScopeExists('s'))
    expect(['CONTROLLER_FAILURE', 'UNIMPLEMENTED']).toContain(error.code)
  })

  test('survives a connection that is cut in the middle of a call', async () => {
    const server = await startHttp2Server((call, count) => (count % 3 === 1 ? call.cut() : call.answer()))
    ends.push(() => server.stop())
    const controller = open(config(server.uri), { transport })
    for (let i = 0; i < 10; i += 1) expect(await controller.checkScopeExists('s')).toBe(true)
  })

  test('passes by dead members of a list without retries', async () => {
    const server = await startServer()
    const list = `tcp://127.0.0.1:${await deadPort()},127.0.0.1:${server.port},127.0.0.1:${await deadPort()}`
    const controller = open(config(list, { retry: { attempts: 1 } }), { transport })
    for (let i = 0; i < 20; i += 1) expect(await controller.checkScopeExists('s')).toBe(true)
  })

  test('goes on with the rest of a list when a member dies', async () => {
    const [one, other] = [await startServer(), await startServer()]
    const controller = open(config(`${one.uri},127.0.0.1:${other.port}`), { transport })
    for (let i = 0; one.called.length === 0 || other.called.length === 0; i += 1) {
      expect(i).toBeLessThan(1000)
      await controller.checkScopeExists('s')
    }
    await one.stop()
    for (let i = 0; i < 20; i += 1) expect(await controller.checkScopeExists('s')).toBe(true)
  })

  test('comes back to a server that was restarted', async () => {
    const server = await startServer()
    const retry = { maxDelayMs: 100, attempts: Number.POSITIVE_INFINITY }
    const controller = open(config(server.uri, { retry }), { transport })
    await controller.checkScopeExists('s')
    await server.stop()
    const call = controller.checkScopeExists('s')
    await server.restart()
    expect(await call).toBe(true)
  })

  test('says where and how long it has tried when no controller is there', async () => {
    const ports = [await deadPort(), await deadPort()]
    const retry = { attempts: Number.POSITIVE_INFINITY }
    const controller = open(config(`tcp://127.0.0.1:${ports[0]},127.0.0.1:${ports[1]}`, { retry }), { transport })
    const error = await failure(controller.checkScopeExists('s', { timeoutMs: 300 }))
    expect(error).toMatchObject({ code: 'UNAVAILABLE', retriable: true })
    expect(error.message).toMatch(
      new RegExp(`Tried 127.0.0.1:${ports[0]}, 127.0.0.1:${ports[1]} for \\d+\\.\\d s, \\d+ times`),
    )
  })

  test('sends again what cannot be repeated, as long as nobody has got it', async () => {
    const controller = open(config(`tcp://127.0.0.1:${await deadPort()}`, { retry: { attempts: 3 } }), { transport })
    const error = await failure(controller.scaleStream(new ScopedStream('s', 'x'), [0n], [{ low: 0, high: 1 }]))
    expect(error).toMatchObject({ code: 'UNAVAILABLE', retriable: true, details: { attempts: 3 } })
  })

  test('does not send again what cannot be repeated once the connection was cut', async () => {
    const server = await startHttp2Server(call => call.cut())
    ends.push(() => server.stop())
    const controller = open(config(server.uri), { transport })
    const error = await failure(controller.scaleStream(new ScopedStream('s', 'x'), [0n], [{ low: 0, high: 1 }]))
    expect(error).toMatchObject({ code: 'UNAVAILABLE', retriable: false })
    expect(server.calls()).toBe(1)
  })

  test('says so too when a controller takes the connection and is silent', async () => {
    const mute = createServer(() => {}).listen(0, '127.0.0.1')
    await once(mute, 'listening')
    ends.push(() => mute.close())
    const { port } = mute.address() as AddressInfo
    const controller = open(config(`tcp://127.0.0.1:${port}`), { transport })
    const error = await failure(controller.checkScopeExists('s', { timeoutMs: 200 }))
    expect(['UNAVAILABLE', 'DEADLINE_EXCEEDED']).toContain(error.code)
  })
})

const { cert, key } = await identity(['localhost'])
const stranger = await identity(['localhost'])

describe.each(['grpc-js', 'connect-node'] as const)('TLS over %s', transport => {
  let server: TestServer

  beforeAll(async () => {
    const pair = { cert_chain: Buffer.from(cert), private_key: Buffer.from(key) }
    server = await TestServer.start(() => EXISTS, { credentials: ServerCredentials.createSsl(null, [pair]) })
    return () => server.stop()
  })

  test('works with a trusted certificate that names the host', async () => {
    const controller = open(config(`tls://localhost:${server.port}`, { tls: { ca: cert } }), { transport })
    expect(await controller.checkScopeExists('s')).toBe(true)
  })

  test('refuses a certificate that is not trusted, at once', async () => {
    const controller = open(config(`tls://localhost:${server.port}`, { tls: { ca: stranger.cert } }), { transport })
    const error = await failure(controller.checkScopeExists('s'))
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', retriable: false })
    expect(error.message).toContain('tls.ca')
  })

  test('refuses a certificate that does not name the host, at once', async () => {
    const controller = open(config(`tls://127.0.0.1:${server.port}`, { tls: { ca: cert } }), { transport })
    expect(await failure(controller.checkScopeExists('s'))).toMatchObject({ code: 'CONNECTION_FAILED' })
  })

  test('does not come about without TLS on the client side', async () => {
    const controller = open(config(`tcp://localhost:${server.port}`), { transport })
    expect((await failure(controller.checkScopeExists('s', { timeoutMs: 300 }))).code).toBe('UNAVAILABLE')
  })
})

test('a process ends though it leaves its controller client open', async () => {
  const server = await startServer()
  const script = `
    import { resolveClientConfig } from '@pravega-ts/config'
    import { createController } from '@pravega-ts/controller-client'
    const discovering = createController(resolveClientConfig('${server.uri.replace('tcp', 'pravega')}', {}))
    console.log(await discovering.checkScopeExists('s'))
  `
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    timeout: 20_000,
  })
  expect(stdout).toBe('true\n')
})
