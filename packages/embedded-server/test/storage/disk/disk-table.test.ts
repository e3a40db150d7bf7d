import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { openDataDirectory } from '../../../src/storage/disk/data-directory.ts'
import type { KeyValues } from '../../../src/storage/disk/key-values.ts'
import { openLevelKeyValues } from '../../../src/storage/disk/level-key-values.ts'
import { type DiskTables, loadTables } from '../../../src/storage/disk/tables/disk-tables.ts'
import { MemorySegmentStorage } from '../../../src/storage/memory-segment-storage.ts'
import type {
  StoredEntry,
  StoredPage,
  StoredTable,
  TableChange,
  TableRange,
} from '../../../src/storage/segment-storage.ts'
import { newDirectory } from '../../support/data-directory.ts'
import { GroupedChanges, MemoryKeyValues } from '../../support/memory-key-values.ts'

const UUID = '5f1b2f0e-0000-4000-8000-000000000001'
const ALL = { count: 1_000_000, bytes: 1_000_000_000, sizeOf: () => 1, values: true }

/** Tables on keys that outlive them. */
class Disk {
  readonly #reopen: () => Promise<KeyValues>
  keyValues!: KeyValues
  pending!: GroupedChanges
  tables!: DiskTables

  private constructor(reopen: () => Promise<KeyValues>) {
    this.#reopen = reopen
  }

  static async open(reopen: () => Promise<KeyValues>): Promise<Disk> {
    const disk = new Disk(reopen)
    await disk.start()
    return disk
  }

  static inMemory(keyValues: MemoryKeyValues = new MemoryKeyValues()): Promise<Disk> {
    return Disk.open(() => Promise.resolve(keyValues))
  }

  async start(): Promise<void> {
    this.keyValues = await this.#reopen()
    this.pending = new GroupedChanges(this.keyValues)
    this.tables = await loadTables(this.keyValues, this.pending)
  }

  /** As when the process dies and another one starts. */
  async restart(): Promise<void> {
    await this.pending.stop()
    await this.tables.settled()
    await this.keyValues.close()
    await this.start()
  }

  table(name = 'table'): StoredTable {
    const table = [...this.tables].find(each => each.name === name)
    if (table === undefined) throw new Error(`no table ${name}`)
    return table
  }
}

const bytes = (text: string) => Buffer.from(text)
const plain = ({ key, value, version }: StoredEntry) => [
  Buffer.from(key).toString(),
  Buffer.from(value).toString(),
  version,
]
const plainPage = async (page: StoredPage | Promise<StoredPage>) => {
  const { entries, more } = await page
  return { entries: entries.map(plain), more }
}
const sizeOf = ({ key, value }: StoredEntry) => key.byteLength + value.byteLength

const names = Array.from({ length: 12 }, (_, number) => `k${String(number).padStart(3, '0')}`)
const name = fc.constantFrom(...names)
const changes = fc.array(
  fc.record({ key: name.map(bytes), value: fc.option(fc.string({ maxLength: 8 }).map(bytes), { nil: undefined }) }),
  { maxLength: 5 },
)
const limit = fc.record({ count: fc.integer({ min: 1, max: 8 }), bytes: fc.integer({ min: 1, max: 60 }) })
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('apply' as const), changes }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('commit' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('tick' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('walk' as const), limit }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('range' as const), from: name, to: name, limit }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delta' as const), since: fc.nat(100), limit }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
)

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

async function compare(disk: Disk, model: StoredTable, next: Step): Promise<void> {
  const table = disk.table()
  switch (next.do) {
    case 'apply':
      expect(table.apply(next.changes)).toEqual(model.apply(next.changes))
      return
    case 'commit':
      await disk.pending.commit()
      return
    case 'tick':
      await setImmediate()
      return
    case 'walk': {
      let range: TableRange = {}
      for (;;) {
        const [page, expected] = [
          await table.entries(range, { ...next.limit, sizeOf, values: true }),
          await model.entries(range, { ...next.limit, sizeOf, values: true }),
        ]
        expect(await plainPage(page)).toEqual(await plainPage(expected))
        const last = page.entries.at(-1)
        if (last === undefined) return
        expect(table.positionOf(last)).toEqual(model.positionOf(last))
        range = { after: table.positionOf(last) }
      }
    }
    case 'range': {
      const range = { from: bytes(next.from), to: bytes(next.to) }
      if (table.keyLength === 0 || next.from > next.to) return
      const limit = { ...next.limit, sizeOf, values: true }
      expect(await plainPage(table.entries(range, limit))).toEqual(await plainPage(model.entries(range, limit)))
      return
    }
    case 'delta': {
      if (table.keyLength > 0) return
      const since = (model.length * BigInt(next.since)) / 100n
      const limit = { ...next.limit, sizeOf, values: true }
      expect(await plainPage(table.changedSince(since, limit))).toEqual(
        await plainPage(model.changedSince(since, limit)),
      )
      return
    }
    case 'restart':
      await disk.pending.commit()
      await disk.restart()
      return
  }
}

