import { expect, test } from 'vitest'
import type { SegmentCatalog } from '../../src/segment-store/segment-catalog.ts'
import type { StreamSegment } from '../../src/segment-store/stream-segment.ts'
import { MemorySegmentStorage } from '../../src/storage/memory-segment-storage.ts'
import type { SegmentStorage } from '../../src/storage/segment-storage.ts'
import { CLOSED } from '../support/raw-client.ts'
import { about, append, readSegment, segmentInfo, text } from '../support/requests.ts'
import { setUpWriter, TestStore } from '../support/segment-store.ts'

/** Memory that makes changes durable only when it is told to. */
function heldStorage() {
  const memory = new MemorySegmentStorage()
  let held: { promise: Promise<void>; resolve: () => void; reject: (cause: Error) => void } | undefined
  const storage: SegmentStorage = {
    segments: () => memory.segments(),
    createSegment: (name, options) => memory.createSegment(name, options),
    createTable: (name, options) => memory.createTable(name, options),
    delete: name => memory.delete(name),
    merge: (target, source, changes) => memory.merge(target, source, changes),
    commit: () => held?.promise,
    close: () => memory.close(),
  }
  return {
    storage,
    hold() {
      let resolve = () => {}
      let reject: (cause: Error) => void = () => {}
      const promise = new Promise<void>((onResolve, onReject) => {
        resolve = onResolve
        reject = onReject
      })
      held = { promise, resolve, reject }
    },
    finish() {
      held?.resolve()
      held = undefined
    },
    fail() {
      held?.reject(new Error('the disk is full'))
      held = undefined
    },
  }
}

function streamOf(catalog: SegmentCatalog, name: string): StreamSegment {
  const found = catalog.find(name)
  if (found?.kind !== 'stream') throw new Error(`no stream segment ${name}`)
  return found
}

async function start() {
  const disk = heldStorage()
  const store = await TestStore.start({ storage: disk.storage })
  const client = await store.connect()
  const { segment, writerId } = await store.newWriter(client)
  return { disk, store, client, writerId, segment, stored: streamOf(store.catalog, segment) }
}

test('nothing is acknowledged before it is durable, and all of it in order then', async () => {
  const { client, disk, segment, stored, writerId } = await start()
  const before = client.receivedBytes
  disk.hold()
  client.send(append(writerId, 1n, 'abc'))
  await expect.poll(() => stored.stored.length).toBe(3n)
  client.send(append(writerId, 2n, 'def'), about('SealSegment', 7n, segment))
  await expect.poll(() => stored.stored.isSealed).toBe(true)
  expect(client.receivedBytes).toBe(before)
  disk.finish()
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
  disk.hold()
  client.send(append(writerId, 1n, 'abc'))
  await expect.poll(() => stored.stored.length).toBe(3n)
  expect([stored.readableLength, stored.waiting]).toEqual([0n, 1])
  disk.finish()
  expect(text((await reader.expect('SegmentRead')).data)).toBe('abc')
  expect(await client.next()).toMatchObject({ command: 'DataAppended' })
})

test('when the storage fails, connections end without an ack, and others work when it has recovered', async () => {
  const { client, disk, segment, store, stored, writerId } = await start()
  disk.hold()
  client.send(append(writerId, 1n, 'abc'))
  await expect.poll(() => stored.stored.length).toBe(3n)
  disk.fail()
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
