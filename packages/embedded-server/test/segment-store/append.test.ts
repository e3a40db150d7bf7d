import { readFileSync } from 'node:fs'
import { decodeFrame, encodeFrame, FrameParser } from '@pravega-ts/wire-protocol'
import { describe, expect, test } from 'vitest'
import { CLOSED } from '../support/raw-client.ts'
import {
  about,
  append,
  bytes,
  conditionalBlock,
  getAttribute,
  readSegment,
  setupAppend,
  text,
  UNSET,
} from '../support/requests.ts'
import { setUpWriter, TestStore } from '../support/segment-store.ts'

const EVENT_COUNT = '80000000-0000-0000-0000-000000000001'

interface AppendStream {
  readonly name: string
  readonly hex: string
  readonly appends: readonly { segment: string; lastEventNumber: string; data: string }[]
}

const streams = JSON.parse(
  readFileSync(new URL('../vectors/wire-append-streams.json', import.meta.url), 'utf8'),
) as AppendStream[]

describe('setup', () => {
  test('tells a new writer that nothing of it is stored', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const segment = await store.newSegment(client)
    const writerId = '01234567-89ab-cdef-fedc-ba9876543210'
    expect(await client.ask(setupAppend(77n, writerId, segment))).toEqual({
      command: 'AppendSetup',
      requestId: 77n,
      segment,
      writerId,
      lastEventNumber: UNSET,
    })
  })

  test('tells a writer that comes back its last number, also on a sealed segment', async () => {
    const store = await TestStore.start()
    const first = await store.connect()
    const { segment, writerId } = await store.newWriter(first)
    await first.ask(append(writerId, 7n, 'abc'))
    first.destroy()
    const second = await store.connect()
    expect(await second.ask(setupAppend(1n, writerId, segment))).toMatchObject({ lastEventNumber: 7n })
    await second.ask(about('SealSegment', 2n, segment))
    expect(await second.ask(setupAppend(3n, writerId, segment))).toMatchObject({ lastEventNumber: 7n })
  })

  test('refuses a segment that does not exist', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    expect(await client.ask(setupAppend(5n, '01234567-89ab-cdef-fedc-ba9876543210', 'a/b/0.#epoch.0'))).toMatchObject({
      command: 'NoSuchSegment',
      requestId: 5n,
      segment: 'a/b/0.#epoch.0',
      offset: -1n,
    })
  })

  test('of the same writer for another segment redirects it', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const { segment, writerId } = await store.newWriter(client)
    const other = await store.newSegment(client)
    await setUpWriter(client, other, writerId)
    client.send(append(writerId, 1n, 'abc'))
    await client.expect('DataAppended')
    expect(await store.lengthOf(client, segment)).toBe(0n)
    expect(await store.lengthOf(client, other)).toBe(3n)
  })
})

describe('an append', () => {
  test('is stored with the number and the event count, and acknowledged', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const { segment, writerId } = await store.newWriter(client)
    expect(await client.ask(append(writerId, 3n, 'abcde', { numEvents: 3, requestId: 9n }))).toEqual({
      command: 'DataAppended',
      writerId,
      eventNumber: 3n,
      previousEventNumber: UNSET,
      requestId: 9n,
      currentSegmentWriteOffset: 5n,
    })
    expect(await client.ask(append(writerId, 10n, 'fg', { numEvents: 2 }))).toMatchObject({
      eventNumber: 10n,
      previousEventNumber: 3n,
      currentSegmentWriteOffset: 7n,
    })
    expect(await client.ask(getAttribute(1n, segment, EVENT_COUNT))).toMatchObject({ value: 5n })
    expect(await client.ask(getAttribute(2n, segment, writerId))).toMatchObject({ value: 10n })
    client.send(readSegment(3n, segment, 0n))
    expect(text((await client.expect('SegmentRead')).data)).toBe('abcdefg')
  })

  test('of no bytes is legal', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const { writerId } = await store.newWriter(client)
    expect(await client.ask(append(writerId, 0n, ''))).toMatchObject({
      command: 'DataAppended',
      eventNumber: 0n,
      currentSegmentWriteOffset: 0n,
    })
  })

  test('may be as large as a frame', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const { segment, writerId } = await store.newWriter(client)
    const data = Buffer.alloc(16_777_163, 'pravega')
    expect(await client.ask(append(writerId, 1n, data))).toMatchObject({ currentSegmentWriteOffset: 16_777_163n })
    client.send(readSegment(1n, segment, 16_777_000n))
    expect(Buffer.compare((await client.expect('SegmentRead')).data, data.subarray(16_777_000))).toBe(0)
  })

  test('pipelined with others is acknowledged without a gap', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const { segment, writerId } = await store.newWriter(client)
    const count = 500
    for (let number = 1; number <= count; number++) client.send(append(writerId, BigInt(number), `${number},`))
    let acknowledged = UNSET
    while (acknowledged < BigInt(count)) {
      const ack = await client.expect('DataAppended')
      expect(ack.previousEventNumber).toBe(acknowledged)
      expect(ack.eventNumber).toBeGreaterThan(acknowledged)
      acknowledged = ack.eventNumber
    }
    client.send(readSegment(1n, segment, 0n))
    const expected = Array.from({ length: count }, (_, index) => `${index + 1},`).join('')
    expect(text((await client.expect('SegmentRead')).data)).toBe(expected)
  })

  test('with no events, a negative number or no setup drops the connection', async () => {
    const store = await TestStore.start()
    const none = await store.connect()
    const { writerId } = await store.newWriter(none)
    expect(await none.ask(append(writerId, 1n, 'abc', { numEvents: 0 }))).toBe(CLOSED)
    const negative = await store.connect()
    const other = await store.newWriter(negative)
    expect(await negative.ask(append(other.writerId, -3n, 'abc'))).toBe(CLOSED)
    const unknown = await store.connect()
    expect(await unknown.ask(append(writerId, 1n, 'abc'))).toBe(CLOSED)
  })
})

