import type { JsonValue } from '@bufbuild/protobuf'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ControllerHarness, streamConfig } from './controller-harness.ts'

const HALF_AN_HOUR = 1_800_000
const group = '11111111-2222-4333-8444-555555555555'

let controller: ControllerHarness
beforeEach(async () => {
  controller = await new ControllerHarness().start()
  await controller.ok('createScope', { scope: 'a' })
})
afterEach(() => controller.stop())

async function create(
  stream: string,
  retentionType: 'TIME' | 'SIZE',
  min: number,
  max = '9223372036854775807',
): Promise<void> {
  const retentionPolicy = { retentionType, retentionParam: String(min), retentionMax: max }
  await controller.ok('createStream', { ...streamConfig('a', stream, 1), retentionPolicy })
}

function write(stream: string, bytes: bigint, segment = '0.#epoch.0'): void {
  controller.engine.get(`a/${stream}/${segment}`).length += bytes
}

/** Moves the time by as much as is between two rounds. */
async function round(): Promise<void> {
  controller.clock.advance(HALF_AN_HOUR)
  await controller.server.work.settled()
}

async function head(stream: string): Promise<unknown> {
  const { segments } = (await controller.ok('getSegments', { streamInfo: { scope: 'a', stream } })) as {
    segments: { segmentId: { segmentId: string }; offset: string }[]
  }
  return Object.fromEntries(segments.map(({ segmentId, offset }) => [segmentId.segmentId, offset]))
}

async function scale(stream: string): Promise<void> {
  const newKeyRanges = [
    { start: 0, end: 0.5 },
    { start: 0.5, end: 1 },
  ]
  const request = { streamInfo: { scope: 'a', stream }, sealedSegments: ['0'], newKeyRanges, scaleTimestamp: '0' }
  expect(await controller.ok('scale', request)).toMatchObject({ status: 'STARTED' })
}

async function subscribe(stream: string): Promise<void> {
  await controller.ok('createReaderGroup', {
    scope: 'a',
    readerGroupName: 'g',
    maxOutstandingCheckpointRequest: 3,
    retentionType: 1,
    readerGroupId: group,
    startingStreamCuts: [{ streamInfo: { scope: 'a', stream } }],
  })
}

function told(stream: string, cut: { [segment: string]: string }): Promise<JsonValue> {
  const streamCut = { streamInfo: { scope: 'a', stream }, cut }
  return controller.ok('updateSubscriberStreamCut', { subscriber: 'a/g', readerGroupId: group, streamCut })
}

