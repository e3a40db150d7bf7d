import { expect, test } from 'vitest'
import { MemorySegmentStorage } from '../../src/storage/memory-segment-storage.ts'
import type { StoredPage, StoredTable, StoredTableOptions } from '../../src/storage/segment-storage.ts'
import type { RawClient } from '../support/raw-client.ts'
import { createTable, entry, readDelta, readEntries, tableInfo, updateTable } from '../support/requests.ts'
import { segmentName, TestStore } from '../support/segment-store.ts'

const ENTRY_BYTES = 500_000

/** Memory whose pages of tables have to be fetched, and come when they are let go. */
class HeldPages extends MemorySegmentStorage {
  /** Pages that were asked for and did not come yet. */
  readonly held: PromiseWithResolvers<void>[] = []
  asked = 0
  #free = false

  override createTable(name: string, options: StoredTableOptions): StoredTable {
    const table = super.createTable(name, options)
    const hold = async (find: () => StoredPage | Promise<StoredPage>): Promise<StoredPage> => {
      this.asked++
      if (this.#free) return find()
      const gate = Promise.withResolvers<void>()
      this.held.push(gate)
      await gate.promise
      return find()
    }
    const { changedSince, entries } = table
    table.entries = (...args) => hold(() => entries.apply(table, args))
    table.changedSince = (...args) => hold(() => changedSince.apply(table, args))
    return table
  }

  /** Holds nothing any more. */
  letAllGo(): void {
    this.#free = true
    while (this.held.length > 0) this.letGo()
  }

  letGo(): void {
    this.held.shift()?.resolve()
  }
}

async function start(): Promise<{ pages: HeldPages; store: TestStore; client: RawClient; table: string }> {
  const pages = new HeldPages()
  const store = await TestStore.start({ storage: pages })
  const client = await store.connect()
  const table = segmentName()
  await client.ask(createTable(1n, table))
  await client.ask(updateTable(1n, table, [entry('a', '1')]))
  return { pages, store, client, table }
}

test('a page that has to be fetched holds up nothing but other pages of the connection, which come in order', async () => {
  const { client, pages, table } = await start()
  client.send(readEntries(1n, table), readDelta(2n, table, 0n), readEntries(3n, table), tableInfo(4n, table))
  expect(await client.next()).toMatchObject({ command: 'TableSegmentInfo', requestId: 4n })
  for (const requestId of [1n, 2n, 3n]) {
    await expect.poll(() => pages.held.length).toBe(1)
    pages.letGo()
    expect(await client.next()).toMatchObject({ requestId })
  }
  expect(pages.asked).toBe(3)
})

test('what needs no page is answered in its turn, too', async () => {
  const { client, pages, table } = await start()
  client.send(readEntries(1n, table), readDelta(2n, table, 19n), readDelta(3n, table, 20n), readEntries(4n, table))
  await expect.poll(() => pages.held.length).toBe(1)
  pages.letGo()
  expect(await client.next()).toMatchObject({ command: 'TableEntriesRead', requestId: 1n })
  expect(await client.next()).toMatchObject({ command: 'TableEntriesDeltaRead', requestId: 2n, entries: [] })
  expect(await client.next()).toMatchObject({ command: 'ErrorMessage', requestId: 3n })
  await expect.poll(() => pages.held.length).toBe(1)
  pages.letGo()
  expect(await client.next()).toMatchObject({ requestId: 4n })
})

test('a table that is deleted meanwhile is missing', async () => {
  const { client, pages, store, table } = await start()
  client.send(readEntries(1n, table))
  await expect.poll(() => pages.held.length).toBe(1)
  expect(store.catalog.remove(table)).toBe('deleted')
  pages.letGo()
  expect(await client.next()).toMatchObject({ command: 'NoSuchSegment', requestId: 1n, segment: table })
})

test('a page that cannot be read is told of, and what was asked behind it is answered', async () => {
  const { client, pages, table } = await start()
  client.send(readEntries(1n, table), readEntries(2n, table))
  await expect.poll(() => pages.held.length).toBe(1)
  pages.held.shift()?.reject(new Error('bad sector'))
  expect(await client.next()).toMatchObject({ command: 'ErrorMessage', requestId: 1n, message: 'bad sector' })
  await expect.poll(() => pages.held.length).toBe(1)
  pages.letGo()
  expect(await client.next()).toMatchObject({ command: 'TableEntriesRead', requestId: 2n })
})

test('nothing is fetched for a connection that is gone', async () => {
  const { client, pages, store, table } = await start()
  client.send(readEntries(1n, table), readEntries(2n, table))
  await expect.poll(() => pages.held.length).toBe(1)
  client.destroy()
  await expect.poll(() => store.wire.connections).toBe(0)
  pages.letGo()
  const other = await store.connect()
  expect(await other.ask(tableInfo(3n, table))).toMatchObject({ requestId: 3n })
  expect(pages.asked).toBe(1)
})

test('a peer that takes nothing is not read for', async () => {
  const { client, pages, store, table } = await start()
  const filler = await store.connect()
  for (let index = 0; index < 4; index++) {
    await filler.ask(updateTable(1n, table, [entry(`key ${index}`, 'v'.repeat(ENTRY_BYTES))]))
  }
  client.socket.pause()
  const requests = 60
  client.send(...Array.from({ length: requests }, (_, index) => readEntries(BigInt(index), table)))
  // As long as pages are asked for, they are given: about 2 MB each.
  for (let quiet = 0; quiet < 20; quiet++) {
    await store.connect().then(other => other.ask(tableInfo(1n, table)))
    if (pages.held.length > 0) quiet = 0
    while (pages.held.length > 0) pages.letGo()
  }
  expect(pages.asked).toBeLessThan(requests / 2)
  client.socket.resume()
  pages.letAllGo()
  for (let index = 0; index < requests; index++) {
    expect(await client.next()).toMatchObject({ command: 'TableEntriesRead', requestId: BigInt(index) })
  }
})
