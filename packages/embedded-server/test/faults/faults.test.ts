import { describe, expect, test } from 'vitest'
import { CLOSED } from '../support/raw-client.ts'
import {
  about,
  append,
  conditionalBlock,
  createSegment,
  mergeSegments,
  readSegment,
  segmentInfo,
  setupAppend,
  text,
  truncateSegment,
} from '../support/requests.ts'
import { setUpWriter, TestStore } from '../support/segment-store.ts'

describe('which occurrences are struck', () => {
  test('the n-th one, once', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const rule = store.faults.on('KeepAlive', { nth: 3, drop: true })
    client.send(...Array.from({ length: 5 }, () => ({ command: 'KeepAlive' }) as const))
    expect(await client.settle()).toHaveLength(4)
    expect(rule.hits).toBe(1)
  })

  test('so many from the n-th one on', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const rule = store.faults.on('SegmentCreated', { nth: 2, times: 2, drop: true })
    for (const name of ['a', 'b', 'c', 'd']) client.send(createSegment(1n, name))
    expect(await client.settle()).toMatchObject([{ segment: 'a' }, { segment: 'd' }])
    expect(rule.hits).toBe(2)
  })

  test('every one, until the rule is removed or all are cleared', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const rule = store.faults.on('CreateSegment', { drop: true })
    client.send(createSegment(1n, 'a'), createSegment(2n, 'b'))
    expect(await client.settle()).toEqual([])
    expect(rule.hits).toBe(2)
    rule.remove()
    expect(await client.ask(createSegment(1n, 'a'))).toMatchObject({ command: 'SegmentCreated' })
    {
      using _scoped = store.faults.on('CreateSegment', { drop: true })
      client.send(createSegment(1n, 'c'))
      expect(await client.settle()).toEqual([])
    }
    store.faults.on('CreateSegment', { drop: true })
    store.faults.clear()
    expect(await client.ask(createSegment(1n, 'c'))).toMatchObject({ command: 'SegmentCreated' })
  })

  test('only those about a segment, under whatever name the command has for it', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const { segment, writerId } = await store.newWriter(client)
    const other = await store.newSegment(client)
    const otherWriter = await setUpWriter(client, other)
    for (const name of ['AppendBlockEnd', 'GetStreamSegmentInfo', 'MergeSegments', 'DataAppended'] as const) {
      store.faults.on(name, { segment, drop: true })
    }
    client.send(append(otherWriter, 1n, 'abc'), append(writerId, 1n, 'abc'))
    expect(await client.settle()).toMatchObject([{ command: 'DataAppended', writerId: otherWriter }])
    client.send(segmentInfo(1n, segment), mergeSegments(2n, segment, other), segmentInfo(3n, other))
    expect(await client.settle()).toMatchObject([{ command: 'StreamSegmentInfo', requestId: 3n }])
  })

  test('by the first rule that is due, and all rules count', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const first = store.faults.on('GetStreamSegmentInfo', { nth: 1, answer: 'WrongHost' })
    const second = store.faults.on('GetStreamSegmentInfo', { nth: 2, answer: 'OperationUnsupported' })
    const third = store.faults.on('GetStreamSegmentInfo', { nth: 1, answer: 'ErrorMessage' })
    expect(await client.ask(segmentInfo(1n, 'a'))).toMatchObject({ command: 'WrongHost' })
    expect(await client.ask(segmentInfo(1n, 'a'))).toMatchObject({ command: 'OperationUnsupported' })
    expect(await client.ask(segmentInfo(1n, 'a'))).toMatchObject({ command: 'NoSuchSegment' })
    expect([first.hits, second.hits, third.hits]).toEqual([1, 1, 0])
  })

  test('and a test can wait for it', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const rule = store.faults.on('KeepAlive', { drop: true })
    const hit = rule.nextHit()
    client.send({ command: 'KeepAlive' })
    await hit
    expect(rule.hits).toBe(1)
  })

  test.each([
    ['two ways at once', { drop: true, cut: true }],
    ['a count of 0', { nth: 0, drop: true }],
    ['a broken count', { times: 1.5, drop: true }],
    ['a negative delay', { delayMs: -1 }],
    ['a delay that is no number', { delayMs: Number.NaN }],
  ])('not: %s', async (_, fault) => {
    const { faults } = await TestStore.start()
    expect(() => faults.on('KeepAlive', fault)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  })

  test('not: half an append', async () => {
    const { faults } = await TestStore.start()
    expect(() => faults.on('AppendBlock', { drop: true })).toThrow(/AppendBlockEnd/)
  })
})

