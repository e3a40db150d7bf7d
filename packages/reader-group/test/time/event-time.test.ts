import { type KeyRange, PravegaError, ScopedSegment, ScopedStream } from '@pravega-ts/model'
import { openRevisionedStream } from '@pravega-ts/synchronizer'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ModelStore } from '../../../synchronizer/test/support/model-store.ts'
import {
  decodeWatermark,
  encodeWatermark,
  type ReaderGroupState,
  type ReaderGroupStore,
  reduce,
} from '../../src/index.ts'
import { EventTime } from '../../src/time/event-time.ts'
import { groupOf, STREAM, segment } from '../state/group-of.ts'

const MARKS = new ScopedStream(STREAM.scope, `_MARK${STREAM.stream}`)
const MARK_SEGMENT = ScopedSegment.of(MARKS.scope, MARKS.stream, 0, 0)
const MARK_ATTRIBUTE = '7df9a874-246c-c9d6-9397-cdd19ead68c5'
const UNKNOWN = { lower: undefined, upper: undefined }
const HALVES: readonly KeyRange[] = [
  { low: 0, high: 0.5 },
  { low: 0.5, high: 1 },
]

let model: ModelStore
let client: ReturnType<ModelStore['client']>
let state: ReaderGroupState
let now: number
let time: EventTime
let epochsAsked: number[]

beforeEach(() => {
  model = new ModelStore()
  client = model.client()
  state = groupOf(2)
  now = 0
  epochsAsked = []
  const controller: Partial<ReaderGroupStore['controller']> = {
    ...client.controller,
    getEpochSegments: async (_, epoch) => {
      epochsAsked.push(epoch)
      const segments = HALVES.map((range, n) => ({
        segment: ScopedSegment.of(STREAM.scope, STREAM.stream, n, 0),
        range,
      }))
      return { segments, delegationToken: '' }
    },
  }
  const { read, getInfo, getAttribute, openWriter } = client
  const calls = { read, getInfo, getAttribute, openWriter }
  const bound = Object.entries(calls).map(([name, call]) => [name, (call as () => unknown).bind(client)])
  const store = { ...Object.fromEntries(bound), controller } as ReaderGroupStore
  const looked = {
    get state(): ReaderGroupState {
      return state
    },
  }
  time = new EventTime({ store, state: looked, clock: { now: () => now }, groupText: 'scope/group', timeoutMs: 10_000 })
})
afterEach(() => time.close(new PravegaError('CLOSED', 'the test is over')))

/** A watermark of the time when writers had come to this offset in both halves. */
async function mark(lower: bigint, offset: bigint): Promise<void> {
  const codec = { encode: encodeWatermark, decode: decodeWatermark }
  await using log = await openRevisionedStream(model.client(), MARKS, codec)
  const positions = HALVES.map((range, n) => ({ segmentId: BigInt(n), range, offset }))
  await log.writeUnconditionally({ lower, upper: lower + 5n, positions })
}

function come(first: bigint, second: bigint): void {
  state = groupOf(2)
  const starts = [
    [segment(0), first],
    [segment(1), second],
  ] as const
  state = { ...state, unassigned: new Map(starts), lastRead: new Map(starts) }
}

it('moves as the group passes watermarks, and ends at the tail', async () => {
  model.createStream(MARKS)
  for (const n of [1n, 2n, 3n]) await mark(n * 100n, n * 10n)
  expect(await time.window(STREAM, undefined)).toEqual({ lower: undefined, upper: 105n })
  come(10n, 9n)
  expect(await time.window(STREAM, undefined)).toEqual({ lower: undefined, upper: 105n })
  come(10n, 10n)
  expect(await time.window(STREAM, undefined)).toEqual({ lower: 100n, upper: 205n })
  come(15n, 25n)
  expect(await time.window(String(STREAM), undefined)).toEqual({ lower: 100n, upper: 305n })
  come(30n, 31n)
  expect(await time.window(STREAM, undefined)).toEqual({ lower: 300n, upper: undefined })
  await mark(400n, 40n)
  now = 3_000
  expect(await time.window(STREAM, undefined)).toEqual({ lower: 300n, upper: 405n })
})

it('asks for nothing before the refresh time is over, nor while a watermark lies ahead', async () => {
  model.createStream(MARKS)
  await mark(100n, 10n)
  come(10n, 10n)
  await time.window(STREAM, undefined)
  expect(epochsAsked).toEqual([0])
  client.takeRequests()
  await mark(200n, 20n)
  now = 2_999
  expect(await time.window(STREAM, undefined)).toEqual({ lower: 100n, upper: undefined })
  expect(client.takeRequests()).toEqual([])
  now = 3_000
  expect(await time.window(STREAM, undefined)).toEqual({ lower: 100n, upper: 205n })
  client.takeRequests()
  await mark(300n, 30n)
  now = 60_000
  come(11n, 11n)
  expect(await time.window(STREAM, undefined)).toEqual({ lower: 100n, upper: 205n })
  expect(client.takeRequests()).toEqual([])
  expect(epochsAsked).toEqual([0])
})

