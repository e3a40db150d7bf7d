import { ScopedStream } from '@pravega-ts/model'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Controller, createController } from '../src/index.ts'
import { config } from './support/config.ts'
import { TestServer } from './support/test-server.ts'

const stream = new ScopedStream('s', 'x')
const halves = [
  { low: 0, high: 0.5 },
  { low: 0.5, high: 1 },
]

let server: TestServer
let controller: Controller

beforeAll(async () => {
  server = await TestServer.start(() => ({ response: {} }))
  controller = createController(config(server.uri))
})
afterAll(async () => {
  await controller.close({ force: true })
  await server.stop()
})

/** A server whose scale is done when it was asked so often. */
function doneAfter(polls: number): void {
  server.answer(({ method, request }, count) => {
    if (method === 'scale') return { response: { status: 'STARTED', epoch: 4 } }
    expect(request.epoch).toBe(4)
    return { response: { status: count > polls ? 'SUCCESS' : 'IN_PROGRESS' } }
  })
}

test('waiting for a scale asks until it is done', async () => {
  doneAfter(3)
  expect(await controller.scaleStreamAndWait(stream, [0n], halves)).toEqual({ epoch: 4, segments: [] })
  expect(server.called).toEqual(['scale', 'checkScale', 'checkScale', 'checkScale'])
})

test('waiting for a scale ends with its deadline, and says how to go on', async () => {
  doneAfter(Number.POSITIVE_INFINITY)
  const wait = controller.scaleStreamAndWait(stream, [0n], halves, { timeoutMs: 200 })
  await expect(wait).rejects.toMatchObject({
    code: 'DEADLINE_EXCEEDED',
    message: expect.stringMatching(/checkScale|timeoutMs/),
  })
})

test('waiting for a scale ends with the signal', async () => {
  const abort = new AbortController()
  server.answer(({ method }) => {
    if (method === 'scale') return { response: { status: 'STARTED', epoch: 4 } }
    setImmediate(() => abort.abort())
    return { response: { status: 'IN_PROGRESS' } }
  })
  const wait = controller.scaleStreamAndWait(stream, [0n], halves, { signal: abort.signal })
  await expect(wait).rejects.toMatchObject({ code: 'ABORTED' })
})

test('a scale sends ids, bounds bit for bit and the time', async () => {
  server.answer(() => ({ response: { status: 'STARTED' } }))
  const before = Date.now()
  const ranges = [{ low: 0.1 + 0.2, high: 0.9999999999999999 }]
  await controller.scaleStream(new ScopedStream('s', 'bits'), [4_294_967_296n], ranges)
  // The last one: what was called off above may come only now.
  const { scaleTimestamp, ...request } = server.calls.at(-1)?.request ?? {}
  expect(request).toEqual({
    streamInfo: { scope: 's', stream: 'bits' },
    sealedSegments: ['4294967296'],
    newKeyRanges: [{ start: 0.30000000000000004, end: 0.9999999999999999 }],
  })
  expect(Number(scaleTimestamp)).toBeGreaterThanOrEqual(before)
})
