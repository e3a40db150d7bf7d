import { COMMAND_TYPES, encodeFrame } from '@pravega-ts/wire-protocol'
import { describe, expect, onTestFinished, test } from 'vitest'
import { TestClock } from '../../src/index.ts'
import { frameHeader, HostileCrowd } from '../support/hostile-crowd.ts'
import { CLOSED, type RawClient } from '../support/raw-client.ts'
import { append, readSegment } from '../support/requests.ts'
import { TestStore } from '../support/segment-store.ts'

const IN_TIME = 29_000
const TOO_LATE = 30_000

async function answers(client: RawClient): Promise<void> {
  expect(await client.ask({ command: 'KeepAlive' })).toEqual({ command: 'KeepAlive' })
}

test('hundreds of hostile connections do not disturb a writer and a reader, and are gone in time', async () => {
  const clock = new TestClock()
  const store = await TestStore.start({ clock })
  const [writer, reader] = [await store.connect(), await store.connect()]
  const { segment, writerId } = await store.newWriter(writer)
  await answers(reader)
  const crowd = await HostileCrowd.gather(store.endpoint, 500)
  onTestFinished(() => crowd.leave())
  for (let number = 1n; number <= 100n; number++) {
    reader.send(readSegment(number, segment, number - 1n))
    expect(await writer.ask(append(writerId, number, 'x'))).toMatchObject({ eventNumber: number })
    expect(await reader.next()).toMatchObject({ command: 'SegmentRead', offset: number - 1n })
  }
  // Those that say nothing, half a header, and the beginning of a frame: 4 of 10 kinds. The others were wrong at once.
  await expect.poll(() => store.wire.connections).toBe(202)
  clock.advance(TOO_LATE)
  await expect.poll(() => store.wire.connections).toBe(2)
  await expect.poll(() => crowd.left).toBe(0)
  await answers(reader)
  expect(clock.timers).toBe(0)
})

describe('a connection', () => {
  test('that says nothing is ended in time, and not before', async () => {
    const clock = new TestClock()
    const store = await TestStore.start({ clock })
    const silent = await store.connect()
    await expect.poll(() => store.wire.connections).toBe(1)
    clock.advance(IN_TIME)
    const late = await store.connect()
    await answers(late)
    clock.advance(TOO_LATE - IN_TIME)
    expect(await silent.next()).toBe(CLOSED)
    clock.advance(TOO_LATE)
    await answers(late)
  })

  test('of a real client may be idle for as long as it likes, and wait for data', async () => {
    const clock = new TestClock()
    const store = await TestStore.start({ clock })
    const [writer, reader] = [await store.connect(), await store.connect()]
    const { segment, writerId } = await store.newWriter(writer)
    reader.send(readSegment(1n, segment, 0n))
    await reader.settle()
    for (let hour = 0; hour < 24; hour++) clock.advance(3_600_000)
    expect(await writer.ask(append(writerId, 1n, 'abc'))).toMatchObject({ command: 'DataAppended' })
    expect(await reader.next()).toMatchObject({ command: 'SegmentRead', offset: 0n })
  })

  test('that does not complete a frame is ended, and what it had completed stays', async () => {
    const clock = new TestClock()
    const store = await TestStore.start({ clock })
    const client = await store.connect()
    const { segment, writerId } = await store.newWriter(client)
    client.sendBytes(
      Buffer.concat([encodeFrame(append(writerId, 1n, 'abc')), frameHeader(COMMAND_TYPES.AppendBlockEnd, 1000)]),
    )
    expect(await client.next()).toMatchObject({ command: 'DataAppended' })
    await expect.poll(() => clock.timers).toBe(1)
    clock.advance(TOO_LATE)
    expect(await client.next()).toBe(CLOSED)
    expect(await store.lengthOf(await store.connect(), segment)).toBe(3n)
  })

  test('that does not complete an append is ended', async () => {
    const clock = new TestClock()
    const store = await TestStore.start({ clock })
    const client = await store.connect()
    const { writerId } = await store.newWriter(client)
    client.send({ command: 'AppendBlock', writerId, data: Buffer.from('abc') })
    await answers(client)
    clock.advance(TOO_LATE)
    expect(await client.next()).toBe(CLOSED)
  })

  test('that sends slowly is waited for', async () => {
    const clock = new TestClock()
    const store = await TestStore.start({ clock })
    const client = await store.connect()
    const { writerId } = await store.newWriter(client)
    const frame = encodeFrame(append(writerId, 1n, Buffer.alloc(4 * 1024 * 1024, 'x')))
    const other = await store.connect()
    const STEP = 300 * 1024
    let received = client.socket.bytesWritten
    for (let at = 0; at < frame.byteLength; at += STEP) {
      const part = frame.subarray(at, at + STEP)
      received += part.byteLength
      client.sendBytes(part)
      // The other side has taken it when this side has nothing left to send and an answer has come from there.
      await expect.poll(() => [client.socket.bytesWritten, client.socket.writableLength]).toEqual([received, 0])
      for (let turn = 0; turn < 5; turn++) await answers(other)
      clock.advance(IN_TIME)
    }
    expect(await client.next()).toMatchObject({ command: 'DataAppended' })
  })

  test('that a freeze keeps from being heard is not blamed for it', async () => {
    const clock = new TestClock()
    const store = await TestStore.start({ clock })
    const client = await store.connect()
    const { writerId } = await store.newWriter(client)
    client.sendBytes(frameHeader(COMMAND_TYPES.AppendBlockEnd, 60))
    await answers(await store.connect())
    store.faults.freeze()
    const late = await store.connect()
    late.send({ command: 'KeepAlive' })
    await expect.poll(() => store.wire.connections).toBe(3)
    clock.advance(TOO_LATE)
    store.faults.unfreeze()
    expect(await late.next()).toEqual({ command: 'KeepAlive' })
    client.sendBytes(encodeFrame(append(writerId, 1n, Buffer.alloc(16))).subarray(8))
    expect(await client.next()).toMatchObject({ command: 'DataAppended' })
  })
})