test('a dropped append takes its block along', async () => {
  const store = await TestStore.start()
  const client = await store.connect()
  const { segment, writerId } = await store.newWriter(client)
  store.faults.on('AppendBlockEnd', { nth: 1, drop: true })
  const block = { command: 'AppendBlock', writerId, data: Buffer.from('abc') } as const
  client.send(block, append(writerId, 1n, 'd', { sizeOfWholeEvents: 3 }))
  expect(await client.settle()).toEqual([])
  client.send(block, append(writerId, 2n, 'e', { sizeOfWholeEvents: 3 }))
  expect(await client.expect('DataAppended')).toMatchObject({ eventNumber: 2n, currentSegmentWriteOffset: 4n })
  client.send(readSegment(1n, segment, 0n))
  expect(text((await client.expect('SegmentRead')).data)).toBe('abce')
})

describe('a delay', () => {
  test('of a request holds up what comes behind it on the connection, and keeps the order', async () => {
    const store = await TestStore.start()
    const [client, other] = [await store.connect(), await store.connect()]
    const rule = store.faults.on('CreateSegment', { nth: 1, delayMs: 30 })
    const hit = rule.nextHit()
    client.send(createSegment(1n, 'a'), { command: 'KeepAlive' })
    await hit
    expect(await other.ask(segmentInfo(1n, 'a'))).toMatchObject({ command: 'NoSuchSegment' })
    expect([await client.next(), await client.next()]).toMatchObject([
      { command: 'SegmentCreated' },
      { command: 'KeepAlive' },
    ])
  })

  test('of a reply comes after the request was carried out', async () => {
    const store = await TestStore.start()
    const [client, other] = [await store.connect(), await store.connect()]
    const rule = store.faults.on('SegmentCreated', { nth: 1, delayMs: 30 })
    const hit = rule.nextHit()
    client.send(createSegment(1n, 'a'), { command: 'KeepAlive' })
    await hit
    expect(await other.ask(segmentInfo(1n, 'a'))).toMatchObject({ command: 'StreamSegmentInfo' })
    expect([await client.next(), await client.next()]).toMatchObject([
      { command: 'SegmentCreated' },
      { command: 'KeepAlive' },
    ])
  })

  test('ends with its connection', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const rule = store.faults.on('CreateSegment', { delayMs: 3_600_000 })
    const hit = rule.nextHit()
    client.send(createSegment(1n, 'a'))
    await hit
    client.destroy()
    await expect.poll(() => store.wire.connections).toBe(0)
    expect(store.catalog.find('a')).toBeUndefined()
  })
})

describe('an answer', () => {
  test.each([
    ['WrongHost', { command: 'WrongHost', correctHost: '' }],
    ['NoSuchSegment', { command: 'NoSuchSegment', offset: 12n }],
    ['SegmentIsSealed', { command: 'SegmentIsSealed', offset: 12n }],
    ['SegmentIsTruncated', { command: 'SegmentIsTruncated', offset: 12n, startOffset: 13n }],
    ['OperationUnsupported', { command: 'OperationUnsupported', operationName: 'ReadSegment' }],
    ['ErrorMessage', { command: 'ErrorMessage', errorCode: 0 }],
  ] as const)('%s to a read has the fields of the request', async (answer, expected) => {
    const store = await TestStore.start()
    const client = await store.connect()
    const segment = await store.newSegment(client)
    store.faults.on('ReadSegment', { segment, nth: 1, answer })
    expect(await client.ask(readSegment(7n, segment, 12n))).toMatchObject({ requestId: 7n, ...expected })
  })

  test('about an expired token to a read has the offset for a request id, as Pravega 0.13 does it', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    store.faults.on('ReadSegment', { nth: 1, answer: 'TokenExpired' })
    store.faults.on('SealSegment', { nth: 1, answer: 'AuthTokenCheckFailed' })
    expect(await client.ask(readSegment(7n, 'a', 12n))).toMatchObject({
      command: 'AuthTokenCheckFailed',
      requestId: 12n,
      errorCode: 1,
    })
    expect(await client.ask(about('SealSegment', 8n, 'a'))).toMatchObject({ requestId: 8n, errorCode: 0 })
  })

  test('of the test’s own making', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    store.faults.on('TruncateSegment', {
      answer: request => ({
        command: 'ErrorMessage',
        requestId: request.requestId,
        segment: request.segment,
        message: `not ${request.truncationOffset}`,
        errorCode: -1,
      }),
    })
    expect(await client.ask(truncateSegment(3n, 'a', 5n))).toMatchObject({ message: 'not 5', errorCode: -1 })
  })

  test('to an append does to the writer what a server does', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const { segment, writerId } = await store.newWriter(client)
    store.faults.on('AppendBlockEnd', { segment, nth: 2, answer: 'SegmentIsSealed' })
    await client.ask(append(writerId, 1n, 'abc'))
    client.send({ command: 'AppendBlock', writerId, data: Buffer.from('de') })
    expect(await client.ask(append(writerId, 2n, 'f', { sizeOfWholeEvents: 2 }))).toMatchObject({
      command: 'SegmentIsSealed',
      segment,
      offset: 2n,
    })
    expect(await client.ask(append(writerId, 3n, 'abc'))).toBe(CLOSED)
    const again = await store.connect()
    expect(await again.ask(setupAppend(1n, writerId, segment))).toMatchObject({ lastEventNumber: 1n })
    store.faults.on('AppendBlockEnd', { nth: 1, answer: 'InvalidEventNumber' })
    again.send(append(writerId, 2n, 'def'))
    expect(await again.untilClosed()).toMatchObject([{ command: 'InvalidEventNumber', writerId, eventNumber: 2n }])
  })

  test('ConditionalCheckFailed leaves the writer as it was', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const { writerId } = await store.newWriter(client)
    store.faults.on('ConditionalBlockEnd', { nth: 1, answer: 'ConditionalCheckFailed' })
    expect(await client.ask(conditionalBlock(writerId, 1n, 0n, 'abc'))).toMatchObject({
      command: 'ConditionalCheckFailed',
      eventNumber: 1n,
    })
    expect(await client.ask(conditionalBlock(writerId, 1n, 0n, 'abc'))).toMatchObject({ command: 'DataAppended' })
  })

  test('NoSuchSegment to an append has no offset', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const { writerId } = await store.newWriter(client)
    store.faults.on('AppendBlockEnd', { nth: 1, answer: 'NoSuchSegment' })
    expect(await client.ask(append(writerId, 1n, 'abc'))).toMatchObject({ command: 'NoSuchSegment', offset: -1n })
  })
})

