import { describeTable } from '@pravega-ts/batch-destination'
import { ClientFactory, PravegaError, ScalingPolicy, StreamCut } from '@pravega-ts/client'
import type { MigrateTable, WriteMessage } from '@pravega-ts/streaming-batch-writer'
import { expect, it } from 'vitest'
import { describeEngines } from '../../src/engine.ts'
import { TableScene } from './table-scene.ts'

type Message = WriteMessage<readonly object[]>

const SYNC = new Date('2026-03-01T12:00:00.000Z')
const EARLIER = new Date('2026-02-01T12:00:00.000Z')

const columns = (types: Record<string, string>): MigrateTable['schema']['columns'] =>
  Object.entries(types).map(([name, type]) => ({ name, type }))

const PETS: MigrateTable = {
  kind: 'migrateTable',
  table: 'pet_owners',
  schema: {
    columns: columns({
      id: 'int64',
      name: 'utf8',
      born: 'timestamp',
      photo: 'binary',
      _cq_source_name: 'utf8',
      _cq_sync_time: 'timestamp',
    }),
    primaryKey: ['id'],
  },
}

const pet = (id: number, more: object = {}): object => ({
  id: BigInt(id),
  name: `pet ${id}`,
  _cq_source_name: 'zoo',
  _cq_sync_time: SYNC,
  ...more,
})
const pets = (from: number, to: number, more?: object): Message => ({
  kind: 'insert',
  table: 'pet_owners',
  rows: Array.from({ length: to - from }, (_, index) => pet(from + index, more)),
})

const byId = (rows: Iterable<Readonly<Record<string, unknown>>>): unknown[] =>
  [...rows].sort((a, b) => Number(a['id']) - Number(b['id']))