describe('when there are as many connections as may be', () => {
  test('one that has not said anything makes room', async () => {
    const store = await TestStore.start({ maxConnections: 3 })
    const [known, first, second] = [await store.connect(), await store.connect(), await store.connect()]
    await answers(known)
    const next = await store.connect()
    await answers(next)
    expect(await first.next()).toBe(CLOSED)
    await answers(second)
    await answers(known)
  })

  test('the next is turned away if all have introduced themselves, until one leaves', async () => {
    const store = await TestStore.start({ maxConnections: 2 })
    const clients = [await store.connect(), await store.connect()]
    for (const client of clients) await answers(client)
    expect(await (await store.connect()).next()).toBe(CLOSED)
    clients[0]?.destroy()
    await expect.poll(() => store.wire.connections).toBe(1)
    await answers(await store.connect())
  })
})

describe('when all connections together hold too much', () => {
  const MIB = 1024 * 1024

  test('those go that have left their commands unfinished for longest', async () => {
    const store = await TestStore.start({ limits: { unfinishedBytes: 4 * MIB, untakenBytes: MIB } })
    const good = await store.connect()
    const { segment, writerId } = await store.newWriter(good)
    const hostile = []
    for (let index = 0; index < 8; index++) {
      const client = await store.connect()
      client.sendBytes(
        Buffer.concat([frameHeader(COMMAND_TYPES.AppendBlockEnd, 16_000_000), Buffer.alloc(MIB - 8, 'x')]),
      )
      await expect.poll(() => client.socket.bytesWritten).toBe(MIB)
      hostile.push(client)
      // Large commands of a good client, in between.
      const number = BigInt(index) + 1n
      expect(await good.ask(append(writerId, number, Buffer.alloc(2 * MIB)))).toMatchObject({ eventNumber: number })
    }
    await expect.poll(() => store.wire.connections).toBeLessThanOrEqual(5)
    expect(await hostile[0]?.next()).toBe(CLOSED)
    await answers(good)
    expect(await store.lengthOf(good, segment)).toBe(16n * BigInt(MIB))
  })

  test('those go that do not take what they asked for', async () => {
    const store = await TestStore.start({ limits: { unfinishedBytes: 32 * MIB, untakenBytes: 8 * MIB } })
    const good = await store.connect()
    const { segment, writerId } = await store.newWriter(good)
    await good.ask(append(writerId, 1n, Buffer.alloc(2 * MIB, 'x')))
    const greedy = await Promise.all(Array.from({ length: 12 }, () => store.connect()))
    for (const client of greedy) {
      client.socket.pause()
      for (let id = 1n; id <= 8n; id++) client.send(readSegment(id, segment, 0n, 2 * MIB))
    }
    await expect.poll(() => store.wire.connections).toBeLessThan(10)
    for (let id = 1n; id <= 20n; id++) {
      expect(await good.ask(readSegment(id, segment, 0n, 2 * MIB))).toMatchObject({ requestId: id })
    }
    for (const client of greedy) client.destroy()
    await expect.poll(() => store.wire.connections).toBe(1)
  })
})
