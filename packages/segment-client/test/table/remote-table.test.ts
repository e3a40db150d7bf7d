import { PravegaError, ScopedSegment } from '@pravega-ts/model'
import type { Reply, Request } from '@pravega-ts/wire-protocol'
import { describe, expect, it } from 'vitest'
import { request } from '../../src/store-context.ts'
import { RemoteTable } from '../../src/table/remote-table.ts'
import { FakeCluster } from '../support/fake-cluster.ts'

const segment = ScopedSegment.parse('s/words_kvtable/0.#epoch.0')
const name = String(segment)
const trace = { serverStackTrace: '' }
const bytes = (text: string): Buffer => Buffer.from(text)

type Answer = Reply | 'cut' | 'silence' | undefined

/** A table whose store answers as told; `sent` collects the requests. */
function setUp(...answers: ((command: Request & { requestId: bigint }) => Answer)[]): {
  table: RemoteTable
  sent: Request[]
} {
  const cluster = new FakeCluster()
  const sent: Request[] = []
  cluster.intercept = command => {
    sent.push(command)
    return answers.shift()?.(command as Request & { requestId: bigint })
  }
  const context = cluster.context()
  return { table: new RemoteTable(segment, (plan, call) => request(context, plan, call)), sent }
}

describe('put', () => {
  it('sends conditions as versions and gives the new ones', async () => {
    const { table, sent } = setUp(({ requestId }) => ({
      command: 'TableEntriesUpdated',
      requestId,
      updatedVersions: [7n, 8n, 9n],
    }))
    const versions = await table.put([
      { key: bytes('a'), value: bytes('1') },
      { key: bytes('b'), value: bytes('2'), version: 'absent' },
      { key: bytes('c'), value: bytes(''), version: 5n },
    ])
    expect(versions).toEqual([7n, 8n, 9n])
    expect(sent).toMatchObject([
      {
        command: 'UpdateTableEntries',
        segment: name,
        tableSegmentOffset: -1n,
        tableEntries: [
          { key: { keyVersion: -(2n ** 63n) } },
          { key: { keyVersion: -1n } },
          { key: { keyVersion: 5n } },
        ],
      },
    ])
  })

  it.each<[string, Answer, string]>([
    [
      'another version',
      { command: 'TableKeyBadVersion', requestId: 0n, segment: name, ...trace },
      'TABLE_KEY_BAD_VERSION',
    ],
    [
      'a missing key',
      { command: 'TableKeyDoesNotExist', requestId: 0n, segment: name, ...trace },
      'TABLE_KEY_NOT_FOUND',
    ],
    [
      'another length of the table',
      { command: 'SegmentIsTruncated', requestId: 0n, segment: name, startOffset: 9n, offset: 5n, ...trace },
      'CONDITIONAL_CHECK_FAILED',
    ],
  ])('is refused for %s', async (_, answer, code) => {
    const { table } = setUp(({ requestId }) => ({ ...(answer as Reply), requestId }))
    await expect(table.put([{ key: bytes('a'), value: bytes('1'), version: 5n }])).rejects.toMatchObject({ code })
  })

  it('never calls a change made or not made when that is unknown', async () => {
    const { table, sent } = setUp(
      () => 'cut',
      ({ requestId }) => ({ command: 'TableKeyBadVersion', requestId, segment: name, ...trace }),
    )
    const error = await table.put([{ key: bytes('a'), value: bytes('1'), version: 5n }]).catch(PravegaError.from)
    expect(error).toMatchObject({ code: 'CONNECTION_LOST', details: { outcome: 'unknown' }, retriable: false })
    expect(sent).toHaveLength(2)
  })

  it.each([
    ['an empty key', { key: bytes(''), value: bytes('1') }, /0 bytes .* 1 to 8192/],
    ['a key that is too long', { key: Buffer.alloc(8_193), value: bytes('1') }, /8193 bytes/],
    ['a value that is too long', { key: bytes('a'), value: Buffer.alloc(1024 * 1024 - 17) }, /1048577 bytes .* Split/],
  ])('refuses %s before it is sent', async (_, entry, message) => {
    const { table, sent } = setUp()
    await expect(table.put([entry])).rejects.toThrow(message)
    expect(sent).toEqual([])
  })

  it('refuses more than one request can hold', async () => {
    const { table } = setUp()
    const value = Buffer.alloc(1_000_000)
    const entries = Array.from({ length: 17 }, (_, n) => ({ key: bytes(`${n}`), value }))
    await expect(table.put(entries)).rejects.toThrow(/several calls/)
  })
})

describe('get', () => {
  it('tells missing keys from empty values', async () => {
    const { table } = setUp(({ requestId }) => ({
      command: 'TableRead',
      requestId,
      segment: name,
      entries: [
        { key: { data: bytes('a'), keyVersion: 3n }, value: { data: bytes('') } },
        { key: { data: bytes('b'), keyVersion: -1n }, value: { data: bytes('') } },
      ],
    }))
    const [a, b] = await table.get([bytes('a'), bytes('b')])
    expect(a).toEqual({ key: bytes('a'), value: bytes(''), version: 3n })
    expect(b).toBeUndefined()
  })
})

describe('delta', () => {
  const delta =
    (lastPosition: bigint, keys: string[]) =>
    ({ requestId }: { requestId: bigint }): Answer => ({
      command: 'TableEntriesDeltaRead',
      requestId,
      segment: name,
      entries: keys.map(key => ({ key: { data: bytes(key), keyVersion: 1n }, value: { data: bytes('') } })),
      shouldClear: false,
      reachedEnd: true,
      lastPosition,
    })

  it('keeps its position when there was nothing new, which servers call 0', async () => {
    const { table } = setUp(delta(0n, []), delta(60n, ['a']), delta(60n, []))
    expect(await table.delta(40n)).toMatchObject({ entries: [], position: 40n })
    expect(await table.delta(40n)).toMatchObject({ entries: [{ key: bytes('a') }], position: 60n })
    // Only removals: no entries, but the position moves.
    expect(await table.delta(40n)).toMatchObject({ entries: [], position: 60n })
  })
})

describe('iteration', () => {
  const info =
    (keyLength: number) =>
    ({ requestId }: { requestId: bigint }): Answer => ({
      command: 'TableSegmentInfo',
      requestId,
      segmentName: name,
      startOffset: 0n,
      length: 100n,
      entryCount: 2n,
      keyLength,
    })
  const keys =
    (names: string[]) =>
    ({ requestId }: { requestId: bigint }): Answer => ({
      command: 'TableKeysRead',
      requestId,
      segment: name,
      keys: names.map(key => ({ data: bytes(key), keyVersion: 1n })),
      continuationToken: Uint8Array.of(9),
    })

  it('goes through all pages', async () => {
    const { table, sent } = setUp(info(0), keys(['a', 'b']), keys(['c']), keys([]))
    const found: string[] = []
    for await (const { key } of table.keys({ pageSize: 2 })) found.push(Buffer.from(key).toString())
    expect(found).toEqual(['a', 'b', 'c'])
    expect(sent[2]).toMatchObject({ continuationToken: Uint8Array.of(9), suggestedKeyCount: 2 })
  })

  it('of a range is refused where keys have no order', async () => {
    const { table } = setUp(info(0))
    const first = table
      .keys({ from: bytes('a') })
      [Symbol.asyncIterator]()
      .next()
    await expect(first).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })
})
