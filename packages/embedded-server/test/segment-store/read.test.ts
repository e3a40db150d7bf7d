import { describe, expect, test } from 'vitest'
import { about, append, mergeSegments, readSegment, text, truncateSegment } from '../support/requests.ts'
import { setUpWriter, TestStore } from '../support/segment-store.ts'

const MIB = 1024 * 1024

describe('a read of what is there', () => {
  test('names the offset and the request', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const segment = await store.newSegmentWith(client, 'hello world')
    expect(await client.ask(readSegment(42n, segment, 4n, 8))).toMatchObject({
      command: 'SegmentRead',
      requestId: 42n,
      segment,
      offset: 4n,
      atTail: true,
      endOfSegment: false,
    })
  })

  test('takes lengths below 8 for 8 and above 2 MiB for 2 MiB', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const { segment, writerId } = await store.newWriter(client)
    client.send(append(writerId, 1n, Buffer.alloc(3 * MIB, 'pravega')))
    await client.expect('DataAppended')
    for (const [asked, given] of [
      [0, 8],
      [-5, 8],
      [3, 8],
      [9, 9],
      [2 * MIB, 2 * MIB],
      [2_000_000_000, 2 * MIB],
    ] as const) {
      client.send(readSegment(1n, segment, 0n, asked))
      const { data, atTail } = await client.expect('SegmentRead')
      expect([data.byteLength, atTail]).toEqual([given, false])
    }
  })

  test('gives the same bytes at every offset', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const { segment, writerId } = await store.newWriter(client)
    const all = Buffer.from(Array.from({ length: 40_000 }, (_, index) => (index * 7919) % 251))
    client.send(append(writerId, 1n, all.subarray(0, 5000)), append(writerId, 2n, all.subarray(5000)))
    await client.settle()
    for (const offset of [0, 1, 4095, 4096, 4097, 12_287, 12_288, 39_999]) {
      client.send(readSegment(1n, segment, BigInt(offset), 9000))
      expect(Buffer.compare((await client.expect('SegmentRead')).data, all.subarray(offset, offset + 9000))).toBe(0)
    }
  })

  test('below the start says where the start is', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const segment = await store.newSegmentWith(client, 'hello world')
    await client.ask(truncateSegment(1n, segment, 4n))
    expect(await client.ask(readSegment(9n, segment, 2n))).toEqual({
      command: 'SegmentIsTruncated',
      requestId: 9n,
      segment,
      startOffset: 4n,
      serverStackTrace: '',
      offset: 2n,
    })
    client.send(readSegment(1n, segment, 4n))
    expect(text((await client.expect('SegmentRead')).data)).toBe('o world')
  })

  test('of a missing segment names the offset', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    expect(await client.ask(readSegment(9n, 'a/b/0', 12n))).toMatchObject({
      command: 'NoSuchSegment',
      requestId: 9n,
      segment: 'a/b/0',
      offset: 12n,
    })
  })

  test('reaches the end of a sealed segment with or without data', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const segment = await store.newSegmentWith(client, 'hello')
    await client.ask(about('SealSegment', 1n, segment))
    client.send(readSegment(1n, segment, 2n))
    const withData = await client.expect('SegmentRead')
    expect([text(withData.data), withData.endOfSegment]).toEqual(['llo', true])
    client.send(readSegment(1n, segment, 5n))
    const without = await client.expect('SegmentRead')
    expect([text(without.data), without.endOfSegment]).toEqual(['', true])
    expect(await client.ask(readSegment(3n, segment, 6n))).toMatchObject({ command: 'ErrorMessage', errorCode: 0 })
  })

  test('at a negative offset is refused', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const segment = await store.newSegmentWith(client, 'hello')
    expect(await client.ask(readSegment(3n, segment, -1n))).toMatchObject({ command: 'ErrorMessage', requestId: 3n })
  })
})