describe('a cut', () => {
  test('before a request is carried out', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    store.faults.on('CreateSegment', { nth: 1, cut: true })
    expect(await client.ask(createSegment(1n, 'a'))).toBe(CLOSED)
    expect(store.catalog.find('a')).toBeUndefined()
  })

  test('instead of a reply', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const { segment, writerId } = await store.newWriter(client)
    store.faults.on('DataAppended', { nth: 1, cut: true })
    expect(await client.ask(append(writerId, 1n, 'abc'))).toBe(CLOSED)
    expect(await store.lengthOf(await store.connect(), segment)).toBe(3n)
  })

  test('at a received byte: what is complete before it is carried out, what is not is not', async () => {
    const store = await TestStore.start()
    const maker = await store.connect()
    const { segment, writerId } = await store.newWriter(maker)
    const size = 8 + 44 + 3
    for (const [afterBytes, stored] of [
      [size - 1, 0n],
      [size, 3n],
      [2 * size - 1, 3n],
    ] as const) {
      const client = await store.connect()
      const last = (await client.ask(setupAppend(1n, writerId, segment))) as { lastEventNumber: bigint }
      const first = last.lastEventNumber < 0n ? 1n : last.lastEventNumber + 1n
      const before = await store.lengthOf(maker, segment)
      const rule = store.faults.cutAfter({ direction: 'received', afterBytes })
      client.send(append(writerId, first, 'abc'), append(writerId, first + 1n, 'def'))
      await client.untilClosed()
      expect(rule.hits).toBe(1)
      expect((await store.lengthOf(maker, segment)) - before).toBe(stored)
    }
  })

  test('at a sent byte: exactly so many arrive', async () => {
    const store = await TestStore.start()
    const maker = await store.connect()
    const segment = await store.newSegmentWith(maker, 'x'.repeat(10_000))
    for (const afterBytes of [0, 1, 7, 5000]) {
      const client = await store.connect()
      const rule = store.faults.cutAfter({ direction: 'sent', afterBytes })
      client.send(readSegment(1n, segment, 0n))
      expect(await client.next()).toBe(CLOSED)
      expect([client.receivedBytes, rule.hits]).toEqual([afterBytes, 1])
    }
  })

  test('again and again, as often as asked', async () => {
    const store = await TestStore.start()
    const rule = store.faults.cutAfter({ direction: 'sent', afterBytes: 20, times: 3 })
    const cuts: number[] = []
    for (let index = 0; index < 20; index++) {
      const client = await store.connect()
      client.send({ command: 'KeepAlive' })
      const received = await client.next()
      if (received === CLOSED) cuts.push(index)
    }
    // Two echoes of 8 bytes pass, the third does not.
    expect([cuts, rule.hits]).toEqual([[2, 5, 8], 3])
  })

  test('of all connections at once', async () => {
    const store = await TestStore.start()
    const clients = [await store.connect(), await store.connect()]
    for (const client of clients) await client.ask({ command: 'KeepAlive' })
    store.faults.cutAll()
    for (const client of clients) expect(await client.next()).toBe(CLOSED)
    expect(await (await store.connect()).ask({ command: 'KeepAlive' })).toEqual({ command: 'KeepAlive' })
  })

  test.each([
    [{ direction: 'sent', afterBytes: -1 }],
    [{ direction: 'sent', afterBytes: 1.5 }],
    [{ direction: 'received', afterBytes: 1, times: 0 }],
  ] as const)('not: %o', async cut => {
    const { faults } = await TestStore.start()
    expect(() => faults.cutAfter(cut)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  })
})

