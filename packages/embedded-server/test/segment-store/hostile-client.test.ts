import { connect } from 'node:net'
import { COMMAND_TYPES, encodeFrame } from '@pravega-ts/wire-protocol'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { CLOSED } from '../support/raw-client.ts'
import { append, readSegment, setupAppend, truncateSegment } from '../support/requests.ts'
import { setUpWriter, TestStore } from '../support/segment-store.ts'

function header(type: number, length: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeInt32BE(type, 0)
  bytes.writeInt32BE(length, 4)
  return bytes
}

describe('a connection is closed without a reply', () => {
  test.each([
    ['an unknown type', header(1234, 0)],
    ['a negative length', header(COMMAND_TYPES.KeepAlive, -1)],
    ['a length of 2 GB', header(COMMAND_TYPES.AppendBlockEnd, 2_147_483_647)],
    ['a frame one byte too large', header(COMMAND_TYPES.AppendBlockEnd, 16_777_208)],
    [
      'a payload that is too short for its fields',
      Buffer.concat([header(COMMAND_TYPES.SetupAppend, 3), Buffer.alloc(3)]),
    ],
    ['a reply', encodeFrame({ command: 'SegmentCreated', requestId: 1n, segment: 'a/b/0' })],
    ['a bare event', encodeFrame({ command: 'Event', data: Buffer.from('abc') })],
    [
      'an admin command',
      encodeFrame({ command: 'FlushToStorage', containerId: 0, delegationToken: '', requestId: 1n }),
    ],
    [
      'a command of a later release',
      encodeFrame({ command: 'LocateOffset', requestId: 1n, segment: 'a/b/0', targetOffset: 0n, delegationToken: '' }),
    ],
    [
      'a retired command',
      encodeFrame({ command: 'SealTableSegment', requestId: 1n, segment: 'a/b/0', delegationToken: '' }),
    ],
    ['TLS', Buffer.from('16030100c8010000c40303', 'hex')],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ])('for %s', async (_, bytes) => {
    const store = await TestStore.start()
    const client = await store.connect()
    client.sendBytes(bytes)
    expect(await client.next()).toBe(CLOSED)
  })

  test('and the replies to what came before still arrive', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const { segment, writerId } = await store.newWriter(client)
    client.sendBytes(
      Buffer.concat([
        encodeFrame(append(writerId, 1n, 'abc')),
        encodeFrame(readSegment(5n, segment, -1n)),
        header(77, 0),
      ]),
    )
    expect(await client.untilClosed()).toMatchObject([{ command: 'ErrorMessage' }, { command: 'DataAppended' }])
  })
})

test('random bytes end connections and nothing else', async () => {
  const store = await TestStore.start()
  const good = await store.connect()
  const { segment, writerId } = await store.newWriter(good)
  let number = 0n
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 9, maxLength: 200 }), async bytes => {
      const client = await store.connect()
      client.sendBytes(bytes)
      client.socket.end()
      await client.untilClosed()
      number++
      expect(await good.ask(append(writerId, number, 'x'))).toMatchObject({ eventNumber: number })
    }),
    { numRuns: 100 },
  )
  expect(await store.lengthOf(good, segment)).toBe(number)
})

test('valid frames with random bytes changed do not reach other segments or end the server', async () => {
  const store = await TestStore.start()
  const good = await store.connect()
  const segment = await store.newSegmentWith(good, 'untouched')
  const frames = Buffer.concat(
    [
      setupAppend(1n, '01234567-89ab-cdef-fedc-ba9876543210', 'a/b/0'),
      append('01234567-89ab-cdef-fedc-ba9876543210', 1n, 'abc'),
      readSegment(2n, 'a/b/0', 0n),
      truncateSegment(3n, 'a/b/0', 1n),
    ].map(encodeFrame),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ at: fc.nat(frames.byteLength - 1), byte: fc.nat(255) }), { minLength: 1, maxLength: 5 }),
      async changes => {
        const client = await store.connect()
        const bytes = Buffer.from(frames)
        for (const { at, byte } of changes) bytes[at] = byte
        client.sendBytes(bytes)
        client.socket.end()
        await client.untilClosed()
        expect(await good.ask({ command: 'KeepAlive' })).toEqual({ command: 'KeepAlive' })
      },
    ),
    { numRuns: 100 },
  )
  expect(await store.lengthOf(good, segment)).toBe(9n)
})

test('half a frame, then silence, costs nothing and stops nobody', async () => {
  const store = await TestStore.start()
  const silent = await Promise.all(Array.from({ length: 50 }, () => store.connect()))
  for (const client of silent) client.sendBytes(header(COMMAND_TYPES.AppendBlockEnd, 16_000_000))
  const good = await store.connect()
  const segment = await store.newSegmentWith(good, 'abc')
  expect(await store.lengthOf(good, segment)).toBe(3n)
  expect(store.wire.connections).toBe(51)
  for (const client of silent) client.destroy()
  await expect.poll(() => store.wire.connections).toBe(1)
})

