import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { inspect } from 'node:util'
import { createRouterTransport } from '@connectrpc/connect'
import { status } from '@grpc/grpc-js'
import { basicCredentials, bearerCredentials, type Credentials, credentialsFrom } from '@pravega-ts/config'
import { PravegaError, ScopedSegment, ScopedStream } from '@pravega-ts/model'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ControllerService } from '../src/generated/index.ts'
import { type Controller, createController } from '../src/index.ts'
import { config } from './support/config.ts'
import { TestServer } from './support/test-server.ts'

const SCOPE_EXISTS = { response: { exists: true } }
const stream = new ScopedStream('s', 'x')
const halves = [
  { low: 0, high: 0.5 },
  { low: 0.5, high: 1 },
]

let server: TestServer
let controller: Controller

beforeAll(async () => {
  server = await TestServer.start(() => SCOPE_EXISTS)
})
beforeEach(() => {
  server.answer(() => SCOPE_EXISTS)
  controller = createController(config(server.uri))
})
afterEach(() => controller.close({ force: true }))
afterAll(() => server.stop())

async function failure(work: Promise<unknown>): Promise<PravegaError> {
  const error = await work.then(
    () => new Error('it did not fail'),
    (thrown: unknown) => thrown,
  )
  if (!PravegaError.is(error)) throw error
  return error
}

function withCredentials(credentials: Credentials): Controller {
  return createController(config(server.uri, { credentials }))
}

describe('credentials', () => {
  test('are asked for on every call and sent as they are', async () => {
    let asked = 0
    const client = withCredentials(credentialsFrom(() => `Mine ${++asked}`))
    await client.checkScopeExists('s')
    await client.checkScopeExists('s')
    expect(server.calls.map(call => call.authorization)).toEqual(['Mine 1', 'Mine 2'])
    await client.close()
  })

  test('are not sent when there are none', async () => {
    await controller.checkScopeExists('s')
    expect(server.calls[0]?.authorization).toBeUndefined()
  })

  test('are renewed once when the controller refuses them', async () => {
    const forgotten: string[] = []
    let token = 'old'
    const client = withCredentials({
      kind: 'test',
      authorization: () => `Bearer ${token}`,
      forget(authorization) {
        forgotten.push(authorization)
        token = 'new'
      },
    })
    server.answer(({ authorization }) =>
      authorization === 'Bearer new' ? SCOPE_EXISTS : { code: status.UNAUTHENTICATED },
    )
    expect(await client.checkScopeExists('s')).toBe(true)
    expect(forgotten).toEqual(['Bearer old'])
    await client.close()
  })

  test('are given up after the second refusal', async () => {
    let asked = 0
    const client = withCredentials(bearerCredentials(() => `token${++asked}`))
    server.answer(() => ({ code: status.UNAUTHENTICATED, details: 'Authentication failed' }))
    expect(await failure(client.checkScopeExists('s'))).toMatchObject({ code: 'UNAUTHENTICATED', retriable: false })
    expect(server.calls.map(call => call.authorization)).toEqual(['Bearer token1', 'Bearer token2'])
    await client.close()
  })

  test('that cannot change are refused once', async () => {
    const client = withCredentials(basicCredentials('user', 'secret'))
    server.answer(() => ({ code: status.UNAUTHENTICATED }))
    expect((await failure(client.checkScopeExists('s'))).code).toBe('UNAUTHENTICATED')
    expect(server.calls).toHaveLength(1)
    await client.close()
  })

  test.each(['grpc-js', 'connect-node'] as const)(
    'do not come back in an error, though the server echoes them in its trailers (%s)',
    async transport => {
      const credentials = basicCredentials('user', 'very secret')
      const header = String(credentials.authorization())
      const client = createController(config(server.uri, { credentials }), { transport })
      server.answer(({ authorization = '' }) => ({
        code: status.UNAUTHENTICATED,
        trailers: { authorization, 'x-echo': authorization },
      }))
      const error = await failure(client.checkScopeExists('s'))
      const shown = inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true })
      expect(server.calls[0]?.authorization).toBe(header)
      expect(shown).toContain('UNAUTHENTICATED')
      expect(shown).not.toContain(header.split(' ')[1])
      await client.close()
    },
  )

  test('whose source fails end the call without sending it', async () => {
    const cause = new Error('the vault is closed')
    const client = withCredentials(credentialsFrom(() => Promise.reject(cause), 'Vault'))
    const error = await failure(client.checkScopeExists('s'))
    expect(error).toMatchObject({ code: 'UNAUTHENTICATED', cause })
    expect(error.message).toContain('Vault')
    expect(server.calls).toHaveLength(0)
    await client.close()
  })

  test('whose source throws at once do the same', async () => {
    const client = withCredentials({
      kind: 'Broken',
      authorization() {
        throw new TypeError('no token')
      },
    })
    expect(await failure(client.checkScopeExists('s'))).toMatchObject({ code: 'UNAUTHENTICATED', retriable: false })
    await client.close()
  })

  test('whose source never answers end with the deadline', async () => {
    const client = withCredentials(credentialsFrom(() => new Promise(() => {})))
    expect((await failure(client.checkScopeExists('s', { timeoutMs: 20 }))).code).toBe('DEADLINE_EXCEEDED')
    await client.close()
  })
})