function expectSame(table: StoredTable, model: StoredTable): void {
  const shown = (each: StoredTable) => [each.length, each.entryCount, names.map(key => plainOf(each.get(bytes(key))))]
  expect(shown(table)).toEqual(shown(model))
}

function plainOf(entry: StoredEntry | undefined) {
  return entry && plain(entry)
}

test.each([0, 4])('with key length %i behaves as a table in memory, through restarts', async keyLength => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async steps => {
      const disk = await Disk.inMemory()
      disk.tables.create('table', { keyLength, attributes: [] })
      const model = new MemorySegmentStorage().createTable('table', { keyLength, attributes: [] })
      for (const next of steps) {
        await compare(disk, model, next)
        expectSame(disk.table(), model)
      }
      await compare(disk, model, { do: 'restart' })
      expect(await plainPage(disk.table().entries({}, ALL))).toEqual(await plainPage(model.entries({}, ALL)))
    }),
    { numRuns: 60 },
  )
})

test('on LevelDB, too', async () => {
  const directory = await newDirectory()
  const disk = await Disk.open(() => openLevelKeyValues(directory))
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async steps => {
      const old = [...disk.tables][0]
      if (old !== undefined) disk.tables.delete(old)
      disk.tables.create('table', { keyLength: 0, attributes: [] })
      const model = new MemorySegmentStorage().createTable('table', { keyLength: 0, attributes: [] })
      for (const next of steps) {
        await compare(disk, model, next)
        expectSame(disk.table(), model)
      }
      expect(await plainPage(disk.table().entries({}, ALL))).toEqual(await plainPage(model.entries({}, ALL)))
    }),
    { numRuns: 15 },
  )
  await disk.keyValues.close()
})

test('what is changed while a delta is read shows in the next one', async () => {
  const kept = new MemoryKeyValues()
  const disk = await Disk.inMemory(kept)
  const table = disk.tables.create('table', { keyLength: 0, attributes: [] })
  for (const key of ['a', 'b', 'c', 'd']) table.apply([{ key: bytes(key), value: bytes('1') }])
  const { length } = table
  kept.beforeRow = async () => {
    kept.beforeRow = () => {}
    table.apply([
      { key: bytes('b'), value: bytes('2') },
      { key: bytes('c'), value: undefined },
      { key: bytes('e'), value: bytes('3') },
    ])
    await disk.pending.commit()
  }
  expect((await plainPage(table.changedSince(0n, ALL))).entries).toEqual([
    ['a', '1', 0n],
    ['d', '1', 57n],
  ])
  expect((await plainPage(table.changedSince(length, ALL))).entries).toEqual([
    ['b', '2', 76n],
    ['e', '3', 113n],
  ])
})

