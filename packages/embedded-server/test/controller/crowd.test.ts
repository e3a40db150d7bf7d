import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import { silentLogger } from '@pravega-ts/config'
import { afterEach, expect, test } from 'vitest'
import { identity } from '../../../../tools/testing/certificates.ts'
import { introductionOf } from '../../src/controller/service/http2-introduction.ts'
import { TestClock } from '../../src/index.ts'
import { openPort, type Port } from '../../src/listening/port.ts'
import { HostileCrowd } from '../support/hostile-crowd.ts'
import { ControllerHarness } from './controller-harness.ts'

const SLOW = 1000
const TOO_LATE = 30_000
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
const SETTINGS = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp()
})

test.each([false, true])('hostile connections do not disturb calls, and are gone in time (TLS: %s)', async secure => {
  const controller = new ControllerHarness(secure ? { tls: await identity(['localhost', '127.0.0.1']) } : {})
  cleanUps.push(() => controller.stop())
  await controller.start()
  await controller.ok('createScope', { scope: 'a' })
  const crowd = await HostileCrowd.gather({ host: '127.0.0.1', port: controller.server.port }, 300)
  cleanUps.push(() => crowd.leave())
  for (let call = 0; call < 50; call++) {
    expect(await controller.ok('checkScopeExists', { scope: 'a' })).toEqual({ exists: true })
  }
  // All have been accepted when one that comes after them is answered; then their time runs.
  await expect
    .poll(() => {
      controller.clock.advance(TOO_LATE)
      return crowd.left
    })
    .toBe(0)
  expect(await controller.ok('checkScopeExists', { scope: 'a' })).toEqual({ exists: true })
})

test('only what begins as HTTP/2 does is served as HTTP/2', () => {
  const whole = Buffer.concat([PREFACE, SETTINGS])
  for (let length = 0; length < whole.byteLength; length++) {
    expect(introductionOf(whole.subarray(0, length))).toBe('incomplete')
    const wrong = Buffer.from(whole.subarray(0, length + 1))
    wrong[length] = (wrong[length] as number) ^ 0x55
    if (length < PREFACE.byteLength) expect(introductionOf(wrong)).toBe('other')
  }
  expect(introductionOf(whole)).toBe('http2')
  expect(introductionOf(Buffer.concat([whole, Buffer.from('more')]))).toBe('http2')
  expect(introductionOf(Buffer.concat([PREFACE, Buffer.from([0, 0, 0, 1, 0, 0, 0, 0, 0])]))).toBe('other')
})

test('a preface that comes byte by byte is served', async () => {
  const controller = new ControllerHarness()
  cleanUps.push(() => controller.stop())
  await controller.start()
  const socket = connect(controller.server.port, '127.0.0.1')
  cleanUps.push(() => socket.destroy())
  socket.setNoDelay(true)
  for (const byte of Buffer.concat([PREFACE, SETTINGS])) {
    await new Promise(resolve => socket.write(Uint8Array.of(byte), resolve))
    await new Promise(resolve => setImmediate(resolve))
  }
  const [answer] = await new Promise<[Buffer]>(resolve => socket.once('data', chunk => resolve([chunk])))
  expect(answer[3]).toBe(4)
})

test('who comes before a port is served waits, and who is there when it closes is gone', async () => {
  const port: Port = await openPort({
    host: '127.0.0.1',
    port: 0,
    clients: 'nobody',
    clock: new TestClock(),
    logger: silentLogger,
  })
  const early = connect(port.port, '127.0.0.1')
  const greeted = new Promise(resolve => early.once('data', resolve))
  await expect.poll(() => port.connections).toBe(1)
  port.serve(({ socket }) => void socket.write('hello'))
  expect(String(await greeted)).toBe('hello')
  const closed = port.close()
  port.cut()
  await closed
  await expect.poll(() => early.closed).toBe(true)
})

test('a client that makes no call is ended in time; one that has made one may be idle', async () => {
  const controller = new ControllerHarness()
  cleanUps.push(() => controller.stop())
  await controller.start()
  await controller.ok('createScope', { scope: 'a' })
  const silent = connectHttp2(`http://127.0.0.1:${controller.server.port}`)
  const gone = new Promise(resolve => silent.on('close', resolve))
  silent.on('error', () => {})
  await new Promise(resolve => silent.once('remoteSettings', resolve))
  expect(controller.server.connections).toBe(2)
  controller.clock.advance(TOO_LATE)
  await gone
  await expect.poll(() => controller.server.connections).toBe(1)
  controller.clock.advance(24 * 3_600_000)
  expect(await controller.ok('checkScopeExists', { scope: 'a' })).toEqual({ exists: true })
  expect(controller.server.connections).toBe(1)
})

const CLAIMED_BYTES = 1_000_000

/** A client that sends requests of which the end does not come. */
function beginRequests(port: number, count: number): ClientHttp2Session {
  const session = connectHttp2(`http://127.0.0.1:${port}`)
  session.on('error', () => {})
  const half = Buffer.alloc(10_000)
  half.writeUInt32BE(CLAIMED_BYTES, 1)
  for (let index = 0; index < count; index++) {
    const stream = session.request({
      ':method': 'POST',
      ':path': '/io.pravega.controller.stream.api.grpc.v1.ControllerService/createScope',
      'content-type': 'application/grpc',
      te: 'trailers',
    })
    stream.on('error', () => {})
    stream.resume()
    // A whole request, which makes the client known; all others are begun.
    if (index === 0) stream.end(Buffer.alloc(5))
    else stream.write(half)
  }
  cleanUps.unshift(() => session.destroy())
  return session
}

test('clients whose requests do not come to an end are dropped: in time, or when there are too many of them', async () => {
  const controller = new ControllerHarness()
  cleanUps.push(() => controller.stop())
  await controller.start()
  await controller.ok('createScope', { scope: 'a' })
  const { port } = controller.server
  const first = beginRequests(port, 41)
  const second = beginRequests(port, 41)
  const callsAtOnce = async (count: number): Promise<void> => {
    const calls = Array.from({ length: count }, () => controller.ok('checkScopeExists', { scope: 'a' }))
    for (const answer of await Promise.all(calls)) expect(answer).toEqual({ exists: true })
  }
  // Many at once are not slow yet.
  await callsAtOnce(100)
  expect(controller.server.connections).toBe(3)
  controller.clock.advance(SLOW)
  await callsAtOnce(1)
  await expect.poll(() => [first.destroyed, second.destroyed]).toEqual([true, false])
  await callsAtOnce(100)
  controller.clock.advance(TOO_LATE)
  await expect.poll(() => second.destroyed).toBe(true)
  await callsAtOnce(1)
  expect(controller.server.connections).toBe(1)
})
