import { PravegaError, ScopedSegment, ScopedStream, StreamCut, UNBOUNDED } from '@pravega-ts/model'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Controller, createController, type ReaderGroupSettings } from '../src/index.ts'
import { config } from './support/config.ts'
import { TestServer } from './support/test-server.ts'

const stream = new ScopedStream('s', 'x')
const cut = new StreamCut(stream, [[0n, 0n]])
const ofAnother = new StreamCut(new ScopedStream('s', 'y'), [[0n, 0n]])
const uuid = '11111111-2222-4333-8444-555555555555'
const whole = { low: 0, high: 1 }
const group = { scope: 's', name: 'g', id: uuid, generation: 0n }

let server: TestServer
let controller: Controller

beforeAll(async () => {
  server = await TestServer.start(() => ({ response: {} }))
  controller = createController(config(server.uri))
})
beforeEach(() => server.answer(() => ({ response: {} })))
afterAll(async () => {
  await controller.close()
  await server.stop()
})

const wrong = (settings: object) => settings as ReaderGroupSettings

/** Wrong arguments that no recorded call has. */
const REFUSED: readonly (readonly [string, (c: Controller) => Promise<unknown>])[] = [
  ['a scale without segments', c => c.scaleStream(stream, [], [whole])],
  ['a scale without ranges', c => c.scaleStream(stream, [0n], [])],
  ['a scale with a segment twice', c => c.scaleStream(stream, [0n, 0n], [whole])],
  ['a range above 1', c => c.scaleStream(stream, [0n], [{ low: 0, high: 1.5 }])],
  ['a range that is no number', c => c.scaleStream(stream, [0n], [{ low: Number.NaN, high: 1 }])],
  ['a scale to wait for without segments', c => c.scaleStreamAndWait(stream, [], [])],
  [
    'a truncation at a segment that is not reached',
    c =>
      c.truncateStream(
        new StreamCut(stream, [
          [0n, 5n],
          [1n, -1n],
        ]),
      ),
  ],
  ['an epoch that is no whole number', c => c.checkScale(stream, 0.5)],
  ['an epoch beyond 32 bits', c => c.getEpochSegments(stream, 2 ** 31)],
  ['a lease with a fraction', c => c.createTransaction(stream, 10_000.5)],
  ['a lease that is no number', c => c.createTransaction(stream, Number.NaN)],
  ['a ping with a lease of 0', c => c.pingTransaction(stream, uuid, 0)],
  ['a transaction id that is none', c => c.commitTransaction(stream, 'first')],
  ['a writer id with an underscore', c => c.commitTransaction(stream, uuid, { writerId: 'a_b' })],
  ['a commit time that is no whole number', c => c.commitTransaction(stream, uuid, { writerId: 'w', timestamp: 0.5 })],
  ['truncation at the unbounded cut', c => c.truncateStream(UNBOUNDED)],
  ['a check of the unbounded cut', c => c.isStreamCutValid(UNBOUNDED)],
  ['a start of another stream', c => c.getSegmentsBetween(stream, ofAnother, cut)],
  ['an end of another stream', c => c.getSegmentsBetween(stream, cut, ofAnother)],
  ['an access that is unknown', c => c.getDelegationToken(stream, 'any' as 'read')],
  ['an access by the name of a method', c => c.getCurrentSegments(stream, { access: 'toString' as 'read' })],
  ['a reader group without streams', c => c.createReaderGroup({ scope: 's', name: 'g' }, { streams: [] })],
  ['the zero UUID', c => c.createReaderGroup({ ...group, id: uuid.replace(/\d/g, '0') }, { streams: [{ stream }] })],
  ['a group start of another stream', c => c.updateReaderGroup(group, { streams: [{ stream, from: ofAnother }] })],
  ['a retention that is unknown', c => c.updateReaderGroup(group, wrong({ streams: [{ stream }], retention: 'all' }))],
  ['a negative generation', c => c.deleteReaderGroup({ ...group, generation: -1n })],
  ['a subscriber cut that is unbounded', c => c.updateSubscriberStreamCut(group, UNBOUNDED)],
  [
    'a negative key length',
    c => c.createKeyValueTable(group, { partitions: 1, primaryKeyLength: 1, secondaryKeyLength: -1 }),
  ],
  ['a negative offset of a writer', c => c.noteTimestampFromWriter(stream, 'w', 1, new Map([[0n, -5n]]))],
  ['a time beyond 64 bits', c => c.noteTimestampFromWriter(stream, 'w', 2n ** 63n, new Map())],
  ['a background service that is unknown', c => c.getControllerToBucketMapping('all' as 'retention')],
  ['an update without scaling policy', c => c.updateStream(stream, {} as { scaling: never })],
]