test('is written as version 1 has it, which a later version must read', async () => {
  const kept = new MemoryKeyValues()
  const disk = await Disk.inMemory(kept)
  const hashed = disk.tables.create('a/t/0', { keyLength: 0, attributes: [{ id: UUID, value: -5n }] })
  hashed.apply([{ key: bytes('k'), value: bytes('value') }])
  const ordered = disk.tables.create('b/t/0', { keyLength: 3, attributes: [] })
  ordered.apply([{ key: bytes('abc'), value: bytes('1') }])
  ordered.seal()
  disk.tables.delete(disk.tables.create('c', { keyLength: 0, attributes: [] }))
  await disk.pending.commit()
  const time = (table: StoredTable) => table.lastModified.toString(16).padStart(16, '0')
  const number = (table: number) => table.toString(16).padStart(16, '0')
  // The first 16 bytes of the SHA-256 of `k`, with the two sign bits turned.
  const position = '0254c329a92850f65539dd376f4816ee'
  const json = (text: string) => Buffer.from(text).toString('hex')
  expect(await dump(kept)).toEqual({
    [`10${number(1)}${position}`]: `${'00'.repeat(8)}0001${json('kvalue')}`,
    [`10${number(2)}${json('abc')}`]: `${'00'.repeat(8)}${json('1')}`,
    [`11${number(1)}${'00'.repeat(8)}`]: position,
    [`12${number(1)}`]: `01${json(`{"name":"a/t/0","keyLength":0,"isSealed":false,"attributes":[["${UUID}","-5"]]}`)}`,
    [`12${number(2)}`]: `01${json('{"name":"b/t/0","keyLength":3,"isSealed":true,"attributes":[]}')}`,
    [`13${number(3)}`]: '',
    [`14${number(1)}`]: `01${'00'.repeat(7)}17${'00'.repeat(7)}01${time(hashed)}`,
    [`14${number(2)}`]: `01${'00'.repeat(7)}15${'00'.repeat(7)}01${time(ordered)}`,
  })
})

async function dump(kept: MemoryKeyValues): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for await (const [key, value] of kept.entries({ from: Uint8Array.of(0), to: Uint8Array.of(255) })) {
    found[Buffer.from(key).toString('hex')] = Buffer.from(value).toString('hex')
  }
  return found
}

test('attributes, seal and times are kept', async () => {
  const disk = await Disk.inMemory()
  const table = disk.tables.create('a', { keyLength: 3, attributes: [{ id: UUID, value: -5n }] })
  disk.tables.create('b', { keyLength: 0, attributes: [] })
  table.apply([{ key: bytes('abc'), value: bytes('1') }])
  table.seal()
  const { lastModified, length } = table
  await disk.pending.commit()
  await disk.restart()
  const again = disk.table('a')
  expect([...disk.tables].map(each => each.name)).toEqual(['a', 'b'])
  expect([again.keyLength, again.isSealed, again.lastModified, again.length, again.entryCount]).toEqual([
    3,
    true,
    lastModified,
    length,
    1,
  ])
  expect([again.attribute(UUID), disk.table('b').isSealed]).toEqual([-5n, false])
  again.changeAttributes([{ id: UUID, value: -(2n ** 63n) }])
  await disk.pending.commit()
  await disk.restart()
  expect(disk.table('a').attribute(UUID)).toBeUndefined()
})

test('what is not committed when the process dies is gone, all of it', async () => {
  const disk = await Disk.inMemory()
  disk.tables.create('table', { keyLength: 0, attributes: [] })
  disk.table().apply([{ key: bytes('a'), value: bytes('1') }])
  await disk.pending.commit()
  disk.table().apply([
    { key: bytes('a'), value: undefined },
    { key: bytes('b'), value: bytes('2') },
  ])
  expect([disk.table().get(bytes('a')), disk.table().entryCount]).toEqual([undefined, 1])
  await disk.restart()
  expect(await plainPage(disk.table().entries({}, ALL))).toEqual({ entries: [['a', '1', 0n]], more: false })
  expect([disk.table().length, disk.table().entryCount]).toEqual([19n, 1])
})

test('a deleted table leaves nothing, also when the process dies while it is removed', async () => {
  const kept = new MemoryKeyValues()
  const disk = await Disk.inMemory(kept)
  disk.tables.create('other', { keyLength: 0, attributes: [] }).apply([{ key: bytes('a'), value: bytes('1') }])
  await disk.pending.commit()
  const before = kept.size
  const table = disk.tables.create('table', { keyLength: 0, attributes: [] })
  for (let number = 0; number < 5000; number++) table.apply([{ key: bytes(String(number)), value: bytes('x') }])
  await disk.pending.commit()
  const full = kept.size
  disk.tables.delete(table)
  while (kept.size > full - 1000) await setImmediate()
  await disk.restart()
  expect([...disk.tables].map(each => each.name)).toEqual(['other'])
  expect(kept.size).toBeGreaterThan(before)
  const again = disk.tables.create('table', { keyLength: 0, attributes: [] })
  expect([again.length, again.entryCount, again.get(bytes('4999'))]).toEqual([0n, 0, undefined])
  await disk.tables.settled()
  expect((await again.entries({}, ALL)).entries).toEqual([])
  disk.tables.delete(again)
  await disk.tables.settled()
  expect(kept.size).toBe(before)
  expect(await plainPage(disk.table('other').entries({}, ALL))).toMatchObject({ entries: [['a', '1', 0n]] })
})