describeEngines('tables in streams', engine => {
  it.each(['transaction', 'events'] as const)('gives back every value of every row (%s)', async mode => {
    await using factory = await ClientFactory.create(engine.controllerUri)
    const scene = new TableScene(factory)
    const writer = await scene.writer({ mode, stream: { scaling: ScalingPolicy.fixed(3) } }, { batchSizeRows: 40 })
    const rows = [
      pet(2 ** 31, {
        id: 2n ** 63n - 1n,
        born: new Date(0),
        photo: Uint8Array.of(0, 255, 10),
        nested: [{ $bigint: '1' }],
      }),
      ...Array.from({ length: 100 }, (_, id) => pet(id)),
    ]
    const visits = { kind: 'insert', table: 'visits', rows: [{ day: 'today' }, { day: 'today' }] } as const
    const summary = await writer.write([
      PETS,
      { kind: 'migrateTable', table: 'visits', schema: { columns: columns({ day: 'utf8' }) } },
      ...rows.map((row): Message => ({ kind: 'insert', table: 'pet_owners', rows: [row] })),
      visits,
    ])
    expect(summary.tables.get('pet_owners')?.delivered).toBe(101)
    const read = await scene.read(['pet_owners', 'visits'])
    expect(byId(read.table('pet_owners'))).toEqual(byId(rows as Record<string, unknown>[]))
    expect([...read.table('visits')]).toEqual(visits.rows)
    expect((await scene.tables()).sort()).toEqual(['pet_owners', 'visits'])
  })

  it('replaces rows of one primary key, in order, also when the stream is scaled', async () => {
    await using factory = await ClientFactory.create(engine.controllerUri)
    const scene = new TableScene(factory)
    const writer = await scene.writer()
    await writer.write([PETS, pets(0, 30), pets(0, 30, { name: 'second' })])
    await factory.streamManager().scaleStreamTo(await scene.stream('pet_owners'), 3)
    await writer.write([pets(10, 30, { name: 'third' })])
    const rows = byId((await scene.read(['pet_owners'])).table('pet_owners')) as { name: string }[]
    expect(rows.map(({ name }) => name)).toEqual([...Array(10).fill('second'), ...Array(20).fill('third')])
  })

  it.each(['transaction', 'events'] as const)(
    'removes what was there before, and nothing that comes later (%s)',
    async mode => {
      await using factory = await ClientFactory.create(engine.controllerUri)
      const scene = new TableScene(factory)
      const writer = await scene.writer({ mode, stream: { scaling: ScalingPolicy.fixed(2) } })
      const deleteRow = (id: number): Message => ({
        kind: 'deleteRecord',
        table: 'pet_owners',
        where: [{ join: 'and', predicates: [{ operator: 'eq', column: 'id', value: BigInt(id) }] }],
      })
      await writer.write([
        PETS,
        pets(0, 10, { _cq_sync_time: EARLIER }),
        pets(10, 20),
        { kind: 'deleteStale', table: 'pet_owners', source: 'zoo', syncTime: SYNC },
      ])
      await factory.streamManager().scaleStreamTo(await scene.stream('pet_owners'), 3)
      await writer.write([deleteRow(10), deleteRow(11), pets(11, 12, { name: 'back' }), deleteRow(19)])
      const rows = byId((await scene.read(['pet_owners'])).table('pet_owners')) as { id: bigint; name: string }[]
      expect(rows.map(({ id }) => Number(id))).toEqual([11, 12, 13, 14, 15, 16, 17, 18])
      expect(rows[0]?.name).toBe('back')
    },
  )

  it('removes rows of related tables with those that they belong to', async () => {
    await using factory = await ClientFactory.create(engine.controllerUri)
    const scene = new TableScene(factory)
    const writer = await scene.writer({ columns: { id: 'id', parentId: 'owner' } })
    const table = (name: string): Message => ({
      kind: 'migrateTable',
      table: name,
      schema: { columns: columns({ id: 'int64', owner: 'int64' }) },
    })
    await writer.write([
      ...['owners', 'pets', 'toys'].map(table),
      { kind: 'insert', table: 'owners', rows: [{ id: 1 }, { id: 2 }] },
      {
        kind: 'insert',
        table: 'pets',
        rows: [
          { id: 11, owner: 1 },
          { id: 12, owner: 1 },
          { id: 21, owner: 2 },
        ],
      },
      {
        kind: 'insert',
        table: 'toys',
        rows: [
          { id: 111, owner: 11 },
          { id: 211, owner: 21 },
        ],
      },
      {
        kind: 'deleteRecord',
        table: 'owners',
        related: [
          { table: 'pets', parent: 'owners' },
          { table: 'toys', parent: 'pets' },
        ],
        where: [{ join: 'and', predicates: [{ operator: 'eq', column: 'id', value: 1 }] }],
      },
      { kind: 'insert', table: 'pets', rows: [{ id: 13, owner: 1 }] },
    ])
    const read = await scene.read(['owners', 'pets', 'toys'])
    const ids = ['owners', 'pets', 'toys'].map(name => [...read.table(name)].map(row => row['id']))
    expect(ids).toEqual([[2], [21, 13], [211]])
    expect(read.openRemovals).toBe(0)
  })

  it('keeps what a table looks like where truncation does not reach it', async () => {
    await using factory = await ClientFactory.create(engine.controllerUri)
    const scene = new TableScene(factory)
    const writer = await scene.writer()
    await writer.write([PETS, pets(0, 10)])
    const wider: MigrateTable = {
      ...PETS,
      schema: { ...PETS.schema, columns: [...PETS.schema.columns, { name: 'weight', type: 'float64' }] },
    }
    await writer.write([wider, wider, pets(10, 12, { weight: 1.5 })])
    const cut = await factory.streamManager().truncateStreamToTail(await scene.stream('pet_owners'))
    expect(cut).toBeInstanceOf(StreamCut)
    const { versions, current } = await describeTable(factory.segmentStore, { scope: scene.scope, table: 'pet_owners' })
    expect(versions.map(({ version, columns }) => [version, columns.length])).toEqual([
      [1, 6],
      [2, 7],
    ])
    expect(current.columns.at(-1)).toEqual({ name: 'weight', type: 'float64', nullable: true, unique: false })
  })

  it('refuses a table that its rows do not fit; forced, begins a new stream and keeps the old one', async () => {
    await using factory = await ClientFactory.create(engine.controllerUri)
    const scene = new TableScene(factory)
    const writer = await scene.writer()
    await writer.write([PETS, pets(0, 3)])
    const before = await scene.stream('pet_owners')
    const other: MigrateTable = { ...PETS, schema: { ...PETS.schema, primaryKey: ['name'] } }
    const refusal = await writer.write([other]).catch(error => error.errors[0].cause)
    expect(PravegaError.is(refusal, 'INVALID_ARGUMENT')).toBe(true)
    expect(refusal.message).toContain('the primary key was id and would be name')
    await writer.write([{ ...other, force: true }, pets(5, 6)])
    const after = await scene.stream('pet_owners')
    expect([before.stream, after.stream]).toEqual(['pet-owners', 'pet-owners.g2'])
    expect([...(await scene.read(['pet_owners'])).table('pet_owners')]).toEqual([pet(5)])
    const late = await factory.createEventWriter(before).catch(error => error)
    expect(PravegaError.is(late, 'STREAM_SEALED')).toBe(true)
    const kept = (await scene.eventsOf([before])).filter(([, { kind }]) => kind === 'rows')
    expect(kept).toHaveLength(3)
  })

  it('takes rows of more than 8 MiB into transactions', async () => {
    await using factory = await ClientFactory.create(engine.controllerUri)
    const scene = new TableScene(factory)
    const writer = await scene.writer()
    const name = 'x'.repeat(9 * 1024 * 1024)
    await writer.write([PETS, pets(0, 2), pets(2, 3, { name }), pets(3, 4)])
    const rows = byId((await scene.read(['pet_owners'])).table('pet_owners')) as { name: string }[]
    expect(rows.map(row => row.name.length)).toEqual([5, 5, name.length, 5])
  })

  it('leaves nothing of a batch that fails, and says which row it was', async () => {
    await using factory = await ClientFactory.create(engine.controllerUri)
    const scene = new TableScene(factory)
    const writer = await scene.writer()
    const failure = await writer.write([PETS, pets(0, 5), pets(5, 6, { name: () => 'no' })]).catch(error => error)
    expect(failure.errors[0]).toMatchObject({ kind: 'insert', table: 'pet_owners' })
    expect(failure.errors[0].cause.message).toMatch(/^Row 5 of a batch for table 'pet_owners': .*name is a function/)
    await writer.write([pets(7, 8)])
    expect([...(await scene.read(['pet_owners'])).table('pet_owners')]).toEqual([pet(7)])
    const unknown = await writer.write([{ kind: 'insert', table: 'nobody', rows: [{}] }]).catch(error => error)
    expect(PravegaError.is(unknown.errors[0].cause, 'TABLE_NOT_FOUND')).toBe(true)
  })
})