describe('the block form', () => {
  test.each(streams.map(stream => [stream.name, stream] as const))('of the Java client: %s', async (_, stream) => {
    const store = await TestStore.start()
    for (const { segment } of stream.appends) store.catalog.addStream(segment)
    const client = await store.connect()
    // A writer waits for its setup before it appends; the recorded clients did not have a server to wait for.
    const parser = new FrameParser()
    parser.push(Buffer.from(stream.hex, 'hex'))
    let writers = 0
    let bytesSent = 0
    const all = Buffer.from(stream.hex, 'hex')
    for (let frame = parser.next(); frame !== undefined; frame = parser.next()) {
      const whole = all.subarray(bytesSent, bytesSent + 8 + frame.payload.byteLength)
      bytesSent += whole.byteLength
      client.sendBytes(whole)
      if (decodeFrame(whole).command !== 'SetupAppend') continue
      writers++
      for (
        let next = await client.next();
        next === CLOSED || next.command !== 'AppendSetup';
        next = await client.next()
      ) {
        if (next === CLOSED) throw new Error('closed')
      }
    }
    expect(writers).toBeGreaterThan(0)
    await client.settle()
    const stored = new Map<string, string>()
    for (const { segment, data } of stream.appends) stored.set(segment, (stored.get(segment) ?? '') + data)
    for (const [segment, data] of stored) {
      client.send(readSegment(client.requestId(), segment, 0n))
      expect(Buffer.from((await client.expect('SegmentRead')).data).toString('hex')).toBe(data)
    }
  })

  test('lets a KeepAlive come between the block and its end, and nothing of the append family', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const { segment, writerId } = await store.newWriter(client)
    client.send({ command: 'AppendBlock', writerId, data: bytes('abc') }, { command: 'KeepAlive' })
    await client.expect('KeepAlive')
    expect(await client.ask(append(writerId, 1n, '', { sizeOfWholeEvents: 3 }))).toMatchObject({
      currentSegmentWriteOffset: 3n,
    })
    client.send({ command: 'AppendBlock', writerId, data: bytes('def') })
    expect(await client.ask(setupAppend(1n, writerId, segment))).toBe(CLOSED)
  })
})