describe('a read at the end of an open segment', () => {
  test('waits for an append, and does not hold up anything else', async () => {
    const store = await TestStore.start()
    const reader = await store.connect()
    const segment = await store.newSegment(reader)
    reader.send(readSegment(1n, segment, 0n), readSegment(2n, segment, 5n))
    expect(await reader.settle()).toEqual([])
    const writer = await store.connect()
    const writerId = await setUpWriter(writer, segment)
    await writer.ask(append(writerId, 1n, 'hello'))
    expect(await reader.expect('SegmentRead')).toMatchObject({ requestId: 1n, offset: 0n, atTail: true })
    expect(await reader.settle()).toEqual([])
    await writer.ask(append(writerId, 2n, ' world'))
    const second = await reader.expect('SegmentRead')
    expect([second.requestId, second.offset, text(second.data)]).toEqual([2n, 5n, ' world'])
  })

  test('wakes all readers that wait', async () => {
    const store = await TestStore.start()
    const writer = await store.connect()
    const { segment, writerId } = await store.newWriter(writer)
    const readers = await Promise.all(Array.from({ length: 5 }, () => store.connect()))
    for (const reader of readers) {
      reader.send(readSegment(1n, segment, 0n))
      await reader.settle()
    }
    await writer.ask(append(writerId, 1n, 'x'))
    for (const reader of readers) expect(text((await reader.expect('SegmentRead')).data)).toBe('x')
  })

  test('and beyond it learns of a seal', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const segment = await store.newSegment(client)
    client.send(readSegment(1n, segment, 0n), readSegment(2n, segment, 20n))
    await client.settle()
    client.send(about('SealSegment', 3n, segment))
    await client.expect('SegmentSealed')
    expect([await client.next(), await client.next()]).toEqual(
      [0n, 20n].map(offset => ({
        command: 'SegmentIsSealed',
        requestId: offset === 0n ? 1n : 2n,
        segment,
        serverStackTrace: '',
        offset,
      })),
    )
  })

  test('ends with an empty reply when the segment is deleted', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const segment = await store.newSegment(client)
    client.send(readSegment(1n, segment, 0n))
    await client.settle()
    client.send(about('DeleteSegment', 2n, segment))
    await client.expect('SegmentDeleted')
    const { data, ...rest } = await client.expect('SegmentRead')
    expect(data.byteLength).toBe(0)
    expect(rest).toMatchObject({ requestId: 1n, offset: 0n, atTail: true, endOfSegment: false })
    expect(await client.ask(readSegment(3n, segment, 0n))).toMatchObject({ command: 'NoSuchSegment', offset: 0n })
  })

  test('of the source of a merge learns that it was sealed', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const [target, source] = [await store.newSegment(client), await store.newSegment(client)]
    client.send(readSegment(1n, source, 0n))
    await client.settle()
    client.send(mergeSegments(2n, target, source))
    await client.expect('SegmentsMerged')
    expect(await client.next()).toMatchObject({ command: 'SegmentIsSealed', requestId: 1n, segment: source })
  })

  test('is called off when its connection closes', async () => {
    const store = await TestStore.start()
    const reader = await store.connect()
    const segment = await store.newSegment(reader)
    const found = store.catalog.find(segment)
    if (found?.kind !== 'stream') throw new Error('no segment')
    reader.send(readSegment(1n, segment, 0n), readSegment(2n, segment, 9n))
    await reader.settle()
    expect(found.waiting).toBe(2)
    reader.destroy()
    await expect.poll(() => found.waiting).toBe(0)
  })

  test('also wakes for what the controller merges in', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const target = await store.newSegment(client)
    const source = await store.newSegmentWith(client, 'transaction')
    client.send(readSegment(1n, target, 0n))
    await client.settle()
    expect(await store.catalog.mergeSegments(target, [source])).toBe('merged')
    expect(text((await client.expect('SegmentRead')).data)).toBe('transaction')
  })
})
