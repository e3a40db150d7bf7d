import type { JsonValue } from '@bufbuild/protobuf'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ControllerHarness, streamConfig } from './controller-harness.ts'

let controller: ControllerHarness
beforeEach(async () => {
  controller = await new ControllerHarness().start()
  await controller.ok('createScope', { scope: 'a' })
})
afterEach(() => controller.stop())

const names = { scope: 'a', stream: 's' }
const split = (segment: string): JsonValue => ({
  streamInfo: names,
  sealedSegments: [segment],
  newKeyRanges: [
    { start: 0, end: 0.5 },
    { start: 0.5, end: 1 },
  ],
})

async function segmentIds(): Promise<string[]> {
  const { segmentRanges } = (await controller.ok('getCurrentSegments', names)) as {
    segmentRanges: { segmentId: { segmentId: string } }[]
  }
  return segmentRanges.map(range => range.segmentId.segmentId)
}

describe('segments of a stream', () => {
  test('are made with its policy and rollover size, and those of its watermarks beside them', async () => {
    await controller.ok('createStream', {
      streamInfo: names,
      scalingPolicy: { scaleType: 'BY_RATE_IN_EVENTS_PER_SEC', targetRate: 7, scaleFactor: 2, minNumSegments: 2 },
      rolloverSizeBytes: '1024',
    })
    const options = { scaleType: 2, targetRate: 7, rolloverSizeBytes: 1024n }
    expect(controller.engine.get('a/s/0.#epoch.0').options).toEqual(options)
    expect(controller.engine.get('a/s/1.#epoch.0').options).toEqual(options)
    expect(controller.engine.namesOf('a/_MARKs')).toEqual(['a/_MARKs/0.#epoch.0'])
  })

  test('are sealed by a scale, which makes the new ones first', async () => {
    await controller.ok('createStream', streamConfig('a', 's', 1))
    const changes: string[] = []
    controller.engine.before = (change, segment) => void changes.push(`${change} ${segment}`)
    await controller.ok('scale', split('0'))
    expect(changes).toEqual([
      'createSegment a/s/1.#epoch.1',
      'createSegment a/s/2.#epoch.1',
      'sealSegment a/s/0.#epoch.0',
    ])
  })

  test('show their successors before they are sealed, and the new epoch after that', async () => {
    await controller.ok('createStream', streamConfig('a', 's', 1))
    const seen: JsonValue[] = []
    controller.engine.before = async change => {
      if (change !== 'sealSegment') return
      const following = await controller.ok('getSegmentsImmediatelyFollowing', { streamInfo: names, segmentId: '0' })
      seen.push((following as { segments: JsonValue[] }).segments.length, await segmentIds())
      seen.push(await controller.ok('checkScale', { streamInfo: names, epoch: 0 }))
    }
    await controller.ok('scale', split('0'))
    expect(seen).toEqual([2, ['0'], { status: 'IN_PROGRESS' }])
    expect(await segmentIds()).toEqual(['4294967297', '4294967298'])
  })

  test('are truncated where the cut is, and deleted before it', async () => {
    await controller.ok('createStream', streamConfig('a', 's', 1))
    await controller.ok('scale', split('0'))
    controller.engine.get('a/s/1.#epoch.1').length = 100n
    const cut = { streamInfo: names, cut: { 4294967297: '60', 4294967298: '0' } }
    expect(await controller.ok('truncateStream', cut)).toEqual({ status: 'SUCCESS' })
    expect(controller.engine.namesOf('a/s')).toEqual(['a/s/1.#epoch.1', 'a/s/2.#epoch.1'])
    expect(controller.engine.get('a/s/1.#epoch.1').startOffset).toBe(60n)
  })

  test('take the rate of an updated policy', async () => {
    await controller.ok('createStream', streamConfig('a', 's', 1))
    const scalingPolicy = { scaleType: 'BY_RATE_IN_KBYTES_PER_SEC', targetRate: 9, scaleFactor: 2, minNumSegments: 1 }
    await controller.ok('updateStream', { streamInfo: names, scalingPolicy })
    expect(controller.engine.get('a/s/0.#epoch.0').options).toMatchObject({ scaleType: 1, targetRate: 9 })
  })

  test('are all gone with the stream, those of its watermarks too, and numbers go on after that', async () => {
    await controller.ok('createStream', streamConfig('a', 's', 1))
    await controller.ok('scale', split('0'))
    await controller.ok('sealStream', names)
    await controller.ok('deleteStream', names)
    expect([...controller.engine.segments.keys()]).toEqual([])
    await controller.ok('createStream', streamConfig('a', 's', 2))
    expect(controller.engine.namesOf('a/s')).toEqual(['a/s/3.#epoch.0', 'a/s/4.#epoch.0'])
  })

  test('start from 0 again in a scope that was deleted meanwhile', async () => {
    await controller.ok('createStream', streamConfig('a', 's', 1))
    await controller.ok('deleteScopeRecursive', { scope: 'a' })
    await controller.ok('createScope', { scope: 'a' })
    await controller.ok('createStream', streamConfig('a', 's', 1))
    expect(controller.engine.namesOf('a/s')).toEqual(['a/s/0.#epoch.0'])
  })
})

describe('what wrecks a stream of Pravega', () => {
  test('an empty scale is refused, and the stream goes on', async () => {
    await controller.ok('createStream', streamConfig('a', 's', 1))
    expect(await controller.ok('scale', { streamInfo: names })).toMatchObject({ status: 'FAILURE' })
    expect(await controller.ok('scale', split('0'))).toMatchObject({ status: 'STARTED' })
  })

  test('an update without a scaling policy is refused, and the configuration stays', async () => {
    await controller.ok('createStream', { ...streamConfig('a', 's', 1), tags: { tag: ['kept'] } })
    expect(await controller.ok('updateStream', { streamInfo: names })).toEqual({ status: 'FAILURE' })
    expect(await controller.ok('getStreamConfiguration', names)).toMatchObject({ tags: { tag: ['kept'] } })
  })

  test('a stream of more segments than a process can hold is refused', async () => {
    expect(await controller.ok('createStream', streamConfig('a', 's', 2 ** 31 - 1))).toEqual({ status: 'FAILURE' })
    expect(await controller.ok('checkStreamExists', names)).toEqual({ exists: false })
  })
})