describe('exactly once', () => {
  test('a number that was stored already is refused, and the connection closed', async () => {
    const store = await TestStore.start()
    for (const number of [5n, 4n]) {
      const client = await store.connect()
      const { segment, writerId } = await store.newWriter(client)
      await client.ask(append(writerId, 5n, 'abc'))
      client.send(append(writerId, number, 'def'))
      expect(await client.untilClosed()).toEqual([
        {
          command: 'InvalidEventNumber',
          writerId,
          requestId: 1000n + number,
          serverStackTrace: '',
          eventNumber: number,
        },
      ])
      expect(await store.lengthOf(await store.connect(), segment)).toBe(3n)
    }
  })

  test('a writer that another connection has written with is refused, and can go on after a new setup', async () => {
    const store = await TestStore.start()
    const first = await store.connect()
    const { segment, writerId } = await store.newWriter(first)
    const second = await store.connect()
    await setUpWriter(second, segment, writerId)
    expect(await second.ask(append(writerId, 5n, 'second'))).toMatchObject({ previousEventNumber: UNSET })
    first.send(append(writerId, 7n, 'first'))
    expect(await first.untilClosed()).toMatchObject([{ command: 'InvalidEventNumber', eventNumber: 7n }])
    const third = await store.connect()
    expect(await third.ask(setupAppend(1n, writerId, segment))).toMatchObject({ lastEventNumber: 5n })
    expect(await third.ask(append(writerId, 7n, 'first'))).toMatchObject({ previousEventNumber: 5n })
    expect(await store.lengthOf(third, segment)).toBe(11n)
  })

  test('what was sent behind a refused number is not stored', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const { segment, writerId } = await store.newWriter(client)
    await client.ask(append(writerId, 5n, 'abc'))
    client.send(append(writerId, 5n, 'abc'), append(writerId, 6n, 'def'))
    expect(await client.untilClosed()).toMatchObject([{ command: 'InvalidEventNumber' }])
    expect(await store.lengthOf(await store.connect(), segment)).toBe(3n)
  })

  test('the refusal arrives although much more is under way', async () => {
    const store = await TestStore.start()
    for (let round = 0; round < 3; round++) {
      const client = await store.connect()
      const { writerId } = await store.newWriter(client)
      await client.ask(append(writerId, 1n, 'abc'))
      client.send(append(writerId, 1n, 'abc'))
      for (let number = 2n; number < 40n; number++) client.send(append(writerId, number, Buffer.alloc(500_000)))
      expect(await client.untilClosed()).toMatchObject([{ command: 'InvalidEventNumber', eventNumber: 1n }])
    }
  })

  test('acks of what was stored come before the refusal', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const { writerId } = await store.newWriter(client)
    client.send(append(writerId, 1n, 'a'), append(writerId, 2n, 'b'), append(writerId, 2n, 'b'))
    expect(await client.untilClosed()).toMatchObject([
      { command: 'DataAppended', eventNumber: 2n, previousEventNumber: UNSET },
      { command: 'InvalidEventNumber', eventNumber: 2n },
    ])
  })
})

describe('a refused append', () => {
  test('on a sealed segment names its event number; the writer is forgotten', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const { segment, writerId } = await store.newWriter(client)
    await client.ask(append(writerId, 1n, 'abc'))
    await client.ask(about('SealSegment', 1n, segment))
    expect(await client.ask(append(writerId, 2n, 'def', { requestId: 42n }))).toEqual({
      command: 'SegmentIsSealed',
      requestId: 42n,
      segment,
      serverStackTrace: '',
      offset: 2n,
    })
    expect(await client.ask(append(writerId, 3n, 'def'))).toBe(CLOSED)
    const another = await store.connect()
    await setUpWriter(another, segment, writerId)
    await another.ask(append(writerId, 2n, 'def'))
    expect(await another.ask({ command: 'AppendBlock', writerId, data: bytes('abc') })).toBe(CLOSED)
  })

  test('has fewer replies than appends that were sent together, and a new setup works', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const { segment, writerId } = await store.newWriter(client)
    await client.ask(about('SealSegment', 1n, segment))
    client.send(append(writerId, 1n, 'a'), append(writerId, 2n, 'b'), append(writerId, 3n, 'c'))
    expect(await client.settle()).toMatchObject([{ command: 'SegmentIsSealed', offset: 1n }])
    expect(await client.ask(setupAppend(9n, writerId, segment))).toMatchObject({ lastEventNumber: UNSET })
  })

  test('on a deleted segment is NoSuchSegment', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const { segment, writerId } = await store.newWriter(client)
    await client.ask(about('DeleteSegment', 1n, segment))
    expect(await client.ask(append(writerId, 2n, 'def'))).toMatchObject({
      command: 'NoSuchSegment',
      requestId: 1002n,
      segment,
      offset: -1n,
    })
  })
})

