import { createHash } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openDataDirectory } from '../../src/storage/disk/data-directory.ts'
import { MemorySegmentStorage } from '../../src/storage/memory-segment-storage.ts'
import type { SegmentStorage } from '../../src/storage/segment-storage.ts'
import { newDirectory } from '../support/data-directory.ts'
import { CLOSED, type RawClient } from '../support/raw-client.ts'
import {
  about,
  bytes,
  createTable,
  entry,
  getAttribute,
  key,
  readDelta,
  readEntries,
  readSegment,
  readTable,
  removeKeys,
  segmentInfo,
  tableInfo,
  text,
  UNSET,
  updateTable,
} from '../support/requests.ts'
import { segmentName, TestStore } from '../support/segment-store.ts'

async function onDisk(): Promise<SegmentStorage> {
  const directory = await openDataDirectory(await newDirectory())
  onTestFinished(() => directory.abandon())
  return directory.storage
}

async function put(client: RawClient, table: string, ...entries: Parameters<typeof updateTable>[2]) {
  client.send(updateTable(1n, table, entries))
  return (await client.expect('TableEntriesUpdated')).updatedVersions
}

describe.each([
  ['in memory', () => Promise.resolve(new MemorySegmentStorage())],
  ['on disk', onDisk],
] as const)('tables %s', (_where, open) => {
  async function newTable(keyLength = 0): Promise<{ store: TestStore; client: RawClient; table: string }> {
    const store = await TestStore.start({ storage: await open() })
    const client = await store.connect()
    const table = segmentName()
    client.send(createTable(1n, table, keyLength))
    await client.expect('SegmentCreated')
    return { store, client, table }
  }

  describe('versions', () => {
    test('are offsets of a log that only grows', async () => {
      const { client, table } = await newTable()
      expect(await put(client, table, entry('a', '1'), entry('b', '2'))).toEqual([0n, 19n])
      expect(await put(client, table, entry('a', '333'))).toEqual([38n])
      client.send(removeKeys(1n, table, [key('a')]))
      await client.expect('TableKeysRemoved')
      expect(await put(client, table, entry('a', ''))).toEqual([77n])
      client.send(tableInfo(5n, table))
      expect(await client.expect('TableSegmentInfo')).toEqual({
        command: 'TableSegmentInfo',
        requestId: 5n,
        segmentName: table,
        startOffset: 0n,
        length: 95n,
        entryCount: 2n,
        keyLength: 0,
      })
    })

    test('of a key given twice in a batch: the last value wins, each gets one', async () => {
      const { client, table } = await newTable()
      expect(await put(client, table, entry('q', '3', -1n), entry('q', '4', -1n))).toEqual([0n, 19n])
      client.send(readTable(1n, table, 'q'))
      expect((await client.expect('TableRead')).entries).toMatchObject([{ key: { keyVersion: 19n } }])
    })

    test('of an empty batch are none', async () => {
      const { client, table } = await newTable()
      expect(await put(client, table)).toEqual([])
    })
  })

  describe('conditions', () => {
    test.each([
      [0, 'a new key that must not exist', 'new', -1n, 'TableEntriesUpdated'],
      [0, 'a new key of a version', 'new', 5n, 'TableKeyDoesNotExist'],
      [0, 'an old key that must not exist', 'old!', -1n, 'TableKeyBadVersion'],
      [0, 'an old key of its version', 'old!', 0n, 'TableEntriesUpdated'],
      [0, 'an old key of another version', 'old!', 19n, 'TableKeyBadVersion'],
      [4, 'a new key of a version', 'new!', 5n, 'TableKeyBadVersion'],
      [4, 'an old key that must not exist', 'old!', -1n, 'TableKeyBadVersion'],
    ])('on a put into a table of key length %i: %s', async (keyLength, _, name, version, reply) => {
      const { client, table } = await newTable(keyLength)
      await put(client, table, entry('old!', '1'))
      expect(await client.ask(updateTable(7n, table, [entry(name, '2', version)]))).toMatchObject({
        command: reply,
        requestId: 7n,
      })
    })

    test.each([
      [0, 'a missing key', 'miss', UNSET, 'TableKeysRemoved'],
      [0, 'a missing key that must not exist', 'miss', -1n, 'TableKeysRemoved'],
      [0, 'a missing key of a version', 'miss', 5n, 'TableKeyDoesNotExist'],
      [4, 'a missing key of a version', 'miss', 5n, 'TableKeyBadVersion'],
      [0, 'an old key that must not exist', 'old!', -1n, 'TableKeyBadVersion'],
      [0, 'an old key of its version', 'old!', 0n, 'TableKeysRemoved'],
    ])('on a removal from a table of key length %i: %s', async (keyLength, _, name, version, reply) => {
      const { client, table } = await newTable(keyLength)
      await put(client, table, entry('old!', '1'))
      expect(await client.ask(removeKeys(7n, table, [key(name, version)]))).toMatchObject({
        command: reply,
        requestId: 7n,
      })
    })

    test('a batch is done whole or not at all', async () => {
      const { client, table } = await newTable()
      await put(client, table, entry('a', '1'))
      expect(await client.ask(updateTable(1n, table, [entry('b', '2'), entry('a', '2', 7n)]))).toMatchObject({
        command: 'TableKeyBadVersion',
      })
      client.send(readTable(2n, table, 'a', 'b'))
      expect((await client.expect('TableRead')).entries.map(({ value }) => text(value.data))).toEqual(['1', ''])
    })

    test('on the length of the table', async () => {
      const { client, table } = await newTable()
      await put(client, table, entry('a', '1'))
      const refused = {
        command: 'SegmentIsTruncated',
        requestId: 2n,
        segment: table,
        startOffset: 19n,
        serverStackTrace: '',
        offset: 3n,
      }
      expect(await client.ask(updateTable(2n, table, [entry('b', '2')], 3n))).toEqual(refused)
      expect(await client.ask(removeKeys(2n, table, [key('a')], 3n))).toEqual(refused)
      expect(await client.ask(updateTable(3n, table, [entry('b', '2')], 19n))).toMatchObject({ updatedVersions: [19n] })
      expect(await client.ask(updateTable(4n, table, [entry('b', '3')], -7n))).toMatchObject({ updatedVersions: [38n] })
    })
  })

  describe('what is refused', () => {
    test.each([
      ['an empty key', [entry('', 'value')]],
      ['a key of 8193 bytes', [entry('k'.repeat(8193), '')]],
      ['an entry above 1 MiB', [entry('k', 'v'.repeat(1024 * 1024 - 17))]],
    ])('%s', async (_, entries) => {
      const { client, table } = await newTable()
      expect(await client.ask(updateTable(7n, table, entries))).toMatchObject({
        command: 'ErrorMessage',
        requestId: 7n,
        segment: table,
        errorCode: 0,
      })
      expect(await client.ask(tableInfo(1n, table))).toMatchObject({ length: 0n })
    })

    test('the largest key and the largest entry are taken', async () => {
      const { client, table } = await newTable()
      await put(client, table, entry('k'.repeat(8192), ''), entry('k', 'v'.repeat(1024 * 1024 - 18)))
    })

    test('not the look for a key that no table can have: it is missing', async () => {
      const { client, table } = await newTable()
      expect(await client.ask(readTable(1n, table, 'k'.repeat(8193)))).toMatchObject({
        command: 'TableRead',
        entries: [{ key: { keyVersion: -1n } }],
      })
    })

    test('a key of the wrong length, in a table of one key length', async () => {
      const { client, table } = await newTable(4)
      const illegal = { command: 'ErrorMessage', errorCode: 0 }
      expect(await client.ask(updateTable(1n, table, [entry('abc', '')]))).toMatchObject(illegal)
      expect(await client.ask(removeKeys(1n, table, [key('abcde')]))).toMatchObject(illegal)
      expect(await client.ask(readTable(1n, table, 'a'))).toMatchObject(illegal)
      expect(await client.ask(readEntries(1n, table, { fromKey: bytes('a') }))).toMatchObject(illegal)
    })

    test('more values than fit into one reply', async () => {
      const { client, table } = await newTable()
      const names = Array.from({ length: 17 }, (_, index) => `key${index}`)
      for (const name of names) await put(client, table, entry(name, 'v'.repeat(1_000_000)))
      expect(await client.ask(readTable(1n, table, ...names))).toMatchObject({ command: 'ErrorMessage', errorCode: 0 })
      client.send(readTable(2n, table, ...names.slice(1)))
      expect((await client.expect('TableRead')).entries).toHaveLength(16)
    })

    test('an unknown condition and a key length of 257, by dropping the connection', async () => {
      const { store, client, table } = await newTable()
      expect(await client.ask(updateTable(1n, table, [entry('a', '1', -5n)]))).toBe(CLOSED)
      const other = await store.connect()
      expect(await other.ask(createTable(1n, segmentName(), 257))).toBe(CLOSED)
    })

    test('table requests on stream segments, by dropping the connection', async () => {
      const store = await TestStore.start()
      const maker = await store.connect()
      const segment = await store.newSegment(maker)
      for (const request of [
        tableInfo(1n, segment),
        readTable(1n, segment, 'a'),
        updateTable(1n, segment, []),
        { command: 'DeleteTableSegment', requestId: 1n, segment, mustBeEmpty: false, delegationToken: '' } as const,
      ]) {
        const client = await store.connect()
        expect(await client.ask(request)).toBe(CLOSED)
      }
    })

    test('stream requests on tables, as unsupported', async () => {
      const { client, table } = await newTable()
      expect(await client.ask(readSegment(5n, table, 0n))).toMatchObject({
        command: 'OperationUnsupported',
        requestId: 5n,
        operationName: 'readSegment',
      })
    })
  })

  describe('a table as a segment', () => {
    test('has an info, attributes and a seal', async () => {
      const { client, table } = await newTable(4)
      await put(client, table, entry('abcd', '1'))
      expect(await client.ask(segmentInfo(1n, table))).toMatchObject({ exists: true, writeOffset: 22n })
      const attribute = async (number: string) =>
        (
          (await client.ask(getAttribute(1n, table, `80000000-0000-0000-0000-00000000000${number}`))) as {
            value: bigint
          }
        ).value
      expect([await attribute('4'), await attribute('9'), await attribute('c')]).toEqual([16_777_216n, 5n, 4n])
      expect(await client.ask(about('SealSegment', 2n, table))).toMatchObject({ command: 'SegmentSealed' })
      expect(await client.ask(updateTable(3n, table, [entry('abcd', '2')]))).toMatchObject({
        command: 'SegmentIsSealed',
      })
    })

    test('is deleted on condition that it is empty, if keys may have any length', async () => {
      const { client, table } = await newTable()
      const remove = (segment: string, mustBeEmpty: boolean) =>
        client.ask({ command: 'DeleteTableSegment', requestId: 6n, segment, mustBeEmpty, delegationToken: '' })
      await put(client, table, entry('a', '1'))
      expect(await remove(table, true)).toMatchObject({
        command: 'TableSegmentNotEmpty',
        requestId: 6n,
        segment: table,
      })
      await client.ask(removeKeys(1n, table, [key('a')]))
      expect(await remove(table, true)).toEqual({ command: 'SegmentDeleted', requestId: 6n, segment: table })
      expect(await remove(table, false)).toMatchObject({ command: 'NoSuchSegment' })
      const fixed = segmentName()
      await client.ask(createTable(1n, fixed, 4))
      expect(await remove(fixed, true)).toMatchObject({
        command: 'OperationUnsupported',
        operationName: 'deleteTableSegment',
      })
      expect(await remove(fixed, false)).toMatchObject({ command: 'SegmentDeleted' })
    })
  })

  test('reading keys gives one entry for each, in order, missing ones with version -1', async () => {
    const { client, table } = await newTable()
    await put(client, table, entry('a', '1'), entry('empty', ''))
    client.send(readTable(3n, table, 'nope', 'empty', 'a', 'a'))
    const reply = await client.expect('TableRead')
    expect(reply).toMatchObject({ requestId: 3n, segment: table })
    expect(
      reply.entries.map(({ key: { data, keyVersion }, value }) => [text(data), keyVersion, text(value.data)]),
    ).toEqual([
      ['nope', -1n, ''],
      ['empty', 19n, ''],
      ['a', 0n, '1'],
      ['a', 0n, '1'],
    ])
  })

  test('reading thousands of keys at once gives one entry for each, too, if they fit into a reply', async () => {
    const { client, table } = await newTable()
    const names = Array.from({ length: 2500 }, (_, index) => `key${index}`)
    await put(client, table, ...names.map(name => entry(name, name)))
    client.send(readTable(3n, table, ...names, 'nope'), tableInfo(4n, table))
    expect(await client.next()).toMatchObject({ command: 'TableSegmentInfo' })
    const { entries } = await client.expect('TableRead')
    expect(entries.map(({ value }) => text(value.data))).toEqual([...names, ''])
    await put(client, table, entry('large', 'v'.repeat(10_000)))
    expect(await client.ask(readTable(5n, table, ...names.map(() => 'large')))).toMatchObject({
      command: 'ErrorMessage',
      requestId: 5n,
    })
  })

  describe('iteration', () => {
    function hashOrder(names: readonly string[]): string[] {
      const hash = (name: string) => {
        const digest = createHash('sha256').update(name).digest()
        return [digest.readBigInt64BE(0), digest.readBigInt64BE(8)] as const
      }
      return [...names].sort((a, b) => {
        const [[high, low], [otherHigh, otherLow]] = [hash(a), hash(b)]
        const order = high === otherHigh ? low - otherLow : high - otherHigh
        return order < 0n ? -1 : 1
      })
    }

    async function pages(
      client: RawClient,
      table: string,
      count: number,
      between: () => Promise<void> = async () => {},
    ) {
      const names: string[] = []
      let token = new Uint8Array(0)
      for (;;) {
        client.send(readEntries(1n, table, { suggestedEntryCount: count, continuationToken: token }))
        const page = await client.expect('TableEntriesRead')
        if (page.entries.length === 0) {
          expect(page.continuationToken.byteLength).toBe(0)
          return names
        }
        names.push(...page.entries.map(item => text(item.key.data)))
        token = new Uint8Array(page.continuationToken)
        await between()
      }
    }

    test('is in hash order, page by page, with a token on every page that has items', async () => {
      const { client, table } = await newTable()
      const names = Array.from({ length: 1000 }, (_, index) => `key-${index}`)
      await put(client, table, ...names.map(name => entry(name, name)))
      expect(await pages(client, table, 7)).toEqual(hashOrder(names))
      expect(await pages(client, table, 2_147_483_647)).toEqual(hashOrder(names))
    })

    test('goes on where it was through removals and insertions', async () => {
      const { client, table } = await newTable()
      const names = Array.from({ length: 300 }, (_, index) => `key-${index}`)
      await put(client, table, ...names.map(name => entry(name, name)))
      const order = hashOrder(names)
      let round = 0
      // Removes the entry that the token points to, and changes one that was seen already.
      const seen = await pages(client, table, 10, async () => {
        round++
        await client.ask(removeKeys(1n, table, [key(order[round * 10 - 1] ?? '')]))
        await put(client, table, entry(order[0] ?? '', 'changed'))
      })
      expect(seen).toEqual(order)
    })

    test('of keys alone gives their versions', async () => {
      const { client, table } = await newTable()
      await put(client, table, entry('a', '1'), entry('q', '1'))
      client.send({ ...readEntries(4n, table), command: 'ReadTableKeys', suggestedKeyCount: 10 } as never)
      const reply = await client.expect('TableKeysRead')
      expect(reply.requestId).toBe(4n)
      expect(reply.keys.map(({ data, keyVersion }) => [text(data), keyVersion])).toEqual([
        ['q', 19n],
        ['a', 0n],
      ])
    })

    test('of nothing is asked for with a count of 0 or less', async () => {
      const { client, table } = await newTable()
      await put(client, table, entry('a', '1'))
      for (const suggestedEntryCount of [0, -1]) {
        client.send(readEntries(1n, table, { suggestedEntryCount }))
        const page = await client.expect('TableEntriesRead')
        expect([page.entries.length, page.continuationToken.byteLength]).toEqual([0, 0])
      }
    })

    test('stops near 2 MiB', async () => {
      const { client, table } = await newTable()
      for (let index = 0; index < 12; index++) await put(client, table, entry(`${index}`, 'v'.repeat(500_000)))
      client.send(readEntries(1n, table))
      expect((await client.expect('TableEntriesRead')).entries).toHaveLength(5)
      expect(await pages(client, table, 100)).toHaveLength(12)
    })

    test('with a token of somebody else drops the connection', async () => {
      const { client, table } = await newTable()
      expect(await client.ask(readEntries(1n, table, { continuationToken: bytes('zz') }))).toBe(CLOSED)
    })

    test('of a table of one key length is in key order, between two keys, and takes no token', async () => {
      const { client, table } = await newTable(4)
      await put(client, table, entry('cccc', '3'), entry('aaaa', '1'), entry('dddd', '4'), entry('bbbb', '2'))
      const range = async (from: string, to: string) => {
        client.send(readEntries(1n, table, { fromKey: bytes(from), toKey: bytes(to) }))
        return (await client.expect('TableEntriesRead')).entries.map(item => text(item.key.data))
      }
      expect(await range('', '')).toEqual(['aaaa', 'bbbb', 'cccc', 'dddd'])
      expect(await range('bbbb', '')).toEqual(['bbbb', 'cccc', 'dddd'])
      expect(await range('bbba', 'cccc')).toEqual(['bbbb', 'cccc'])
      expect(await range('', 'bbbz')).toEqual(['aaaa', 'bbbb'])
      expect(await client.ask(readEntries(1n, table, { fromKey: bytes('cccc'), toKey: bytes('bbbb') }))).toMatchObject({
        command: 'ErrorMessage',
        errorCode: 0,
      })
      expect(await client.ask(readEntries(1n, table, { continuationToken: bytes('aaaa') }))).toMatchObject({
        command: 'ErrorMessage',
      })
    })

    test('between two keys is refused where keys have no order', async () => {
      const { client, table } = await newTable()
      expect(await client.ask(readEntries(1n, table, { fromKey: bytes('a') }))).toMatchObject({
        command: 'ErrorMessage',
        errorCode: 0,
      })
    })
  })

  describe('a delta', () => {
    async function delta(client: RawClient, table: string, from: bigint, count?: number) {
      client.send(readDelta(1n, table, from, count))
      const reply = await client.expect('TableEntriesDeltaRead')
      const { lastPosition, reachedEnd, shouldClear } = reply
      return { names: reply.entries.map(item => text(item.key.data)), lastPosition, reachedEnd, shouldClear }
    }

    test('gives what was put since a position, the newest version of each key', async () => {
      const { client, table } = await newTable()
      await put(client, table, entry('a', '1'), entry('b', '2'), entry('c', '3'))
      await put(client, table, entry('a', '4'))
      const end = { reachedEnd: true, shouldClear: false, lastPosition: 76n }
      expect(await delta(client, table, 0n)).toEqual({ names: ['b', 'c', 'a'], ...end })
      expect(await delta(client, table, 38n)).toEqual({ names: ['c', 'a'], ...end })
      expect(await delta(client, table, 0n, 1)).toMatchObject({ names: ['b'], reachedEnd: false, lastPosition: 38n })
      expect(await delta(client, table, 38n, 1)).toMatchObject({ names: ['c'], reachedEnd: false, lastPosition: 57n })
      expect(await delta(client, table, 57n, 1)).toMatchObject({ names: ['a'], reachedEnd: true, lastPosition: 76n })
    })

    test('with nothing new has position 0, and does not report removals', async () => {
      const { client, table } = await newTable()
      await put(client, table, entry('a', '1'))
      expect(await delta(client, table, 19n)).toEqual({
        names: [],
        reachedEnd: true,
        shouldClear: false,
        lastPosition: 0n,
      })
      await client.ask(removeKeys(1n, table, [key('a')]))
      expect(await delta(client, table, 19n)).toMatchObject({ names: [], reachedEnd: true, lastPosition: 37n })
      expect(await delta(client, table, 0n, 0)).toMatchObject({ names: [], reachedEnd: true, lastPosition: 0n })
    })

    test('stays right while most versions are dead', async () => {
      const { client, table } = await newTable()
      for (let round = 0; round < 500; round++)
        await put(client, table, entry('a', `${round}`), entry(`k${round % 3}`, ''))
      const { names, lastPosition } = await delta(client, table, 0n)
      expect(names).toHaveLength(4)
      expect(await client.ask(tableInfo(1n, table))).toMatchObject({ length: lastPosition, entryCount: 4n })
    })

    test('before the start, beyond the end, or of a table of one key length is refused', async () => {
      const { client, table } = await newTable()
      expect(await client.ask(readDelta(1n, table, 1n))).toMatchObject({ command: 'ErrorMessage', errorCode: 0 })
      expect(await client.ask(readDelta(1n, table, -1n))).toMatchObject({ command: 'ErrorMessage', errorCode: 0 })
      const fixed = segmentName()
      await client.ask(createTable(1n, fixed, 4))
      expect(await client.ask(readDelta(2n, fixed, 0n))).toMatchObject({
        command: 'OperationUnsupported',
        requestId: 2n,
        operationName: 'readTableEntriesDelta',
      })
    })
  })
})