describe('at the same time', () => {
  test('the same scale gets the same answer, another one is refused', async () => {
    await controller.ok('createStream', streamConfig('a', 's', 1))
    let release = (): void => {}
    const gate = new Promise<void>(resolve => {
      release = resolve
    })
    controller.engine.before = () => gate
    const first = controller.ok('scale', split('0'))
    const again = controller.ok('scale', split('0'))
    const other = { streamInfo: names, sealedSegments: ['0'], newKeyRanges: [{ start: 0, end: 1 }] }
    expect(await controller.ok('scale', other)).toMatchObject({ status: 'FAILURE' })
    release()
    expect(await first).toMatchObject({ status: 'STARTED' })
    expect(await again).toEqual(await first)
  })

  test('two creates of one stream make it once', async () => {
    const create = (segments: number): Promise<JsonValue> =>
      controller.ok('createStream', streamConfig('a', 's', segments))
    const answers = await Promise.all([create(1), create(2)])
    expect(answers).toEqual([{ status: 'SUCCESS' }, { status: 'STREAM_EXISTS' }])
    expect(await segmentIds()).toEqual(['0'])
  })

  test('a scope in which a stream is being made is not empty', async () => {
    const { created, release } = createHeld()
    expect(await controller.ok('deleteScope', { scope: 'a' })).toEqual({ status: 'SCOPE_NOT_EMPTY' })
    release()
    expect(await created).toEqual({ status: 'SUCCESS' })
  })

  test('a stream that is made while all in its scope is deleted leaves nothing behind', async () => {
    const { created, release } = createHeld()
    const deleted = controller.ok('deleteScopeRecursive', { scope: 'a' })
    await expect.poll(() => controller.state.scopes.get('', 'a')).toEqual({ deleting: true })
    release()
    expect([await created, await deleted]).toEqual([{ status: 'SUCCESS' }, { status: 'SUCCESS' }])
    expect([...controller.engine.segments.keys()]).toEqual([])
    expect(controller.state.streams.parents()).toEqual([])
  })

  /** Creates a stream whose segments are made when that is let go on. */
  function createHeld(): { readonly created: Promise<JsonValue>; readonly release: () => void } {
    const held = Promise.withResolvers<void>()
    controller.engine.before = change => (change === 'createSegment' ? held.promise : undefined)
    return { created: controller.ok('createStream', streamConfig('a', 's', 2)), release: held.resolve }
  }
})

describe('when the segment store fails', () => {
  test('the call fails with what it said, and the next one finishes the work', async () => {
    await controller.ok('createStream', streamConfig('a', 's', 1))
    controller.engine.before = change => {
      if (change === 'sealSegment') throw new Error('disk full')
    }
    expect(await controller.call('scale', split('0'))).toMatchObject({ grpc: 'UNKNOWN', details: 'disk full' })
    expect(await segmentIds()).toEqual(['0'])
    controller.engine.before = () => {}
    expect(await controller.ok('sealStream', names)).toEqual({ status: 'SUCCESS' })
    expect(controller.engine.namesOf('a/s').every(name => controller.engine.get(name).isSealed)).toBe(true)
    expect(controller.engine.namesOf('a/s')).toHaveLength(3)
  })

  test.each([
    ['scale', () => controller.call('scale', split('0')), 'sealSegment', 'a/s/0.#epoch.0'],
    ['seal', () => controller.call('sealStream', names), 'sealSegment', 'a/s/0.#epoch.0'],
  ] as const)('a server that is started again finishes the %s', async (_, call, change, segment) => {
    await controller.ok('createStream', streamConfig('a', 's', 1))
    controller.engine.before = made => {
      if (made === change) throw new Error('power cut')
    }
    await call()
    expect(controller.engine.get(segment).isSealed).toBe(false)
    await controller.stop()
    controller.engine.before = () => {}
    await controller.start()
    await controller.ok('createTransaction', { streamInfo: names, lease: '10000' }).catch(() => {})
    expect(controller.engine.get(segment).isSealed).toBe(true)
  })

  test('a server that is started again finishes a recursive delete', async () => {
    await controller.ok('createStream', streamConfig('a', 's', 1))
    controller.engine.before = () => {
      throw new Error('power cut')
    }
    expect(await controller.call('deleteScopeRecursive', { scope: 'a' })).toMatchObject({ grpc: 'UNKNOWN' })
    await controller.stop()
    controller.engine.before = () => {}
    await controller.start()
    await controller.stop()
    expect([...controller.engine.segments.keys()]).toEqual([])
    expect(controller.state.scopes.get('', 'a')).toBe(undefined)
    await controller.start()
  })
})

describe('what a stream does not have', () => {
  test.each([
    ['a lease out of bounds', 'createTransaction', { lease: '1' }, 'NOT_FOUND'],
    ['an empty cut', 'isStreamCutValid', { cut: {} }, 'INTERNAL'],
    ['a cut', 'isStreamCutValid', { cut: { 0: '0' } }, 'NOT_FOUND'],
  ])('comes before or after %s, as on Pravega', async (_, method, request, grpc) => {
    const streamInfo = { scope: 'a', stream: 'absent' }
    expect(await controller.call(method, { streamInfo, ...request })).toMatchObject({ grpc })
  })
})
