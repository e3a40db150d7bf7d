import { Code } from '@connectrpc/connect'
import { PravegaError, ScopedStream, StreamCut } from '@pravega-ts/model'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Controller, createController } from '../src/index.ts'
import { failure } from '../src/outcomes/grpc-codes.ts'
import { config } from './support/config.ts'
import { TestServer } from './support/test-server.ts'
import { type Json, schema } from './support/wire-codec.ts'

const stream = new ScopedStream('s', 'x')
const cut = new StreamCut(stream, [[0n, 0n]])
const uuid = '11111111-2222-4333-8444-555555555555'
const group = { scope: 's', name: 'g', id: uuid, generation: 0n }
const table = { scope: 's', name: 't' }
const settings = { streams: [{ stream }] }
const scaling = { type: 'fixed', segments: 1 } as const

async function first(items: AsyncIterable<unknown>): Promise<unknown> {
  for await (const item of items) return item
  return undefined
}

/** A call of each method whose answer has a status. */
const CALLS: Readonly<Record<string, (c: Controller) => Promise<unknown>>> = {
  createScope: c => c.createScope('s'),
  deleteScope: c => c.deleteScope('s'),
  deleteScopeRecursive: c => c.deleteScopeRecursive('s'),
  createStream: c => c.createStream(stream, { scaling }),
  updateStream: c => c.updateStream(stream, { scaling }),
  truncateStream: c => c.truncateStream(cut),
  sealStream: c => c.sealStream(stream),
  deleteStream: c => c.deleteStream(stream),
  listStreamsInScope: c => first(c.listStreams('s')),
  listStreamsInScopeForTag: c => first(c.listStreamsForTag('s', 't')),
  scale: c => c.scaleStream(stream, [0n], [{ low: 0, high: 1 }]),
  checkScale: c => c.checkScale(stream, 0),
  commitTransaction: c => c.commitTransaction(stream, uuid),
  abortTransaction: c => c.abortTransaction(stream, uuid),
  pingTransaction: c => c.pingTransaction(stream, uuid, 10_000),
  checkTransactionState: c => c.checkTransactionState(stream, uuid),
  listCompletedTransactions: c => c.listCompletedTransactions(stream),
  noteTimestampFromWriter: c => c.noteTimestampFromWriter(stream, 'w', 1, cut.positions),
  removeWriter: c => c.removeWriter(stream, 'w'),
  createReaderGroup: c => c.createReaderGroup(group, settings),
  getReaderGroupConfig: c => c.getReaderGroup(group),
  updateReaderGroup: c => c.updateReaderGroup(group, settings),
  deleteReaderGroup: c => c.deleteReaderGroup(group),
  listSubscribers: c => c.listSubscribers(stream),
  updateSubscriberStreamCut: c => c.updateSubscriberStreamCut(group, cut),
  createKeyValueTable: c => c.createKeyValueTable(table, { partitions: 1, primaryKeyLength: 8 }),
  getKeyValueTableConfiguration: c => c.getKeyValueTableSettings(table),
  listKeyValueTablesInScope: c => first(c.listKeyValueTables('s')),
  deleteKeyValueTable: c => c.deleteKeyValueTable(table),
}

/** Methods whose answer has a status, with the field and the enum of it. */
const withStatus = schema.methods.flatMap(method => {
  const message = schema.messages.find(({ name }) => name === method.response)
  const field = message?.fields.find(({ enum: isEnum }) => isEnum)
  const type = schema.enums.find(({ name }) => name === field?.type)
  return field && type ? [{ method: method.name, field: field.name, type }] : []
})
const nested = {
  method: 'listCompletedTransactions',
  field: 'status',
  type: schema.enums.find(({ name }) => name === 'TxnResponse.Status') ?? { name: '', values: {} },
}

const WITH_CONFIG = new Set(['createReaderGroup', 'getReaderGroupConfig', 'getKeyValueTableConfiguration'])

function answer(method: string, field: string, status: number): Json {
  if (method === nested.method) return { response: [{ txnId: { highBits: '0', lowBits: '1' }, status }] }
  return { [field]: status, ...(WITH_CONFIG.has(method) && { config: {} }) }
}

let server: TestServer
let controller: Controller

beforeAll(async () => {
  server = await TestServer.start(() => ({ response: {} }))
  controller = createController(config(server.uri))
})
afterAll(async () => {
  await controller.close()
  await server.stop()
})

const statuses = [...withStatus, nested]

test('every method with a status is here', () => {
  expect(statuses.map(({ method }) => method).sort()).toEqual(Object.keys(CALLS).sort())
})

describe.each(statuses.map(entry => [entry.method, entry] as const))('%s', (method, { field, type }) => {
  const call = async (status: number) => {
    server.answer(() => ({ response: answer(method, field, status) }))
    return CALLS[method]?.(controller).then(
      () => undefined,
      (error: unknown) => error,
    )
  }

  test.each(Object.entries(type.values))('%s is a value or says what to do', async (name, status) => {
    const error = await call(status)
    expect(server.called.filter(called => called === method)).toHaveLength(1)
    if (error === undefined || !PravegaError.is(error)) return expect(error).toBeUndefined()
    expect(error.details).toMatchObject({ method, status: name })
    expect(error.message).toMatch(new RegExp(`^${method} of .+ failed: .+\\. \\S.+\\.$`))
    expect(['INTERNAL', 'RETRIES_EXHAUSTED']).not.toContain(error.code)
  })

  test('a status that is unknown is a failure, never a success', async () => {
    expect(await call(99)).toMatchObject({ code: 'CONTROLLER_FAILURE', details: { status: 99 } })
  })
})

describe('gRPC codes', () => {
  const codes = Object.values(Code).filter(code => typeof code === 'number')

  test.each(codes.map(code => [Code[code], code] as const))('%s says what to do', (name, code) => {
    const { error, again } = failure('sealStream', 's/x', code, 'said the server')
    expect(error.message).toMatch(/^sealStream of s\/x failed: .+\. \S.+\.$/)
    expect(error.message.includes(' (said the server)')).toBe(code !== Code.NotFound)
    expect(error.details).toMatchObject({ method: 'sealStream', subject: 's/x', grpcCode: name })
    expect(error.retriable).toBe(again === 'always' || again === 'briefly')
  })

  test('whatever the code and the text are, there is a typed error', () => {
    const methods = fc.constantFrom(...schema.methods.map(({ name }) => name))
    fc.assert(
      fc.property(methods, fc.integer({ min: -1, max: 99 }), fc.string(), (method, code, text) => {
        const { error, again } = failure(method, 'it', code, text)
        expect(PravegaError.is(error)).toBe(true)
        expect(['always', 'briefly', 'never', 'withNewCredentials']).toContain(again)
      }),
    )
  })
})

test('a refused connection is told in the words of the system, not in those of each balancer', () => {
  const said =
    'No connection established. Last error: No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:1. Resolution note: )'
  const { error } = failure('listScopes', 'the cluster', Code.Unavailable, said)
  expect(error.message).toContain('(connect ECONNREFUSED 127.0.0.1:1)')
  expect(error.message).not.toContain('Last error')
})
