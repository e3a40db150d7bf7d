import { spawnSync } from 'node:child_process'
import { createServer } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { ScopedSegment, ScopedStream, streamConfiguration } from '@pravega-ts/model'
import { decodeFrame, encodeFrame } from '@pravega-ts/wire-protocol'
import { describe, expect, onTestFinished, test } from 'vitest'
import { identity } from '../../../tools/testing/certificates.ts'
import { EmbeddedServer } from '../src/index.ts'
import { ManualClock } from './controller/manual-clock.ts'
import { connect, controllerOf, startServer } from './support/embedded-server.ts'
import { CLOSED, type RawClient } from './support/raw-client.ts'
import { append, createSegment, readSegment, setupAppend, text } from './support/requests.ts'
import { setUpWriter } from './support/segment-store.ts'

const stream = new ScopedStream('examples', 'bytes')

test('the controller leads to segments of the segment store', async () => {
  const server = await startServer()
  const controller = controllerOf(server)
  await controller.createScope(stream.scope)
  await controller.createStream(stream, streamConfiguration())
  const segment = ScopedSegment.of(stream.scope, stream.stream, 0, 0)
  expect(await controller.getEndpoint(segment)).toEqual(server.segmentStoreEndpoint)
  const client = await connect(server)
  const writerId = await setUpWriter(client, segment.toString())
  await client.ask(append(writerId, 1n, 'hello'))
  client.send(readSegment(1n, segment.toString(), 0n), readSegment(2n, segment.toString(), 5n))
  expect(text((await client.expect('SegmentRead')).data)).toBe('hello')
  await controller.sealStream(stream)
  expect(await client.next()).toMatchObject({ command: 'SegmentIsSealed', requestId: 2n, offset: 5n })
})

describe('a restart', () => {
  test('cuts connections and keeps data, ports and faults', async () => {
    const server = await startServer()
    const before = [server.controllerUri, server.segmentStoreEndpoint]
    const controller = controllerOf(server)
    await controller.createScope(stream.scope)
    await controller.createStream(stream, streamConfiguration())
    const segment = 'examples/bytes/0.#epoch.0'
    const client = await connect(server)
    const writerId = await setUpWriter(client, segment)
    await client.ask(append(writerId, 3n, 'hello'))
    const rule = server.faults.on('ReadSegment', { nth: 1, answer: 'WrongHost' })
    await server.restart()
    expect(await client.next()).toBe(CLOSED)
    expect([server.controllerUri, server.segmentStoreEndpoint]).toEqual(before)
    const again = await connect(server)
    expect(await again.ask(setupAppend(1n, writerId, segment))).toMatchObject({ lastEventNumber: 3n })
    expect(await again.ask(readSegment(1n, segment, 0n))).toMatchObject({ command: 'WrongHost' })
    again.send(readSegment(1n, segment, 0n))
    expect(text((await again.expect('SegmentRead')).data)).toBe('hello')
    expect(rule.hits).toBe(1)
    expect(await controllerOf(server, { retry: {} }).checkStreamExists(stream)).toBe(true)
  })

  test('can be asked for several times at once', async () => {
    const server = await startServer()
    await Promise.all([server.restart(), server.restart(), server.restart()])
    expect(await (await connect(server)).ask({ command: 'KeepAlive' })).toEqual({ command: 'KeepAlive' })
  })

  test('after the close is refused', async () => {
    const server = await startServer()
    await server.close()
    await expect(server.restart()).rejects.toMatchObject({ code: 'CLOSED' })
  })
})

