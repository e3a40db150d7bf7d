import { connect, createServer } from 'node:net'
import { ControllerService } from '@pravega-ts/controller-client/generated'
import { afterEach, expect, test } from 'vitest'
import { identity } from '../../../../tools/testing/certificates.ts'
import { MemoryControllerState, startControllerServer } from '../../src/controller/index.ts'
import type { ControllerContext } from '../../src/controller/operations/context.ts'
import { controllerHandlers } from '../../src/controller/service/controller-handlers.ts'
import { serviceDefinition } from '../../src/controller/service/grpc-service.ts'
import { ControllerHarness, streamConfig } from './controller-harness.ts'
import { FakeEngine } from './fake-engine.ts'

const started: ControllerHarness[] = []
afterEach(async () => {
  for (const controller of started.splice(0)) await controller.stop()
})

async function start(options?: ConstructorParameters<typeof ControllerHarness>[0]): Promise<ControllerHarness> {
  const controller = new ControllerHarness(options)
  started.push(controller)
  await controller.start()
  await controller.ok('createScope', { scope: 'a' })
  return controller
}

test('serves all of the 47 methods but the one that only newer servers than 0.13 have', async () => {
  const endpoint = { host: 'h', port: 1 }
  const context = {} as ControllerContext
  const served = Object.keys(controllerHandlers(context, { controller: () => endpoint, segmentStore: () => endpoint }))
  const all = ControllerService.methods.map(({ name }) => name)
  expect(all.length).toBe(47)
  expect(all.filter(name => !served.includes(name))).toEqual(['getControllerToBucketMapping'])
  expect(serviceDefinition(ControllerService).getURI?.path).toBe(
    '/io.pravega.controller.stream.api.grpc.v1.ControllerService/getURI',
  )
})

test.each([
  ['abc', undefined, 'OK'],
  [undefined, 'listScopes', 'OK'],
  ['-7', 'listScopes', 'OK'],
  ['+9223372036854775807', 'listScopes', 'OK'],
  ['9223372036854775808', 'listScopes', 'UNKNOWN'],
  ['-9223372036854775809', 'listScopes', 'UNKNOWN'],
  ['1.5', 'listScopes', 'UNKNOWN'],
  ['', 'listScopes', 'UNKNOWN'],
  ['abc', '', 'UNKNOWN'],
])('the tracing headers %j and %j come to %s', async (requestid, requestdescriptor, grpc) => {
  const controller = await start()
  const metadata = {
    ...(requestid !== undefined && { requestid }),
    ...(requestdescriptor !== undefined && { requestdescriptor }),
  }
  expect(await controller.call('listScopes', {}, { metadata })).toMatchObject({ grpc })
})

test('lists itself as the only controller', async () => {
  const controller = await start()
  expect(await controller.ok('getControllerServerList', {})).toEqual({
    nodeURI: [{ endpoint: '127.0.0.1', port: controller.server.port }],
  })
})

test('lists the published host when there is one', async () => {
  const controller = await start({ publishedHost: 'pravega.example' })
  expect(await controller.ok('getControllerServerList', {})).toMatchObject({
    nodeURI: [{ endpoint: 'pravega.example' }],
  })
})

test('answers with the failure that a test asks for, without doing anything', async () => {
  const controller = await start({
    faults: {
      beforeControllerCall: method =>
        method === 'createStream' ? Promise.resolve({ code: 14, message: 'not now' }) : undefined,
    },
  })
  const answer = await controller.call('createStream', streamConfig('a', 's', 1))
  expect(answer).toMatchObject({ grpc: 'UNAVAILABLE', details: 'not now' })
  expect(await controller.ok('checkStreamExists', { scope: 'a', stream: 's' })).toEqual({ exists: false })
})

test('close answers the calls that are under way', async () => {
  const controller = await start()
  let release = (): void => {}
  const gate = new Promise<void>(resolve => {
    release = resolve
  })
  const begun = new Promise<void>(resolve => {
    controller.engine.before = () => {
      resolve()
      return gate
    }
  })
  const created = controller.ok('createStream', streamConfig('a', 's', 1))
  await begun
  const closed = controller.server.close()
  release()
  expect(await created).toEqual({ status: 'SUCCESS' })
  await closed
})

test('close refuses the calls that a fault holds back', async () => {
  let held = (): void => {}
  const arrived = new Promise<void>(resolve => {
    held = resolve
  })
  const controller = await start({
    faults: {
      beforeControllerCall: method => {
        if (method !== 'listScopes') return undefined
        held()
        return new Promise(() => {})
      },
    },
  })
  const listed = controller.call('listScopes', {})
  await arrived
  await controller.server.close()
  expect(await listed).toMatchObject({ grpc: 'UNAVAILABLE', details: 'The controller is closing' })
})

test('close with force cuts calls, yet waits for the work that was begun', async () => {
  const controller = await start()
  let release = (): void => {}
  const gate = new Promise<void>(resolve => {
    release = resolve
  })
  const begun = new Promise<void>(resolve => {
    controller.engine.before = () => {
      resolve()
      return gate
    }
  })
  const created = controller.call('createStream', streamConfig('a', 's', 1))
  await begun
  const closed = controller.server.close({ force: true })
  expect((await created).grpc).not.toBe('OK')
  release()
  await closed
  expect(controller.state.streams.get('a', 's')).toBeDefined()
})

test('close twice is close once', async () => {
  const { server } = await start()
  await Promise.all([server.close(), server.close(), server.close({ force: true })])
})

test('another server goes on with the state on the same port', async () => {
  const controller = await start()
  await controller.ok('createStream', streamConfig('a', 's', 2))
  const { port } = controller.server
  await controller.server.close()
  const { state, engine } = controller
  const again = new ControllerHarness({ state, engine, port })
  started.push(again)
  await again.start()
  expect(again.server.port).toBe(port)
  expect(await again.ok('checkStreamExists', { scope: 'a', stream: 's' })).toEqual({ exists: true })
})

test('an address that is taken is an error', async () => {
  const taken = createServer()
  await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', resolve))
  const { port } = taken.address() as { port: number }
  const options = { state: new MemoryControllerState(), engine: new FakeEngine(), host: '127.0.0.1', port }
  await expect(
    startControllerServer({ ...options, segmentStoreEndpoint: () => ({ host: '', port: 0 }) }),
  ).rejects.toThrow(/EADDRINUSE/)
  await new Promise(resolve => taken.close(resolve))
})

test('speaks TLS when it has a certificate, and nothing else then', async () => {
  const controller = await start({ tls: await identity(['localhost', '127.0.0.1']) })
  expect(await controller.ok('checkScopeExists', { scope: 'a' })).toEqual({ exists: true })
  const plain = connect(controller.server.port, '127.0.0.1')
  plain.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
  plain.on('error', () => {})
  await new Promise(resolve => plain.on('close', resolve))
  expect(plain.bytesRead).toBeLessThan(64)
})

test('a lease below Pravega\u2019s minimum can be allowed', async () => {
  const controller = await start({ leaseLimits: { minimumMs: 100 } })
  await controller.ok('createStream', streamConfig('a', 's', 1))
  const request = { streamInfo: { scope: 'a', stream: 's' }, lease: '100' }
  expect((await controller.call('createTransaction', request)).grpc).toBe('OK')
})
