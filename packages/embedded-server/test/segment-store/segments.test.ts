import { describe, expect, test } from 'vitest'
import { SegmentCatalog } from '../../src/segment-store/segment-catalog.ts'
import { MemorySegmentStorage } from '../../src/storage/memory-segment-storage.ts'
import { TestClock } from '../../src/time/test-clock.ts'
import { CLOSED } from '../support/raw-client.ts'
import {
  about,
  append,
  bytes,
  createSegment,
  createTable,
  getAttribute,
  mergeBatch,
  mergeSegments,
  readSegment,
  segmentInfo,
  setAttribute,
  text,
  truncateSegment,
  UNSET,
} from '../support/requests.ts'
import { segmentName, setUpWriter, TestStore } from '../support/segment-store.ts'

const OWN = '7df9a874-246c-c9d6-9397-cdd19ead68c5'
const core = (number: number) => `80000000-0000-0000-0000-${number.toString(16).padStart(12, '0')}`

describe('hello and keep-alive', () => {
  test('are answered at any time', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    expect(await client.ask({ command: 'KeepAlive' })).toEqual({ command: 'KeepAlive' })
    for (const highVersion of [16, 17, 15]) {
      expect(await client.ask({ command: 'Hello', highVersion, lowVersion: 5 })).toEqual({
        command: 'Hello',
        highVersion: 16,
        lowVersion: 5,
      })
    }
  })

  test.each([
    [4, 1],
    [19, 17],
  ])('of a peer with versions up to %i and from %i is answered, then the connection ends', async (high, low) => {
    const store = await TestStore.start()
    const client = await store.connect()
    client.send({ command: 'Hello', highVersion: high, lowVersion: low })
    expect(await client.untilClosed()).toEqual([{ command: 'Hello', highVersion: 16, lowVersion: 5 }])
  })
})

describe('create, info, seal, delete', () => {
  test('a new segment is empty and open', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const segment = segmentName()
    const before = BigInt(Date.now())
    expect(await client.ask(createSegment(4n, segment))).toEqual({ command: 'SegmentCreated', requestId: 4n, segment })
    client.send(segmentInfo(5n, segment))
    const { lastModified, ...info } = await client.expect('StreamSegmentInfo')
    expect(lastModified).toBeGreaterThanOrEqual(before)
    expect(info).toEqual({
      command: 'StreamSegmentInfo',
      requestId: 5n,
      segmentName: segment,
      exists: true,
      isSealed: false,
      isDeleted: false,
      writeOffset: 0n,
      startOffset: 0n,
    })
  })

  test('takes any name but the empty one, once', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    for (const name of ['noslash', 'with spaces/and \u00e9/0', 'x'.repeat(300)]) {
      expect(await client.ask(createSegment(1n, name))).toMatchObject({ command: 'SegmentCreated', segment: name })
      expect(await client.ask(createSegment(2n, name))).toMatchObject({
        command: 'SegmentAlreadyExists',
        requestId: 2n,
        segment: name,
      })
    }
    expect(await client.ask(createTable(3n, 'noslash'))).toMatchObject({ command: 'SegmentAlreadyExists' })
    expect(await client.ask(createSegment(4n, ''))).toBe(CLOSED)
  })

  test('what is missing is named', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const segment = 'no/such/0.#epoch.0'
    const missing = { command: 'NoSuchSegment', requestId: 9n, segment, serverStackTrace: '', offset: -1n }
    expect(await client.ask(segmentInfo(9n, segment))).toEqual(missing)
    expect(await client.ask(about('SealSegment', 9n, segment))).toEqual(missing)
    expect(await client.ask(about('DeleteSegment', 9n, segment))).toEqual(missing)
    expect(await client.ask(getAttribute(9n, segment, OWN))).toEqual(missing)
    expect(await client.ask(setAttribute(9n, segment, OWN, UNSET, 1n))).toEqual(missing)
    expect(await client.ask(truncateSegment(9n, segment, 3n))).toEqual({ ...missing, offset: 3n })
  })

  test('a sealed segment stays sealed, and can be deleted and made again', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const segment = await store.newSegmentWith(client, 'hello')
    expect(await client.ask(about('SealSegment', 1n, segment))).toEqual({
      command: 'SegmentSealed',
      requestId: 1n,
      segment,
    })
    expect(await client.ask(about('SealSegment', 2n, segment))).toMatchObject({
      command: 'SegmentIsSealed',
      offset: -1n,
    })
    expect(await client.ask(segmentInfo(3n, segment))).toMatchObject({ isSealed: true, writeOffset: 5n })
    expect(await client.ask(about('DeleteSegment', 4n, segment))).toEqual({
      command: 'SegmentDeleted',
      requestId: 4n,
      segment,
    })
    expect(await client.ask(createSegment(5n, segment))).toMatchObject({ command: 'SegmentCreated' })
    expect(await client.ask(segmentInfo(6n, segment))).toMatchObject({ isSealed: false, writeOffset: 0n })
  })

  test('a policy is kept until the segment is sealed', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const segment = await store.newSegment(client)
    const policy = {
      command: 'UpdateSegmentPolicy',
      requestId: 1n,
      segment,
      targetRate: 500,
      scaleType: 1,
      delegationToken: '',
    } as const
    expect(await client.ask(policy)).toEqual({ command: 'SegmentPolicyUpdated', requestId: 1n, segment })
    expect(await client.ask(getAttribute(2n, segment, core(2)))).toMatchObject({ value: 1n })
    expect(await client.ask(getAttribute(3n, segment, core(3)))).toMatchObject({ value: 500n })
    await client.ask(about('SealSegment', 4n, segment))
    expect(await client.ask(policy)).toMatchObject({ command: 'SegmentIsSealed', offset: -1n })
    expect(await client.ask({ ...policy, segment: 'a/b/0' })).toMatchObject({ command: 'NoSuchSegment' })
  })
})