it('looks once for those who ask at the same time', async () => {
  model.createStream(MARKS)
  await mark(100n, 10n)
  const one = await Promise.all([time.window(STREAM, undefined)])
  const requests = client.takeRequests()
  now = 3_000
  come(20n, 20n)
  const many = await Promise.all([1, 2, 3].map(() => time.window(STREAM, undefined)))
  expect(many).toEqual([1, 2, 3].map(() => ({ lower: 100n, upper: undefined })))
  expect(client.takeRequests().length).toBeLessThanOrEqual(requests.length)
  expect(one).toEqual([{ lower: undefined, upper: 105n }])
})

it('is unknown without watermarks, and known when there are some', async () => {
  expect(await time.window(STREAM, undefined)).toEqual(UNKNOWN)
  model.createStream(MARKS)
  now = 3_000
  expect(await time.window(STREAM, undefined)).toEqual(UNKNOWN)
  await mark(100n, 10n)
  now = 6_000
  expect(await time.window(STREAM, undefined)).toEqual({ lower: undefined, upper: 105n })
  model.segment(MARK_SEGMENT).deleted = true
  come(10n, 10n)
  expect(await time.window(STREAM, undefined)).toEqual({ lower: 100n, upper: undefined })
})

it('goes on with what is left after a truncation', async () => {
  const log = model.createStream(MARKS)
  await mark(100n, 10n)
  expect((await time.window(STREAM, undefined)).upper).toBe(105n)
  await mark(200n, 20n)
  await mark(300n, 30n)
  const third = log.bytes.length / 3
  log.start = 2 * third
  come(25n, 25n)
  expect(await time.window(STREAM, undefined)).toEqual({ lower: 100n, upper: 305n })
})

it('begins near the end when all before is passed, and at the beginning otherwise', async () => {
  const log = model.createStream(MARKS)
  for (let n = 1n; n <= 4n; n++) await mark(n * 100n, n * 10n)
  const quarter = log.bytes.length / 4
  log.attributes.set(MARK_ATTRIBUTE, BigInt(2 * quarter))
  // What cannot be read is not needed.
  const first = Buffer.from(log.bytes.subarray(0, quarter))
  log.bytes.fill(0xff, 0, quarter)
  come(35n, 35n)
  expect(await time.window(STREAM, undefined)).toEqual({ lower: 300n, upper: 405n })
  first.copy(log.bytes)
  come(10n, 10n)
  expect(await time.window(STREAM, undefined)).toEqual({ lower: 100n, upper: 205n })
})

it('keeps to the keys when segments are merged while one of them is still read', async () => {
  model.createStream(MARKS)
  await mark(100n, 10n)
  state = groupOf(2, { type: 'addReader', reader: 'r' }, { type: 'acquireSegment', reader: 'r', segment: segment(0) })
  const ranges = new Map([
    [segment(0), { low: 0, high: 0.5 }],
    [segment(2, 1), { low: 0, high: 1 }],
  ])
  const successors = new Map([[segment(2, 1), [0n, 1n]]])
  state = reduce(state, { type: 'segmentCompleted', reader: 'r', segment: segment(0), successors, ranges })
  expect(await time.window(STREAM, undefined)).toEqual(UNKNOWN)
  state = { ...state, unassigned: new Map([[segment(1), 10n]]) }
  expect(await time.window(STREAM, undefined)).toEqual({ lower: 100n, upper: undefined })
})

it('fails with what is wrong, and goes on after it', async () => {
  model.createStream(MARKS)
  await mark(100n, 10n)
  await expect(time.window('scope/other', undefined)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  const broken = new PravegaError('RETRIES_EXHAUSTED', 'no connection')
  client.before = () => {
    throw broken
  }
  await expect(time.window(STREAM, undefined)).rejects.toBe(broken)
  client.before = () => {}
  expect((await time.window(STREAM, undefined)).upper).toBe(105n)
})

it('ends calls that wait, by their signals or when it is closed', async () => {
  model.createStream(MARKS)
  await mark(100n, 10n)
  client.before = () => new Promise<void>(() => {})
  const abort = new AbortController()
  const first = time.window(STREAM, { signal: abort.signal })
  const second = time.window(STREAM, undefined)
  abort.abort()
  await expect(first).rejects.toMatchObject({ code: 'ABORTED' })
  const closed = new PravegaError('CLOSED', 'the reader is closed')
  const outcome = expect(second).rejects.toBe(closed)
  await time.close(closed)
  await outcome
  await expect(time.window(STREAM, undefined)).rejects.toBe(closed)
})