describe('retries', () => {
  const sendings = async (code: number, details: string, call: () => Promise<unknown>) => {
    server.answer(() => ({ code, details }))
    const error = await failure(call())
    return { sent: server.calls.length, code: error.code, retriable: error.retriable }
  }
  const check = () => controller.checkScopeExists('s')

  test('go on until there is an answer', async () => {
    server.answer((_, count) => (count < 4 ? { code: status.UNAVAILABLE } : SCOPE_EXISTS))
    expect(await controller.checkScopeExists('s')).toBe(true)
    expect(server.calls).toHaveLength(4)
  })

  test.each([
    ['UNAVAILABLE', '', 10, 'UNAVAILABLE', true],
    ['DEADLINE_EXCEEDED', '', 10, 'DEADLINE_EXCEEDED', true],
    ['FAILED_PRECONDITION', 'write conflict', 10, 'CONTROLLER_FAILURE', true],
    ['UNKNOWN', '', 4, 'CONTROLLER_FAILURE', true],
    ['INTERNAL', 'store unavailable', 4, 'CONTROLLER_FAILURE', true],
    ['INTERNAL', 'Internal exception occurred', 1, 'INVALID_ARGUMENT', false],
    ['INTERNAL', 'Stream: x State: SEALED', 1, 'STREAM_SEALED', false],
    ['PERMISSION_DENIED', 'Authorization failed', 1, 'PERMISSION_DENIED', false],
    ['UNIMPLEMENTED', '', 1, 'UNIMPLEMENTED', false],
    ['NOT_FOUND', '', 1, 'STREAM_NOT_FOUND', false],
    ['ALREADY_EXISTS', '', 1, 'CONTROLLER_FAILURE', false],
  ] as const)('of %s "%s": %i sendings, then %s', async (name, details, sent, code, retriable) => {
    expect(await sendings(status[name], details, check)).toEqual({ sent, code, retriable })
  })

  test('of a refused lease do not happen', async () => {
    const call = () => controller.createTransaction(stream, 10_000)
    const text = 'lease should be greater than minimum lease'
    expect(await sendings(status.UNKNOWN, text, call)).toEqual({ sent: 1, code: 'LEASE_REFUSED', retriable: false })
  })

  test('are as many as the policy says', async () => {
    const client = createController(config(server.uri, { retry: { attempts: 2 } }))
    expect(await sendings(status.UNAVAILABLE, '', () => client.checkScopeExists('s'))).toMatchObject({ sent: 2 })
    await client.close()
  })

  test('of a status FAILURE do not happen', async () => {
    server.answer(() => ({ response: { status: 'FAILURE' } }))
    expect(await failure(controller.createScope('s'))).toMatchObject({ code: 'CONTROLLER_FAILURE', retriable: false })
    expect(server.calls).toHaveLength(1)
  })

  test('of a scale whose answer was lost do not happen', async () => {
    const scale = () => controller.scaleStream(stream, [0n], halves)
    const outcome = await sendings(status.UNAVAILABLE, 'Connection dropped', scale)
    expect(outcome).toEqual({ sent: 1, code: 'UNAVAILABLE', retriable: false })
  })

  test('of a scale that was not sent happen', async () => {
    const scale = () => controller.scaleStream(stream, [0n], halves)
    expect(await sendings(status.UNAVAILABLE, 'No connection established', scale)).toMatchObject({ sent: 10 })
  })

  test('are published, and so is the end of the call', async () => {
    const heard: unknown[] = []
    const listen = (message: unknown) => heard.push(message)
    for (const name of ['pravega-ts:controller-client:retry', 'pravega-ts:controller-client:call'])
      subscribe(name, listen)
    server.answer((_, count) => (count < 2 ? { code: status.UNAVAILABLE } : SCOPE_EXISTS))
    await controller.checkScopeExists('s')
    for (const name of ['pravega-ts:controller-client:retry', 'pravega-ts:controller-client:call'])
      unsubscribe(name, listen)
    expect(heard).toMatchObject([
      { method: 'checkScopeExists', attempt: 1, delayMs: 1, code: 'UNAVAILABLE' },
      { method: 'checkScopeExists', attempts: 2, code: undefined },
    ])
  })
})