describe('truncation', () => {
  test('goes from the start to the length, both included, and never back', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const segment = await store.newSegmentWith(client, 'hello world')
    for (const offset of [4n, 4n, 11n]) {
      expect(await client.ask(truncateSegment(1n, segment, offset))).toEqual({
        command: 'SegmentTruncated',
        requestId: 1n,
        segment,
      })
    }
    for (const offset of [3n, 12n]) {
      expect(await client.ask(truncateSegment(1n, segment, offset))).toEqual({
        command: 'SegmentIsTruncated',
        requestId: 1n,
        segment,
        startOffset: 11n,
        serverStackTrace: '',
        offset,
      })
    }
    expect(await client.ask(segmentInfo(3n, segment))).toMatchObject({ startOffset: 11n, writeOffset: 11n })
    const writerId = await setUpWriter(client, segment)
    expect(await client.ask(append(writerId, 1n, '!'))).toMatchObject({ currentSegmentWriteOffset: 12n })
  })

  test('works on sealed segments, and drops the connection for a negative offset', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const segment = await store.newSegmentWith(client, 'hello')
    await client.ask(about('SealSegment', 1n, segment))
    expect(await client.ask(truncateSegment(2n, segment, 5n))).toMatchObject({ command: 'SegmentTruncated' })
    expect(await client.ask(truncateSegment(3n, segment, -1n))).toBe(CLOSED)
  })
})

describe('attributes', () => {
  test('are compared and set, with -2^63 for unset on both sides', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const segment = await store.newSegment(client)
    const set = async (expected: bigint, value: bigint) =>
      (await client.ask(setAttribute(1n, segment, OWN, expected, value))) as { success: boolean }
    const get = async () => ((await client.ask(getAttribute(2n, segment, OWN))) as { value: bigint }).value
    expect(await get()).toBe(UNSET)
    expect((await set(3n, 4n)).success).toBe(false)
    expect((await set(UNSET, 42n)).success).toBe(true)
    expect((await set(UNSET, 43n)).success).toBe(false)
    expect((await set(42n, -1n)).success).toBe(true)
    expect(await get()).toBe(-1n)
    expect((await set(-1n, UNSET)).success).toBe(true)
    expect(await get()).toBe(UNSET)
    expect((await set(UNSET, UNSET)).success).toBe(true)
    await client.ask(about('SealSegment', 1n, segment))
    expect(await set(UNSET, 1n)).toMatchObject({ command: 'SegmentIsSealed', offset: -1n })
  })

  test('of a new segment are those that Pravega sets', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const segment = segmentName()
    await client.ask({ ...createSegment(1n, segment), scaleType: 2, targetRate: 7, rolloverSizeBytes: -5n })
    const values: bigint[] = []
    for (const id of [1, 2, 3, 4, 9, 12]) {
      values.push(((await client.ask(getAttribute(2n, segment, core(id)))) as { value: bigint }).value)
    }
    expect(values).toEqual([UNSET, 2n, 7n, 0n, 0n, UNSET])
    expect(await client.ask(setAttribute(3n, segment, core(1), UNSET, 3n))).toMatchObject({ success: false })
    expect(await client.ask(setAttribute(3n, segment, core(3), 7n, 30n))).toMatchObject({ success: true })
  })

  test('a writer number is one of them: taking it away makes the next append fail', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const { segment, writerId } = await store.newWriter(client)
    await client.ask(append(writerId, 1n, 'abc'))
    expect(await client.ask(setAttribute(1n, segment, writerId, 1n, UNSET))).toMatchObject({ success: true })
    client.send(append(writerId, 2n, 'abc'))
    expect(await client.untilClosed()).toMatchObject([{ command: 'InvalidEventNumber' }])
  })
})

