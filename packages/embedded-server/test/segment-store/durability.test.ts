import { expect, test } from 'vitest'
import type { SegmentCatalog } from '../../src/segment-store/segment-catalog.ts'
import type { StreamSegment } from '../../src/segment-store/stream-segment.ts'
import { MemorySegmentStorage } from '../../src/storage/memory-segment-storage.ts'
import type { SegmentStorage } from '../../src/storage/segment-storage.ts'
import { CLOSED } from '../support/raw-client.ts'
import { about, append, readSegment, segmentInfo, text } from '../support/requests.ts'
import { setUpWriter, TestStore } from '../support/segment-store.ts'

/** What has to be settled before the changes that were made under it are durable. */
class Hold {
  readonly settled: Promise<void>
  finish: () => void = () => {}
  fail: (cause: Error) => void = () => {}

  constructor() {
    this.settled = new Promise((resolve, reject) => {
      this.finish = resolve
      this.fail = reject
    })
  }
}

/** Memory that makes changes durable when it is told to, in the order of its holds. */
class HeldStorage {
  readonly storage: SegmentStorage
  #last: Hold | undefined

  constructor() {
    const memory = new MemorySegmentStorage()
    this.storage = {
      segments: () => memory.segments(),
      createSegment: (name, options) => memory.createSegment(name, options),
      createTable: (name, options) => memory.createTable(name, options),
      delete: name => memory.delete(name),
      merge: (target, source, changes) => memory.merge(target, source, changes),
      commit: () => this.#last?.settled,
      close: () => memory.close(),
    }
  }

  /** Holds back what is changed from now on. */
  hold(): Hold {
    const hold = new Hold()
    this.#last = hold
    const release = () => {
      if (this.#last === hold) this.#last = undefined
    }
    hold.settled.then(release, release)
    return hold
  }
}

function streamOf(catalog: SegmentCatalog, name: string): StreamSegment {
  const found = catalog.find(name)
  if (found?.kind !== 'stream') throw new Error(`no stream segment ${name}`)
  return found
}

async function start() {
  const disk = new HeldStorage()
  const store = await TestStore.start({ storage: disk.storage })
  const client = await store.connect()
  const { segment, writerId } = await store.newWriter(client)
  return { disk, store, client, writerId, segment, stored: streamOf(store.catalog, segment) }
}

test('nothing is acknowledged before it is durable, and all of it in order then', async () => {
  const { client, disk, segment, stored, writerId } = await start()
  const before = client.receivedBytes
  const hold = disk.hold()
  client.send(append(writerId, 1n, 'abc'))
  await expect.poll(() => stored.stored.length).toBe(3n)
  client.send(append(writerId, 2n, 'def'), about('SealSegment', 7n, segment))
  await expect.poll(() => stored.stored.isSealed).toBe(true)
  expect(client.receivedBytes).toBe(before)
  hold.finish()
  expect([await client.next(), await client.next(), await client.next()]).toMatchObject([
    { command: 'DataAppended', eventNumber: 1n },
    { command: 'SegmentSealed' },
    { command: 'DataAppended', eventNumber: 2n, previousEventNumber: 1n },
  ])
})

test('readers see nothing before it is durable', async () => {
  const { client, disk, segment, store, stored, writerId } = await start()
  const reader = await store.connect()
  reader.send(readSegment(1n, segment, 0n))
  await reader.settle()
  const hold = disk.hold()
  client.send(append(writerId, 1n, 'abc'))
  await expect.poll(() => stored.stored.length).toBe(3n)
  expect([stored.readableLength, stored.waiting]).toEqual([0n, 1])
  hold.finish()
  expect(text((await reader.expect('SegmentRead')).data)).toBe('abc')
  expect(await client.next()).toMatchObject({ command: 'DataAppended' })
})

test('when the storage fails, connections end without an ack, and others work when it has recovered', async () => {
  const { client, disk, segment, store, stored, writerId } = await start()
  const hold = disk.hold()
  client.send(append(writerId, 1n, 'abc'))
  await expect.poll(() => stored.stored.length).toBe(3n)
  hold.fail(new Error('the disk is full'))
  expect(await client.next()).toBe(CLOSED)
  const other = await store.connect()
  const writer = await setUpWriter(other, segment)
  expect(await other.ask(append(writer, 1n, 'def'))).toMatchObject({ command: 'DataAppended' })
  expect(await other.ask(segmentInfo(1n, segment))).toMatchObject({ writeOffset: 6n })
})

test('a server that starts on a storage goes on with what is in it', async () => {
  const storage = new MemorySegmentStorage()
  const first = await TestStore.start({ storage })
  const client = await first.connect()
  const { segment, writerId } = await first.newWriter(client)
  await client.ask(append(writerId, 5n, 'hello'))
  await first.wire.close({ force: true })
  const second = await TestStore.start({ storage })
  const again = await second.connect()
  again.send({ command: 'SetupAppend', requestId: 1n, writerId, segment, delegationToken: '' })
  expect(await again.next()).toMatchObject({ lastEventNumber: 5n })
  again.send(readSegment(2n, segment, 0n))
  expect(text((await again.expect('SegmentRead')).data)).toBe('hello')
})

test('a seal is not seen before the bytes below it', async () => {
  const { client, disk, segment, store, stored, writerId } = await start()
  const reader = await store.connect()
  reader.send(readSegment(1n, segment, 0n), readSegment(2n, segment, 3n))
  await reader.settle()
  const first = disk.hold()
  client.send(append(writerId, 1n, 'abc'))
  await expect.poll(() => stored.stored.length).toBe(3n)
  const second = disk.hold()
  client.send(append(writerId, 2n, 'def'), about('SealSegment', 7n, segment))
  await expect.poll(() => stored.stored.isSealed).toBe(true)
  first.finish()
  expect(text((await reader.expect('SegmentRead')).data)).toBe('abc')
  expect(stored.waiting).toBe(1)
  // One more read at what readers still take for the end of an open segment.
  reader.send(readSegment(3n, segment, 3n))
  await expect.poll(() => stored.waiting).toBe(2)
  second.finish()
  for (const requestId of [2n, 3n]) {
    const reply = await reader.expect('SegmentRead')
    expect([reply.requestId, text(reply.data), reply.endOfSegment]).toEqual([requestId, 'def', true])
  }
})

test('a connection that ends waits for what it still has to acknowledge', async () => {
  const { client, disk, segment, stored, writerId } = await start()
  const hold = disk.hold()
  client.send(append(writerId, 1n, 'abc'), append(writerId, 1n, 'abc'))
  await expect.poll(() => stored.stored.length).toBe(3n)
  client.send(about('SealSegment', 7n, segment))
  hold.finish()
  expect(await client.untilClosed()).toMatchObject([
    { command: 'DataAppended', eventNumber: 1n },
    { command: 'InvalidEventNumber' },
  ])
  expect(stored.stored.isSealed).toBe(false)
})