describe('time', () => {
  const never = () => new Promise<never>(() => {})

  test('ends a call that is not answered, at the server too', async () => {
    server.answer(never)
    const error = await failure(controller.checkScopeExists('s', { timeoutMs: 100 }))
    expect(error).toMatchObject({ code: 'DEADLINE_EXCEEDED', details: { timeoutMs: 100 } })
    await server.calls[0]?.cancelled
  })

  test('is 130 s unless it is set', () => {
    expect(config(server.uri).timeouts.controllerMs).toBe(130_000)
  })

  test('of the configuration counts when the call has none', async () => {
    const client = createController(config(server.uri, { timeouts: { controllerMs: 50 } }))
    server.answer(never)
    expect((await failure(client.checkScopeExists('s'))).code).toBe('DEADLINE_EXCEEDED')
    await client.close()
  })

  test.each([-1, Number.NaN])('of %d ms is refused', async timeoutMs => {
    expect((await failure(controller.checkScopeExists('s', { timeoutMs }))).code).toBe('INVALID_ARGUMENT')
    expect(server.calls).toHaveLength(0)
  })

  test('may be unlimited', async () => {
    expect(await controller.checkScopeExists('s', { timeoutMs: Number.POSITIVE_INFINITY })).toBe(true)
  })

  test('ends a call whose retries would go on', async () => {
    const client = createController(config(server.uri, { retry: { attempts: Number.POSITIVE_INFINITY } }))
    server.answer(() => ({ code: status.FAILED_PRECONDITION, details: 'write conflict' }))
    const error = await failure(client.checkScopeExists('s', { timeoutMs: 100 }))
    expect(error.code).toBe('DEADLINE_EXCEEDED')
    expect(error.cause).toMatchObject({ code: 'CONTROLLER_FAILURE' })
    await client.close()
  })
})

describe('an abort', () => {
  test('ends a call, at the server too', async () => {
    const abort = new AbortController()
    const reason = new Error('not wanted any more')
    server.answer(() => {
      abort.abort(reason)
      return new Promise<never>(() => {})
    })
    const error = await failure(controller.checkScopeExists('s', { signal: abort.signal }))
    expect(error).toMatchObject({ code: 'ABORTED', cause: reason })
    await server.calls[0]?.cancelled
  })

  test('before the call lets nothing out', async () => {
    expect((await failure(controller.checkScopeExists('s', { signal: AbortSignal.abort() }))).code).toBe('ABORTED')
    expect(server.calls).toHaveLength(0)
  })

  test('ends a pause between two sendings', async () => {
    const abort = new AbortController()
    const retry = { initialDelayMs: 60_000, maxDelayMs: 60_000 }
    const client = createController(config(server.uri, { retry, timeouts: { controllerMs: 600_000 } }))
    const paused = new Promise<void>(resolve => {
      const listen = () => {
        unsubscribe('pravega-ts:controller-client:retry', listen)
        resolve()
      }
      subscribe('pravega-ts:controller-client:retry', listen)
    })
    server.answer(() => ({ code: status.UNAVAILABLE }))
    const call = failure(client.checkScopeExists('s', { signal: abort.signal }))
    await paused
    abort.abort()
    expect((await call).code).toBe('ABORTED')
    await client.close()
  })
})

describe('closing', () => {
  test('waits for calls in flight', async () => {
    let answer = () => {}
    const asked = new Promise<void>(seen => {
      server.answer(() => {
        seen()
        return new Promise(resolve => {
          answer = () => resolve(SCOPE_EXISTS)
        })
      })
    })
    const call = controller.checkScopeExists('s')
    await asked
    const closed = controller.close()
    expect((await failure(controller.checkScopeExists('s'))).code).toBe('CLOSED')
    answer()
    expect(await call).toBe(true)
    await closed
  })

  test('by force ends calls in flight, also after a close that waits', async () => {
    server.answer(() => new Promise(() => {}))
    const call = failure(controller.checkScopeExists('s'))
    const closed = controller.close()
    await controller.close({ force: true })
    await closed
    expect((await call).code).toBe('CLOSED')
  })

  test('waits no longer than timeouts.closeMs', async () => {
    const client = createController(config(server.uri, { timeouts: { closeMs: 30 } }))
    server.answer(() => new Promise(() => {}))
    const call = failure(client.checkScopeExists('s'))
    await client.close()
    expect((await call).code).toBe('CLOSED')
  })

  test('happens at the end of a scope', async () => {
    let client: Controller
    {
      await using inner = createController(config(server.uri))
      client = inner
      expect(await client.checkScopeExists('s')).toBe(true)
    }
    expect((await failure(client.checkScopeExists('s'))).code).toBe('CLOSED')
  })
})

test('a transport of the caller carries the calls', async () => {
  const transport = createRouterTransport(({ service }) => {
    service(ControllerService, { checkScopeExists: ({ scope }) => ({ exists: scope === 'here' }) })
  })
  const client = createController(config('tcp://nowhere.invalid:1'), { transport })
  expect(await client.checkScopeExists('here')).toBe(true)
  expect(await client.checkScopeExists('there')).toBe(false)
  expect((await failure(client.createScope('here'))).code).toBe('UNIMPLEMENTED')
  await client.close()
})

test('the misspelt method is asked when the other is missing', async () => {
  const old = await TestServer.start(() => ({ response: { segments: [] } }), {
    without: ['getSegmentsImmediatelyFollowing'],
  })
  const client = createController(config(old.uri))
  const segment = ScopedSegment.parse('s/x/0.#epoch.0')
  expect(await client.getSuccessors(segment)).toEqual([])
  expect(old.called).toEqual(['getSegmentsImmediatlyFollowing'])
  await client.close()
  await old.stop()
})