test('a frame may come byte by byte', async () => {
  const store = await TestStore.start()
  const client = await store.connect()
  const { writerId } = await store.newWriter(client)
  for (const byte of encodeFrame(append(writerId, 1n, 'abc'))) client.sendBytes(Uint8Array.of(byte))
  expect(await client.next()).toMatchObject({ command: 'DataAppended', currentSegmentWriteOffset: 3n })
})

describe('back-pressure', () => {
  test('a reader that takes nothing is not read from, and costs no memory', async () => {
    const store = await TestStore.start()
    const maker = await store.connect()
    const { segment, writerId } = await store.newWriter(maker)
    await maker.ask(append(writerId, 1n, Buffer.alloc(2 * 1024 * 1024, 'x')))
    const greedy = connect(store.endpoint.port, store.endpoint.host)
    greedy.pause()
    const request = encodeFrame(readSegment(1n, segment, 0n, 2 * 1024 * 1024))
    // Asks for 20 GB, and more requests than the buffers of both sockets hold.
    const many = Buffer.concat(Array.from({ length: 10_000 }, () => request))
    for (let index = 0; index < 10; index++) greedy.write(many)
    const before = process.memoryUsage().arrayBuffers
    for (let index = 0; index < 50; index++) await maker.settle()
    expect(greedy.writableLength).toBeGreaterThan(0)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024)
    expect(await store.lengthOf(maker, segment)).toBe(2n * 1024n * 1024n)
    greedy.destroy()
  })

  test('a slow reader gets everything in the end', async () => {
    const store = await TestStore.start()
    const maker = await store.connect()
    const { segment, writerId } = await store.newWriter(maker)
    const size = 2 * 1024 * 1024
    await maker.ask(append(writerId, 1n, Buffer.alloc(size, 'x')))
    const slow = await store.connect()
    slow.socket.pause()
    for (let id = 1n; id <= 20n; id++) slow.send(readSegment(id, segment, 0n, size))
    await maker.settle()
    slow.socket.resume()
    for (let id = 1n; id <= 20n; id++) {
      const reply = await slow.expect('SegmentRead')
      expect([reply.requestId, reply.data.byteLength]).toEqual([id, size])
    }
  })

  test('reads that are woken for a reader that takes nothing are not carried out until it does', async () => {
    const store = await TestStore.start()
    const writer = await store.connect()
    const { segment, writerId } = await store.newWriter(writer)
    const size = 2 * 1024 * 1024
    const reader = await store.connect()
    for (let id = 1n; id <= 50n; id++) reader.send(readSegment(id, segment, 0n, size))
    await reader.settle()
    const found = store.catalog.find(segment)
    if (found?.kind !== 'stream') throw new Error('no segment')
    expect(found.waiting).toBe(50)
    const reads = vi.spyOn(found, 'read')
    reader.socket.pause()
    await writer.ask(append(writerId, 1n, Buffer.alloc(size, 'y')))
    await writer.settle()
    expect(found.waiting).toBe(0)
    expect(reads.mock.calls.length).toBeLessThan(20)
    reader.socket.resume()
    for (let id = 1n; id <= 50n; id++) {
      const reply = await reader.expect('SegmentRead')
      expect([reply.requestId, reply.data.byteLength]).toEqual([id, size])
    }
    expect(reads).toHaveBeenCalledTimes(50)
  })

  test('more requests than may wait end the connection, and nothing else', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const segment = await store.newSegment(client)
    const found = store.catalog.find(segment)
    if (found?.kind !== 'stream') throw new Error('no segment')
    const request = encodeFrame(readSegment(1n, segment, 0n))
    client.sendBytes(Buffer.concat(Array.from({ length: 16_385 }, () => request)))
    expect(await client.next()).toBe(CLOSED)
    await expect.poll(() => found.waiting).toBe(0)
    const other = await store.connect()
    const writerId = await setUpWriter(other, segment)
    expect(await other.ask(append(writerId, 1n, 'abc'))).toMatchObject({ command: 'DataAppended' })
  })

  test('a writer on the same connection as waiting reads is served', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const other = await store.newSegment(client)
    for (let id = 1n; id <= 1000n; id++) client.send(readSegment(id, other, 0n))
    const { segment } = await store.newWriter(client)
    const writerId = await setUpWriter(client, segment)
    expect(await client.ask(append(writerId, 1n, 'abc'))).toMatchObject({ command: 'DataAppended' })
  })
})