describe('closing', () => {
  test('ends connections and waiting reads, is idempotent, and gives the ports back', async () => {
    const server = await startServer()
    const client = await connect(server)
    await client.ask({ command: 'KeepAlive' })
    const { port } = server.segmentStoreEndpoint
    const closing = server.close()
    expect(server.close()).toBe(closing)
    expect(await client.next()).toBe(CLOSED)
    await closing
    const next = await startServer({ segmentStorePort: port })
    expect(next.segmentStoreEndpoint.port).toBe(port)
  })

  test('works while frozen, and with `await using`', async () => {
    let client: RawClient
    {
      await using server = await EmbeddedServer.start()
      client = await connect(server)
      await client.ask({ command: 'KeepAlive' })
      server.faults.freeze()
      client.send({ command: 'KeepAlive' })
    }
    expect(await client.untilClosed()).toBeDefined()
  })

  test('does not wait for what a fault holds back, nor for a TLS handshake that does not come', async () => {
    const plain = await startServer()
    const client = await connect(plain)
    const rule = plain.faults.on('KeepAlive', { delayMs: 3_600_000 })
    const hit = rule.nextHit()
    client.send({ command: 'KeepAlive' })
    await hit
    const late = await connect(plain)
    plain.faults.on('SegmentCreated', { delayMs: 3_600_000 })
    late.send(createSegment(1n, 'a'))
    await expect.poll(() => plain.segmentStoreConnections).toBe(2)
    await plain.close()
    const secure = await startServer({ tls: await identity(['localhost', '127.0.0.1']) })
    await connect(secure)
    await secure.close()
  })

  test('lets the process exit', () => {
    const program = `
      import { connect } from 'node:net'
      const { EmbeddedServer } = await import(${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)})
      const server = await EmbeddedServer.start()
      const socket = connect(server.segmentStoreEndpoint.port, '127.0.0.1')
      await new Promise(resolve => socket.once('connect', resolve))
      socket.on('error', () => {}).resume()
      server.faults.onController('createScope', { delayMs: 3_600_000 })
      await server.close()
      console.log('closed')
    `
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
      timeout: 20_000,
    })
    expect([status, stdout.trim(), stderr]).toEqual([0, 'closed', ''])
  })
})

test('several servers live side by side', async () => {
  const servers = await Promise.all([startServer(), startServer(), startServer()])
  expect(
    new Set(servers.flatMap(({ controllerUri, segmentStoreEndpoint }) => [controllerUri, segmentStoreEndpoint.port]))
      .size,
  ).toBe(6)
})

test('a taken port is refused with its number', async () => {
  const taken = createServer()
  await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void taken.close())
  const { port } = taken.address() as { port: number }
  for (const options of [{ segmentStorePort: port }, { controllerPort: port }]) {
    await expect(EmbeddedServer.start(options)).rejects.toMatchObject({
      code: 'CONNECTION_FAILED',
      message: expect.stringContaining(String(port)),
    })
  }
})

test('what is published may differ from what is listened on', async () => {
  const server = await startServer({ host: '0.0.0.0', publishedHost: 'localhost' })
  expect(server.controllerUri).toMatch(/^tcp:\/\/localhost:\d+$/)
  expect(server.segmentStoreEndpoint.host).toBe('localhost')
})

describe('faults of the controller', () => {
  test('end a call with a status', async () => {
    const server = await startServer()
    const controller = controllerOf(server)
    server.faults.onController('createScope', { nth: 1, status: { code: 7, message: 'not you' } })
    await expect(controller.createScope('one')).rejects.toMatchObject({ code: 'PERMISSION_DENIED' })
    expect(await controller.createScope('one')).toBe(true)
  })

  test('drop a call until its deadline', async () => {
    const server = await startServer()
    const controller = controllerOf(server)
    // The first call waits until gRPC is loaded.
    await controller.checkScopeExists('one')
    const rule = server.faults.onController('createScope', { nth: 1, drop: true })
    await expect(controller.createScope('one', { timeoutMs: 500 })).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
    expect(rule.hits).toBe(1)
  })
})

test('with a certificate, both ports speak TLS', async () => {
  const { cert, key } = await identity(['localhost', '127.0.0.1'])
  const server = await startServer({ tls: { cert, key }, publishedHost: 'localhost' })
  expect(server.controllerUri).toMatch(/^tls:\/\/localhost:/)
  const socket = connectTls({ ...server.segmentStoreEndpoint, ca: cert, servername: 'localhost' })
  onTestFinished(() => void socket.destroy())
  socket.write(encodeFrame({ command: 'KeepAlive' }))
  const echo = await new Promise<Uint8Array>((resolve, reject) => socket.once('data', resolve).once('error', reject))
  expect(decodeFrame(echo)).toEqual({ command: 'KeepAlive' })
  expect(await controllerOf(server, { tls: { ca: cert } }).createScope('one')).toBe(true)
  const plain = await connect(server)
  plain.send({ command: 'KeepAlive' })
  expect(await plain.next()).toBe(CLOSED)
})

test('leases run on the clock that is given', async () => {
  const clock = new ManualClock()
  const controller = controllerOf(await startServer({ clock }))
  await controller.createScope(stream.scope)
  await controller.createStream(stream, streamConfiguration())
  const { id } = await controller.createTransaction(stream, 600_000)
  clock.advance(599_999)
  expect(await controller.checkTransactionState(stream, id)).toBe('open')
  clock.advance(1)
  await expect(controller.commitTransaction(stream, id)).rejects.toThrow('cannot be committed')
  expect(await controller.checkTransactionState(stream, id)).toBe('aborted')
})