describe('retention', () => {
  test('by size truncates at the newest recorded cut that leaves enough', async () => {
    await create('s', 'SIZE', 1500)
    for (const expected of ['0', '0', '1000', '2000']) {
      write('s', 1000n)
      await round()
      expect(await head('s')).toEqual({ '0': expected })
    }
    expect(controller.engine.get('a/s/0.#epoch.0').startOffset).toBe(2000n)
  })

  test('by time truncates at what was the tail so long ago', async () => {
    await create('s', 'TIME', HALF_AN_HOUR * 2)
    for (const expected of ['0', '0', '1000', '2000']) {
      write('s', 1000n)
      await round()
      expect(await head('s')).toEqual({ '0': expected })
    }
  })

  test('goes over epochs, with the sizes of segments that are sealed, or gone', async () => {
    await create('s', 'SIZE', 1500)
    write('s', 1000n)
    await round()
    await scale('s')
    write('s', 400n, '1.#epoch.1')
    write('s', 600n, '2.#epoch.1')
    await round()
    write('s', 1000n, '1.#epoch.1')
    await round()
    expect(await head('s')).toEqual({ '0': '1000' })
    await controller.ok('truncateStream', {
      streamInfo: { scope: 'a', stream: 's' },
      cut: { '4294967297': '0', '4294967298': '0' },
    })
    expect(controller.engine.namesOf('a/s')).toEqual(['a/s/1.#epoch.1', 'a/s/2.#epoch.1'])
    write('s', 700n, '2.#epoch.1')
    await round()
    expect(await head('s')).toEqual({ '4294967297': '400', '4294967298': '600' })
  })

  test('lets a subscriber hold back what is beyond the least, and nothing before it has said where it is', async () => {
    await create('s', 'SIZE', 500, '5000')
    await subscribe('s')
    write('s', 1000n)
    await round()
    write('s', 1000n)
    await round()
    expect(await head('s')).toEqual({ '0': '1000' })
    expect(await told('s', { '0': '1200' })).toEqual({ status: 'SUCCESS' })
    write('s', 1000n)
    await round()
    expect(await head('s')).toEqual({ '0': '1200' })
    expect(await told('s', { '0': '1100' })).toEqual({ status: 'STREAM_CUT_NOT_VALID' })
  })

  test('is not led ahead of the tail by a subscriber', async () => {
    await create('s', 'SIZE', 0, '5000')
    await subscribe('s')
    write('s', 1000n)
    await told('s', { '0': '4000' })
    await round()
    expect(await head('s')).toEqual({ '0': '1000' })
    expect(controller.engine.get('a/s/0.#epoch.0').startOffset).toBe(1000n)
  })

  test('leaves streams alone that are sealed, deleted, or have no policy any more', async () => {
    for (const stream of ['sealed', 'deleted', 'freed', 'kept']) {
      await create(stream, 'SIZE', 0)
      write(stream, 1000n)
    }
    await controller.ok('sealStream', { scope: 'a', stream: 'sealed' })
    await controller.ok('sealStream', { scope: 'a', stream: 'deleted' })
    await controller.ok('deleteStream', { scope: 'a', stream: 'deleted' })
    await controller.ok('updateStream', streamConfig('a', 'freed', 1))
    await round()
    expect(await head('sealed')).toEqual({ '0': '0' })
    expect(await head('freed')).toEqual({ '0': '0' })
    expect(await head('kept')).toEqual({ '0': '1000' })
    expect(controller.state.recordedCuts.list('a').map(([name]) => name)).toEqual(['kept'])
  })

  test('forgets what it recorded with the stream, and begins anew with a stream of that name', async () => {
    await create('s', 'SIZE', 500)
    write('s', 1000n)
    await round()
    await controller.ok('sealStream', { scope: 'a', stream: 's' })
    await controller.ok('deleteStream', { scope: 'a', stream: 's' })
    expect(controller.state.recordedCuts.list('a')).toEqual([])
    await create('s', 'SIZE', 500)
    write('s', 1000n, '1.#epoch.0')
    await round()
    expect(await head('s')).toEqual({ '1': '0' })
  })

  test('goes on with the other streams, and in the next round, when the storage fails', async () => {
    await create('bad', 'SIZE', 0)
    await create('good', 'SIZE', 0)
    write('bad', 1000n)
    write('good', 1000n)
    controller.engine.before = (change, segment) => {
      if (change === 'truncateSegment' && segment.startsWith('a/bad/')) throw new Error('no')
    }
    await round()
    expect(await head('good')).toEqual({ '0': '1000' })
    expect(controller.engine.get('a/bad/0.#epoch.0').startOffset).toBe(0n)
    await expect(controller.server.work.runRetention()).rejects.toThrow('no')
    controller.engine.before = () => {}
    await round()
    expect(controller.engine.get('a/bad/0.#epoch.0').startOffset).toBe(1000n)
  })

  test('runs on command, without waiting for the time', async () => {
    await create('s', 'SIZE', 1000)
    for (const expected of ['0', '1000', '2000']) {
      write('s', 1000n)
      await controller.server.work.runRetention()
      expect(await head('s')).toEqual({ '0': expected })
    }
  })

  test('sets no timer as long as no stream has a policy', async () => {
    await controller.ok('createStream', streamConfig('a', 's', 1))
    expect(controller.clock.timers).toBe(0)
    await create('t', 'SIZE', 1000)
    expect(controller.clock.timers).toBe(1)
    await round()
    expect(controller.clock.timers).toBe(1)
    await controller.ok('updateStream', streamConfig('a', 't', 1))
    await round()
    expect(controller.clock.timers).toBe(0)
  })
})