describe('a conditional append', () => {
  test('has an acknowledgement of its own, whatever arrived with it', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const { writerId } = await store.newWriter(client)
    client.send(
      append(writerId, 1n, 'a'),
      append(writerId, 2n, 'b'),
      conditionalBlock(writerId, 3n, 2n, 'c'),
      conditionalBlock(writerId, 4n, 3n, 'd'),
      append(writerId, 5n, 'e'),
    )
    const acks = []
    for (let n = 0; n < 4; n++) acks.push(await client.expect('DataAppended'))
    expect(acks.map(({ eventNumber, previousEventNumber }) => [eventNumber, previousEventNumber])).toEqual([
      [2n, UNSET],
      [3n, 2n],
      [4n, 3n],
      [5n, 4n],
    ])
  })

  test('stores raw bytes, or an event with its header, at exactly its offset', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const { segment, writerId } = await store.newWriter(client)
    expect(await client.ask(conditionalBlock(writerId, 1n, 0n, 'abcd'))).toMatchObject({
      currentSegmentWriteOffset: 4n,
    })
    client.send({
      command: 'ConditionalAppend',
      writerId,
      eventNumber: 2n,
      expectedOffset: 4n,
      event: bytes('xyz'),
      requestId: 7n,
    })
    expect(await client.expect('DataAppended')).toMatchObject({ requestId: 7n, currentSegmentWriteOffset: 15n })
    client.send(readSegment(1n, segment, 0n))
    expect(text((await client.expect('SegmentRead')).data)).toBe('abcd\0\0\0\0\0\0\0\x03xyz')
  })

  test('at another offset fails, keeps the connection, and may use its number again', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const { writerId } = await store.newWriter(client)
    await client.ask(conditionalBlock(writerId, 1n, 0n, 'abcd'))
    expect(await client.ask(conditionalBlock(writerId, 2n, 0n, 'efgh'))).toEqual({
      command: 'ConditionalCheckFailed',
      writerId,
      eventNumber: 2n,
      requestId: 1002n,
    })
    expect(await client.ask(conditionalBlock(writerId, 2n, 4n, 'efgh'))).toMatchObject({
      eventNumber: 2n,
      previousEventNumber: 1n,
      currentSegmentWriteOffset: 8n,
    })
  })

  test('with a negative offset has no condition', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const { writerId } = await store.newWriter(client)
    await client.ask(conditionalBlock(writerId, 1n, -1n, 'abcd'))
    expect(await client.ask(conditionalBlock(writerId, 2n, -7n, 'e'))).toMatchObject({ currentSegmentWriteOffset: 5n })
  })

  test('that fails takes the one sent right behind it along', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const { segment, writerId } = await store.newWriter(client)
    client.send(
      conditionalBlock(writerId, 1n, 0n, 'abc'),
      conditionalBlock(writerId, 2n, 77n, 'def'),
      append(writerId, 3n, 'ghi'),
    )
    expect(await client.untilClosed()).toMatchObject([
      { command: 'DataAppended', eventNumber: 1n },
      { command: 'ConditionalCheckFailed', eventNumber: 2n },
      { command: 'InvalidEventNumber', eventNumber: 3n },
    ])
    expect(await store.lengthOf(await store.connect(), segment)).toBe(3n)
  })

  test('is checked for a seal first, then for its number, then for its offset', async () => {
    const store = await TestStore.start()
    const first = await store.connect()
    const { segment, writerId } = await store.newWriter(first)
    const second = await store.connect()
    await setUpWriter(second, segment, writerId)
    await second.ask(append(writerId, 5n, 'abc'))
    first.send(conditionalBlock(writerId, 7n, 100n, 'def'))
    expect(await first.untilClosed()).toMatchObject([{ command: 'InvalidEventNumber' }])
    await second.ask(about('SealSegment', 1n, segment))
    expect(await second.ask(conditionalBlock(writerId, 9n, 100n, 'def'))).toMatchObject({ command: 'SegmentIsSealed' })
  })
})

test('writers on one segment and one connection do not disturb each other', async () => {
  const store = await TestStore.start()
  const client = await store.connect()
  const { segment, writerId: one } = await store.newWriter(client)
  const two = await setUpWriter(client, segment)
  client.sendBytes(Buffer.concat([append(one, 1n, 'a'), append(two, 8n, 'b'), append(one, 2n, 'c')].map(encodeFrame)))
  const acks = [await client.expect('DataAppended'), await client.expect('DataAppended')]
  expect(acks).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ writerId: one, eventNumber: 2n, previousEventNumber: UNSET }),
      expect.objectContaining({ writerId: two, eventNumber: 8n, previousEventNumber: UNSET }),
    ]),
  )
  client.send(readSegment(1n, segment, 0n))
  expect(text((await client.expect('SegmentRead')).data)).toBe('abc')
})