describe('a freeze', () => {
  test('stops everything and loses nothing', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    const { segment, writerId } = await store.newWriter(client)
    const reader = await store.connect()
    reader.send(readSegment(1n, segment, 0n))
    await reader.settle()
    store.faults.freeze()
    const late = await store.connect()
    const before = client.receivedBytes + reader.receivedBytes
    client.send(append(writerId, 1n, 'abc'))
    late.send({ command: 'KeepAlive' })
    const merged = await store.catalog.createSegment('source')
    expect(merged).toBe('created')
    // A change from inside wakes the reader; its reply is held back too.
    const found = store.catalog.find(segment)
    if (found?.kind !== 'stream') throw new Error('no segment')
    found.append({
      writerId: '01234567-89ab-cdef-fedc-ba9876543210',
      previousNumber: -(2n ** 63n),
      eventNumber: 1n,
      numEvents: 1,
      data: [Buffer.from('inside')],
      expectedOffset: undefined,
    })
    store.catalog.commit()
    for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve))
    expect(found.stored.length).toBe(6n)
    expect(client.receivedBytes + reader.receivedBytes + late.receivedBytes).toBe(before)
    expect(store.faults.frozen).toBe(true)
    store.faults.unfreeze()
    expect(text((await reader.expect('SegmentRead')).data)).toBe('inside')
    expect(await client.next()).toMatchObject({ command: 'DataAppended', currentSegmentWriteOffset: 9n })
    expect(await late.next()).toEqual({ command: 'KeepAlive' })
  })

  test('may be asked for twice, and ended twice', async () => {
    const store = await TestStore.start()
    const client = await store.connect()
    store.faults.freeze()
    store.faults.freeze()
    client.send({ command: 'KeepAlive' })
    store.faults.unfreeze()
    store.faults.unfreeze()
    expect(await client.next()).toEqual({ command: 'KeepAlive' })
  })
})

describe('a controller call', () => {
  test('goes ahead at once without a rule', async () => {
    const { faults } = await TestStore.start()
    faults.onController('createStream', { drop: true })
    expect(faults.beforeControllerCall('createScope')).toBeUndefined()
  })

  test('fails with a status, at its turn', async () => {
    const { faults } = await TestStore.start()
    const rule = faults.onController('createScope', { nth: 2, status: { code: 14, message: 'try again' } })
    expect(faults.beforeControllerCall('createScope')).toBeUndefined()
    expect(await faults.beforeControllerCall('createScope')).toEqual({ code: 14, message: 'try again' })
    expect(faults.beforeControllerCall('createScope')).toBeUndefined()
    expect(rule.hits).toBe(1)
  })

  test('waits for its delay, and through a freeze', async () => {
    const { faults } = await TestStore.start()
    faults.onController('createScope', { delayMs: 1 })
    expect(await faults.beforeControllerCall('createScope')).toBeUndefined()
    faults.freeze()
    const held = faults.beforeControllerCall('getURI')
    expect(held).toBeInstanceOf(Promise)
    faults.unfreeze()
    expect(await held).toBeUndefined()
  })

  test('cannot be both dropped and answered', async () => {
    const { faults } = await TestStore.start()
    expect(() => faults.onController('createScope', { drop: true, status: { code: 14 } })).toThrow(/both/)
  })
})

describe('one connection of several', () => {
  test('is found by the segment that it writes to, and cut at a byte of its own', async () => {
    const store = await TestStore.start()
    const [maker, writer, other] = [await store.connect(), await store.connect(), await store.connect()]
    const { segment, writerId } = await store.newWriter(writer)
    await other.ask({ command: 'KeepAlive' })
    await maker.ask({ command: 'KeepAlive' })
    expect(store.faults.peers().length).toBe(3)
    const peers = store.faults.peers(segment)
    expect(peers).toEqual([`127.0.0.1:${writer.socket.localPort}`])
    const rule = store.faults.cutAfter({ direction: 'sent', afterBytes: 20, peer: peers[0] })
    for (let index = 0; index < 10; index++) {
      expect(await other.ask({ command: 'KeepAlive' })).toEqual({ command: 'KeepAlive' })
    }
    expect(await writer.ask(append(writerId, 1n, 'abc'))).toBe(CLOSED)
    expect([rule.hits, await store.lengthOf(maker, segment)]).toEqual([1, 3n])
    await expect.poll(() => store.faults.peers(segment)).toEqual([])
  })
})