describe('a merge', () => {
  test('seals the source, appends and deletes it', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const target = await store.newSegmentWith(client, 'hello ')
    const source = await store.newSegmentWith(client, 'world')
    expect(await client.ask(mergeSegments(5n, target, source))).toEqual({
      command: 'SegmentsMerged',
      requestId: 5n,
      target,
      source,
      newTargetWriteOffset: 11n,
    })
    client.send(readSegment(1n, target, 0n))
    expect(text((await client.expect('SegmentRead')).data)).toBe('hello world')
    expect(await client.ask(mergeSegments(6n, target, source))).toMatchObject({
      command: 'NoSuchSegment',
      segment: source,
    })
  })

  test('takes an empty source, and leaves the event count alone', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const target = await store.newSegmentWith(client, 'hello')
    const [empty, full] = [await store.newSegment(client), await store.newSegmentWith(client, 'x')]
    expect(await client.ask(mergeSegments(1n, target, empty))).toMatchObject({ newTargetWriteOffset: 5n })
    expect(await client.ask(mergeSegments(2n, target, full))).toMatchObject({ newTargetWriteOffset: 6n })
    expect(await client.ask(getAttribute(3n, target, core(1)))).toMatchObject({ value: 1n })
  })

  test('names the source whatever is wrong', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const source = await store.newSegmentWith(client, 'world')
    const sealed = await store.newSegment(client)
    await client.ask(about('SealSegment', 1n, sealed))
    expect(await client.ask(mergeSegments(2n, 'no/such/0', source))).toMatchObject({
      command: 'NoSuchSegment',
      requestId: 2n,
      segment: source,
    })
    expect(await client.ask(segmentInfo(3n, source))).toMatchObject({ isSealed: false })
    expect(await client.ask(mergeSegments(4n, sealed, source))).toMatchObject({
      command: 'SegmentIsSealed',
      segment: source,
    })
    expect(await client.ask(segmentInfo(5n, source))).toMatchObject({ isSealed: true, writeOffset: 5n })
  })

  test('with a condition that fails answers like an attribute update, and leaves the source sealed', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const target = await store.newSegment(client)
    const source = await store.newSegmentWith(client, 'world')
    const update = (attributeUpdateType: number, newValue: bigint, oldValue = 0n) =>
      mergeSegments(1n, target, source, [{ attributeId: OWN, attributeUpdateType, newValue, oldValue }])
    expect(await client.ask(update(4, 7n, 3n))).toEqual({
      command: 'SegmentAttributeUpdated',
      requestId: 1n,
      success: false,
    })
    expect(await client.ask(segmentInfo(2n, source))).toMatchObject({ isSealed: true, writeOffset: 5n })
    expect(await client.ask(update(4, 7n, UNSET))).toMatchObject({ command: 'SegmentsMerged' })
    expect(await client.ask(getAttribute(3n, target, OWN))).toMatchObject({ value: 7n })
  })

  test.each([
    [0, 5n, false, 9n],
    [1, 5n, true, 5n],
    [2, 5n, false, 9n],
    [2, 12n, true, 12n],
    [3, 5n, true, 14n],
    [4, 5n, true, 5n],
  ])('updates an attribute of 9 by type %i with %i: %s', async (attributeUpdateType, newValue, merged, value) => {
    const store = await TestStore.start()
    const client = await store.connect()
    const [target, source] = [await store.newSegment(client), await store.newSegment(client)]
    await client.ask(setAttribute(1n, target, OWN, UNSET, 9n))
    const reply = await client.ask(
      mergeSegments(2n, target, source, [{ attributeId: OWN, attributeUpdateType, newValue, oldValue: 9n }]),
    )
    expect(reply).toMatchObject({ command: merged ? 'SegmentsMerged' : 'SegmentAttributeUpdated' })
    expect(await client.ask(getAttribute(3n, target, OWN))).toMatchObject({ value })
  })

  test('of a truncated source or an unknown update type drops the connection', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const target = await store.newSegment(client)
    const source = await store.newSegmentWith(client, 'world')
    await client.ask(truncateSegment(1n, source, 2n))
    expect(await client.ask(mergeSegments(2n, target, source))).toBe(CLOSED)
    const again = await store.connect()
    const other = await store.newSegment(again)
    const update = { attributeId: OWN, attributeUpdateType: 9, newValue: 1n, oldValue: 0n }
    expect(await again.ask(mergeSegments(3n, target, other, [update]))).toBe(CLOSED)
  })

  test('of a batch goes in list order and takes missing sources for merged', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const target = await store.newSegmentWith(client, '0')
    const [one, two] = [await store.newSegmentWith(client, 'one'), await store.newSegmentWith(client, 'two!')]
    expect(await client.ask(mergeBatch(8n, target, two, 'no/such/0', one))).toEqual({
      command: 'SegmentsBatchMerged',
      requestId: 8n,
      target,
      merged: [
        { source: two, newTargetWriteOffset: 5n },
        { source: 'no/such/0', newTargetWriteOffset: 5n },
        { source: one, newTargetWriteOffset: 8n },
      ],
    })
    client.send(readSegment(1n, target, 0n))
    expect(text((await client.expect('SegmentRead')).data)).toBe('0two!one')
    expect(await client.ask(mergeBatch(9n, target))).toMatchObject({ command: 'SegmentsBatchMerged', merged: [] })
  })

  test('of a batch names the target', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const source = await store.newSegmentWith(client, 'one')
    const sealed = await store.newSegment(client)
    await client.ask(about('SealSegment', 1n, sealed))
    expect(await client.ask(mergeBatch(2n, 'no/such/0', source))).toMatchObject({
      command: 'NoSuchSegment',
      segment: 'no/such/0',
    })
    expect(await client.ask(mergeBatch(3n, sealed, source))).toMatchObject({
      command: 'SegmentIsSealed',
      requestId: 3n,
      segment: sealed,
    })
  })
})