test('a page of keys does not keep their values', async () => {
  const disk = await Disk.inMemory()
  const table = disk.tables.create('table', { keyLength: 0, attributes: [] })
  const value = new Uint8Array(1024 * 1024 - 100)
  for (let number = 0; number < 40; number++) table.apply([{ key: bytes(`key ${number}`), value }])
  const keys = { count: 1000, bytes: 100_000, sizeOf: ({ key }: StoredEntry) => key.byteLength, values: false }
  let range: TableRange = {}
  let seen = 0
  for (let more = true; more; ) {
    const page = await table.entries(range, keys)
    expect(page.entries.every(entry => entry.value.byteLength === 0 && entry.key.buffer.byteLength < 100)).toBe(true)
    expect(page.entries.length).toBeLessThan(20)
    seen += page.entries.length
    range = { after: table.positionOf(page.entries.at(-1) as StoredEntry) }
    more = page.more
  }
  expect(seen).toBe(40)
})

test('a storage that fails shows: nothing is changed by what could not look first', async () => {
  const kept = new MemoryKeyValues()
  const disk = await Disk.inMemory(kept)
  disk.tables.create('table', { keyLength: 0, attributes: [] }).apply([{ key: bytes('a'), value: bytes('1') }])
  await disk.pending.commit()
  await disk.restart()
  const table = disk.table()
  kept.failure = new Error('bad sector')
  const batch: TableChange[] = [
    { key: bytes('b'), value: bytes('2') },
    { key: bytes('a'), value: bytes('3') },
  ]
  expect(() => table.apply(batch)).toThrow('bad sector')
  expect([table.length, table.entryCount]).toEqual([19n, 1])
  expect(() => table.get(bytes('a'))).toThrow('bad sector')
  await expect(Promise.resolve(table.entries({}, ALL))).rejects.toThrow('bad sector')
  await expect(Promise.resolve(table.changedSince(0n, ALL))).rejects.toThrow('bad sector')
})

test('a table of a later format is refused', async () => {
  const kept = new MemoryKeyValues()
  const disk = await Disk.inMemory(kept)
  disk.tables.create('table', { keyLength: 0, attributes: [] })
  await disk.pending.commit()
  for await (const [key, value] of kept.entries({ from: Uint8Array.of(0x12), to: Uint8Array.of(0x13) })) {
    await kept.write([{ key, value: Uint8Array.of(2, ...value.subarray(1)) }])
  }
  await expect(disk.restart()).rejects.toMatchObject({ code: 'VERSION_MISMATCH' })
})

test('in a data directory, what was committed is there after an end without goodbye, and what was not is not', async () => {
  const path = await newDirectory()
  const first = await openDataDirectory(path)
  const table = first.storage.createTable('a/t/0', { keyLength: 0, attributes: [{ id: UUID, value: 1n }] })
  table.apply([{ key: bytes('a'), value: bytes('1') }])
  first.state.counters.set('', 'transactions', 7n)
  await first.storage.commit()
  table.apply([{ key: bytes('a'), value: bytes('2') }])
  first.state.counters.set('', 'transactions', 8n)
  first.storage.createTable('b/t/0', { keyLength: 0, attributes: [] })
  await first.abandon()
  const second = await openDataDirectory(path)
  onTestFinished(() => second.abandon())
  expect([...second.storage.segments()].map(({ name }) => name)).toEqual(['a/t/0'])
  const [again] = second.storage.segments()
  if (again?.kind !== 'table') throw new Error('the table is none')
  expect([plainOf(again.get(bytes('a'))), again.attribute(UUID)]).toEqual([['a', '1', 0n], 1n])
  expect(second.state.counters.get('', 'transactions')).toBe(7n)
  second.storage.delete('a/t/0')
  await second.close()
  const third = await openDataDirectory(path)
  onTestFinished(() => third.abandon())
  expect([[...third.storage.segments()], third.report.tables]).toEqual([[], 0])
})
