import type { JsonValue } from '@bufbuild/protobuf'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ControllerHarness, streamConfig } from './controller-harness.ts'

let controller: ControllerHarness
beforeEach(async () => {
  controller = await new ControllerHarness().start()
  await controller.ok('createScope', { scope: 'a' })
  for (const stream of ['s', 't']) await controller.ok('createStream', streamConfig('a', stream, 1))
})
afterEach(() => controller.stop())

const id = '11111111-2222-4333-8444-555555555555'

function group(streams: readonly string[], more: { [key: string]: JsonValue } = {}): JsonValue {
  return {
    scope: 'a',
    readerGroupName: 'g',
    maxOutstandingCheckpointRequest: 3,
    retentionType: 1,
    readerGroupId: id,
    startingStreamCuts: streams.map(stream => ({ streamInfo: { scope: 'a', stream } })),
    ...more,
  }
}

async function subscribers(stream: string): Promise<unknown> {
  return ((await controller.ok('listSubscribers', { scope: 'a', stream })) as { subscribers: string[] }).subscribers
}

describe('a reader group', () => {
  test('has a stream of one segment that rolls over at 4 MiB, and takes it along when it goes', async () => {
    await controller.ok('createReaderGroup', group(['s']))
    expect(controller.engine.namesOf('a/_RGg')).toEqual(['a/_RGg/0.#epoch.0'])
    expect(controller.engine.get('a/_RGg/0.#epoch.0').options.rolloverSizeBytes).toBe(4_194_304n)
    await controller.ok('deleteReaderGroup', { scope: 'a', readerGroup: 'g', readerGroupId: id })
    expect(controller.engine.namesOf('a/_RGg')).toEqual([])
    expect(controller.engine.namesOf('a/_MARK_RGg')).toEqual([])
  })

  test('subscribes to the streams of its newest configuration only', async () => {
    await controller.ok('createReaderGroup', group(['s']))
    expect([await subscribers('s'), await subscribers('t')]).toEqual([['a/g'], []])
    await controller.ok('updateReaderGroup', group(['t']))
    expect([await subscribers('s'), await subscribers('t')]).toEqual([[], ['a/g']])
    await controller.ok('updateReaderGroup', group(['t'], { retentionType: 0, generation: '1' }))
    expect(await subscribers('t')).toEqual([])
  })

  test('with an id in capitals is the same group', async () => {
    const readerGroupId = 'abcdef00-2222-4333-8444-555555555555'
    await controller.ok('createReaderGroup', group(['s'], { readerGroupId }))
    const upper = group(['s'], { readerGroupId: readerGroupId.toUpperCase() })
    expect(await controller.ok('updateReaderGroup', upper)).toMatchObject({
      status: 'SUCCESS',
      generation: '1',
    })
  })

  test('cannot be updated to subscribe to a stream that does not exist', async () => {
    await controller.ok('createReaderGroup', group(['s']))
    expect(await controller.ok('updateReaderGroup', group(['nope']))).toEqual({ status: 'FAILURE', generation: '0' })
    expect(await subscribers('s')).toEqual(['a/g'])
  })

  test('keeps its scope from being deleted', async () => {
    await controller.ok('createReaderGroup', group(['s']))
    expect(await controller.ok('deleteScope', { scope: 'a' })).toEqual({ status: 'SCOPE_NOT_EMPTY' })
    expect(await controller.ok('deleteScopeRecursive', { scope: 'a' })).toEqual({ status: 'SUCCESS' })
    expect([...controller.engine.segments.keys()]).toEqual([])
  })

  test('whose stream was made anew is no subscriber of it', async () => {
    await controller.ok('createReaderGroup', group(['s']))
    await controller.ok('sealStream', { scope: 'a', stream: 's' })
    await controller.ok('deleteStream', { scope: 'a', stream: 's' })
    await controller.ok('createStream', streamConfig('a', 's', 1))
    expect(await subscribers('s')).toEqual([])
  })
})

describe('a key-value table', () => {
  test('has a table segment per partition, for keys of the length of both parts', async () => {
    const table = { scope: 'a', kvtName: 'kv', partitionCount: 2, primaryKeyLength: 8, secondaryKeyLength: 4 }
    await controller.ok('createKeyValueTable', table)
    expect(controller.engine.namesOf('a/kv_kvtable')).toEqual(['a/kv_kvtable/0.#epoch.0', 'a/kv_kvtable/1.#epoch.0'])
    expect(controller.engine.get('a/kv_kvtable/1.#epoch.0')).toMatchObject({
      isTable: true,
      options: { keyLength: 12 },
    })
    await controller.ok('deleteKeyValueTable', { scope: 'a', kvtName: 'kv' })
    expect(controller.engine.namesOf('a/kv_kvtable')).toEqual([])
  })

  test('with keys that no table segment takes is refused', async () => {
    const table = { scope: 'a', kvtName: 'kv', partitionCount: 1, primaryKeyLength: 200, secondaryKeyLength: 57 }
    expect(await controller.ok('createKeyValueTable', table)).toEqual({ status: 'FAILURE' })
  })
})