describe('a transient segment', () => {
  const create = (writerId: string, parentSegment: string) =>
    ({ command: 'CreateTransientSegment', requestId: 3n, writerId, parentSegment, delegationToken: '' }) as const
  const writer = '01234567-89ab-cdef-fedc-ba9876543210'

  test('carries a large event into its parent', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const parent = await store.newSegment(client)
    client.send(create(writer, parent))
    const { segment } = await client.expect('SegmentCreated')
    expect(segment).toMatch(
      new RegExp(`^${parent.replaceAll('.', '\\.')}#transient\\.0123456789abcdeffedcba9876543210\\.[0-9a-f]{32}$`),
    )
    await setUpWriter(client, segment, writer)
    for (const number of [0n, 1n, 2n]) {
      client.send({
        command: 'ConditionalBlockEnd',
        writerId: writer,
        eventNumber: number,
        expectedOffset: number * 3n,
        data: bytes('abc'),
        requestId: number,
      })
      await client.expect('DataAppended')
    }
    expect(await client.ask(mergeSegments(9n, parent, segment))).toMatchObject({ newTargetWriteOffset: 9n })
    expect(await client.ask(getAttribute(1n, parent, core(1)))).toMatchObject({ value: UNSET })
  })

  test('stays when its connection goes, so that it can still be merged', async () => {
    const store = await TestStore.start()
    const [owner, other] = [await store.connect(), await store.connect()]
    const parent = await store.newSegment(other)
    owner.send(create(writer, parent))
    const { segment } = await owner.expect('SegmentCreated')
    owner.destroy()
    await expect.poll(() => store.wire.connections).toBe(1)
    expect(await other.ask(mergeSegments(1n, parent, segment))).toMatchObject({ command: 'SegmentsMerged' })
  })

  test('is removed when another one is made an hour after its connection has gone', () => {
    const clock = new TestClock()
    const storage = new MemorySegmentStorage()
    const catalog = new SegmentCatalog(storage, { clock })
    const [kept, abandoned] = [catalog.addTransient('a/b/0', writer), catalog.addTransient('a/b/0', writer)]
    catalog.abandonTransient(abandoned)
    clock.advance(3_599_999)
    catalog.addTransient('a/b/0', writer)
    expect(catalog.find(abandoned)).toBeDefined()
    clock.advance(1)
    catalog.addTransient('a/b/0', writer)
    expect(catalog.find(abandoned)).toBeUndefined()
    expect(catalog.find(kept)).toBeDefined()

    // After a start nobody has a connection any more.
    const later = new SegmentCatalog(storage, { clock })
    clock.advance(3_600_000)
    later.addTransient('a/b/0', writer)
    expect(later.find(kept)).toBeUndefined()
  })
})
