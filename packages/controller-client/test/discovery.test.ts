import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { status } from '@grpc/grpc-js'
import { credentialsFrom } from '@pravega-ts/config'
import { type Endpoint, PravegaError } from '@pravega-ts/model'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createController } from '../src/index.ts'
import { Discovery } from '../src/transport/discovery.ts'
import { config } from './support/config.ts'
import { type Answer, TestServer } from './support/test-server.ts'

const A: Endpoint = { host: 'a', port: 1 }
const B: Endpoint = { host: 'b', port: 2 }

describe('the timing', () => {
  const applied: (readonly Endpoint[])[] = []
  let answers: (readonly Endpoint[] | Error)[]
  let asked: number
  let discovery: Discovery

  beforeEach(() => {
    vi.useFakeTimers()
    applied.length = 0
    answers = []
    asked = 0
    discovery = new Discovery({
      fetch: async () => {
        asked += 1
        const answer = answers.shift() ?? [A]
        if (answer instanceof Error) throw answer
        return answer
      },
      apply: list => applied.push(list),
    })
  })
  afterEach(() => {
    discovery.close()
    vi.useRealTimers()
  })

  test('asks once before the first call, whoever waits for it', async () => {
    await Promise.all([discovery.prepare(), discovery.prepare()])
    expect([asked, applied]).toEqual([1, [[A]]])
  })

  test('asks again every 120 s and takes over what has changed', async () => {
    answers = [[A], [A], [B, A], [A, B]]
    await discovery.prepare()
    await vi.advanceTimersByTimeAsync(119_999)
    expect(asked).toBe(1)
    await vi.advanceTimersByTimeAsync(1 + 3 * 120_000)
    expect([asked, applied]).toEqual([5, [[A], [B, A], [A]]])
  })

  test('asks again 10 s after a failure', async () => {
    answers = [new PravegaError('UNAVAILABLE', 'away'), new Error('odd')]
    await discovery.prepare()
    await vi.advanceTimersByTimeAsync(10_000)
    expect([asked, applied]).toEqual([2, []])
    await vi.advanceTimersByTimeAsync(10_000)
    expect([asked, applied]).toEqual([3, [[A]]])
  })

  test('asks a server that keeps no list only every 120 s', async () => {
    answers = [new PravegaError('UNIMPLEMENTED', 'standalone')]
    await discovery.prepare()
    await vi.advanceTimersByTimeAsync(119_999)
    expect([asked, applied]).toEqual([1, []])
  })

  test('keeps the list when the answer is an empty one', async () => {
    answers = [[]]
    await discovery.prepare()
    expect(applied).toEqual([])
  })

  test('is brought forward by a lost controller, but not below 10 s', async () => {
    await discovery.prepare()
    discovery.hint()
    expect(asked).toBe(1)
    await vi.advanceTimersByTimeAsync(10_000)
    discovery.hint()
    discovery.hint()
    await vi.advanceTimersByTimeAsync(0)
    expect(asked).toBe(2)
  })

  test('ends', async () => {
    await discovery.prepare()
    discovery.close()
    discovery.hint()
    await vi.advanceTimersByTimeAsync(1_000_000)
    expect([asked, vi.getTimerCount()]).toEqual([1, 0])
  })
})

describe('with servers', () => {
  const servers: TestServer[] = []
  const start = async (list: () => Answer) => {
    const server = await TestServer.start(({ method }) =>
      method === 'getControllerServerList' ? list() : { response: { exists: true } },
    )
    servers.push(server)
    return server
  }
  const listOf = (...ports: number[]) => ({
    response: { nodeURI: ports.map(port => ({ endpoint: '127.0.0.1', port })) },
  })
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop()
  })

  test.each(['grpc-js', 'connect-node'] as const)('calls go to the controllers in the list (%s)', async transport => {
    const member = await start(() => listOf())
    const known = await start(() => listOf(member.port))
    const credentials = credentialsFrom(() => 'Mine 1')
    const controller = createController(config(known.uri.replace('tcp', 'pravega'), { credentials }), { transport })
    const changes: unknown[] = []
    const listen = (message: unknown) => changes.push(message)
    subscribe('pravega-ts:controller-client:endpoints', listen)
    for (let i = 0; i < 3; i += 1) expect(await controller.checkScopeExists('s')).toBe(true)
    unsubscribe('pravega-ts:controller-client:endpoints', listen)
    expect(known.called).toEqual(['getControllerServerList'])
    expect(known.calls[0]?.authorization).toBe('Mine 1')
    expect(member.called).toEqual(['checkScopeExists', 'checkScopeExists', 'checkScopeExists'])
    expect(changes).toEqual([{ endpoints: [`127.0.0.1:${member.port}`] }])
    await controller.close()
  })

  test.each([
    ['UNKNOWN, as a standalone server', { code: status.UNKNOWN, details: 'Controller cluster not initialized' }],
    ['UNIMPLEMENTED', { code: status.UNIMPLEMENTED }],
    ['UNAVAILABLE', { code: status.UNAVAILABLE }],
    ['an impossible list', { response: { nodeURI: [{ endpoint: '', port: 0 }] } }],
  ] as const)('calls go to the given controller when it answers %s', async (_, answer) => {
    const server = await start(() => answer)
    const controller = createController(config(server.uri.replace('tcp', 'pravega')))
    expect(await controller.checkScopeExists('s')).toBe(true)
    expect(server.called).toEqual(['getControllerServerList', 'checkScopeExists'])
    await controller.close()
  })

  test('the wait for the list counts as time of the call', async () => {
    const server = await TestServer.start(() => new Promise(() => {}))
    servers.push(server)
    const controller = createController(config(server.uri.replace('tcp', 'pravega')))
    const call = controller.checkScopeExists('s', { timeoutMs: 50 })
    await expect(call).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
    expect(server.called).not.toContain('checkScopeExists')
    await controller.close()
  })

  test('a fixed list is not asked for', async () => {
    const server = await start(() => listOf())
    const controller = createController(config(server.uri))
    await controller.checkScopeExists('s')
    expect(server.called).toEqual(['checkScopeExists'])
    await controller.close()
  })
})