test.each(REFUSED)('%s is refused before it is sent', async (_, call) => {
  const error = await call(controller).catch((thrown: unknown) => thrown)
  if (!PravegaError.is(error)) throw error
  expect(error.code).toBe('INVALID_ARGUMENT')
  expect(error.message).toMatch(/refused: .+\. \S.+\.$/s)
  expect(server.called).toEqual([])
})

test.each(['createReaderGroup', 'updateReaderGroup'] as const)(
  '%s does not ask for what servers never finish: retention on a stream that does not exist',
  async method => {
    server.answer(() => ({ response: { exists: false } }))
    const settings = { streams: [{ stream }], retention: 'manual' } as const
    await expect(controller[method](group, settings)).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' })
    expect(server.called).toEqual(['checkStreamExists'])
  },
)

test('an update sends the scaling policy and everything that is set', async () => {
  await controller.updateStream(stream, { scaling: { type: 'fixed', segments: 3 }, tags: ['b', 'a'] })
  expect(server.calls[0]?.request).toEqual({
    streamInfo: { scope: 's', stream: 'x' },
    scalingPolicy: { minNumSegments: 3 },
    tags: { tag: ['b', 'a'] },
  })
})

test('a created group is told from one that existed', async () => {
  server.answer(({ request }) => ({ response: { config: request } }))
  const fresh = await controller.createReaderGroup({ scope: 's', name: 'g' }, { streams: [{ stream, to: cut }] })
  expect(fresh).toMatchObject({
    created: true,
    group: {
      scope: 's',
      name: 'g',
      generation: 0n,
      settings: {
        streams: [{ stream, from: UNBOUNDED, to: cut }],
        retention: 'none',
        refreshTimeMs: 3_000n,
        automaticCheckpointIntervalMs: 30_000n,
        maxOutstandingCheckpoints: 3,
        rolloverSizeBytes: 0n,
      },
    },
  })
  server.answer(({ request }) => ({ response: { config: { ...request, readerGroupId: uuid } } }))
  const old = await controller.createReaderGroup({ scope: 's', name: 'g' }, { streams: [{ stream }] })
  expect(old).toMatchObject({ created: false, group: { id: uuid } })
})

test('a transaction segment is looked up where its segment is', async () => {
  server.answer(() => ({ response: { endpoint: '[::1]', port: 6000 } }))
  const segment = ScopedSegment.of('s', 'x', 1, 2).inTransaction(uuid)
  expect(await controller.getEndpoint(segment)).toEqual({ host: '::1', port: 6000 })
  expect(server.calls[0]?.request).toEqual({ streamInfo: { scope: 's', stream: 'x' }, segmentId: '8589934593' })
})

test('segment ids beyond 2^53 keep all their digits', async () => {
  const segment = ScopedSegment.of('s', 'x', 2 ** 31 - 1, 2 ** 31 - 1)
  const id = segment.segmentId.toString()
  server.answer(() => ({
    response: { segments: [{ segmentId: { streamInfo: { scope: 's', stream: 'x' }, segmentId: id }, offset: id }] },
  }))
  expect(await controller.getHeadSegments(stream)).toEqual([{ segment, offset: segment.segmentId }])
  await controller.truncateStream(new StreamCut(stream, [[segment.segmentId, segment.segmentId]])).catch(() => {})
  expect(server.calls.at(-1)?.request.cut).toEqual({ [id]: id })
})

test('the shares of a background service come by host', async () => {
  server.answer(() => ({ response: { mapping: { 'h1:1': { id: [1, 2] }, 'h2:1': {} } } }))
  const mapping = await controller.getControllerToBucketMapping('watermarking')
  expect([...mapping]).toEqual([
    ['h1:1', [1, 2]],
    ['h2:1', []],
  ])
  expect(server.calls[0]?.request).toEqual({ serviceType: 'WatermarkingService' })
})

test.each([
  ['a segment without stream', { segmentRanges: [{ segmentId: { segmentId: '1' }, minKey: 0, maxKey: 1 }] }],
  [
    'a name that cannot be',
    { segmentRanges: [{ segmentId: { streamInfo: { scope: 'a/b', stream: 'x' } }, maxKey: 1 }] },
  ],
  ['a range that is none', { segmentRanges: [{ segmentId: { streamInfo: { scope: 's', stream: 'x' } }, minKey: 1 }] }],
])('an answer with %s is a violation of the protocol', async (_, response) => {
  server.answer(() => ({ response }))
  await expect(controller.getCurrentSegments(stream)).rejects.toMatchObject({ code: 'PROTOCOL_VIOLATION' })
})
