import { ScalingPolicy } from '@pravega-ts/model'
import { describe, expect, it } from 'vitest'
import { appendVersion, readVersions } from '../src/schema/schema-log.ts'
import { MemoryStreams } from './support/memory-streams.ts'
import { causeOf, described, inMemory, migration, rowsOf, SCOPE } from './support/tables.ts'

const PETS = migration('pets', { id: 'int64', name: 'utf8' }, { primaryKey: ['id'], metadata: { origin: 'zoo' } })

describe('migrating', () => {
  it('makes scope, stream and schema, and tells the stream', async () => {
    const { streams, writer } = await inMemory({
      stream: table => ({ scaling: ScalingPolicy.fixed(2), tags: [table] }),
    })
    await writer.write([PETS])
    const version = {
      table: 'pets',
      version: 1,
      generation: 1,
      columns: [
        { name: 'id', type: 'int64', nullable: true, unique: false },
        { name: 'name', type: 'utf8', nullable: true, unique: false },
      ],
      primaryKey: ['id'],
      routing: ['id'],
      format: 'json',
      metadata: { origin: 'zoo' },
    }
    expect(await described(streams, 'pets')).toMatchObject({ current: version, versions: [version] })
    expect(streams.streams.get(`${SCOPE}/pets`)?.configuration.tags).toEqual(['pets'])
    const marker = (range: number[]): string => JSON.stringify(['migrateTable', { range, version }])
    expect(streams.texts('pets').map(text => JSON.parse(text))).toEqual([
      JSON.parse(marker([0, 0.5])),
      JSON.parse(marker([0.5, 1])),
    ])
  })

  it('does nothing where nothing changes', async () => {
    const { streams, writer } = await inMemory()
    await writer.write([PETS, { ...PETS, force: true }])
    await writer.write([PETS])
    expect((await described(streams, 'pets')).versions).toHaveLength(1)
    expect(streams.texts('pets')).toHaveLength(1)
    expect(streams.calls.filter(call => call.startsWith('commitTransaction'))).toHaveLength(1)
  })

  it.each([
    ['a column more', migration('pets', { id: 'int64', name: 'utf8', age: 'int8' }, { primaryKey: ['id'] })],
    ['a column less', migration('pets', { id: 'int64' }, { primaryKey: ['id'] })],
    ['other metadata', { ...PETS, schema: { ...PETS.schema, metadata: { origin: 'farm' } } }],
  ])('keeps the stream for %s', async (_, wider) => {
    const { streams, writer } = await inMemory()
    await writer.write([PETS, { kind: 'insert', table: 'pets', rows: [{ id: 1, name: 'Rex' }] }, wider])
    const { versions, stream } = await described(streams, 'pets')
    expect(versions.map(({ version, generation }) => [version, generation])).toEqual([
      [1, 1],
      [2, 1],
    ])
    expect(stream.stream).toBe('pets')
    expect([...(await rowsOf(streams, 'pets'))]).toEqual([{ id: 1, name: 'Rex' }])
  })

  it.each([
    ['another type', { id: 'int64', name: 'json' }, {}, "column 'name' was utf8 and would be json"],
    [
      'another key',
      { id: 'int64', name: 'utf8' },
      { primaryKey: ['name'] },
      'the primary key was id and would be name',
    ],
    ['no key', { id: 'int64' }, { primaryKey: [] }, 'the routing key was id and would be none'],
  ])('refuses %s', async (_, types, more, why) => {
    const { streams, writer } = await inMemory()
    await writer.write([PETS])
    const other = migration('pets', types as Record<string, string>, { primaryKey: ['id'], ...more })
    const cause = await causeOf(writer.write([other]))
    expect(cause).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(why) })
    expect((await described(streams, 'pets')).versions).toHaveLength(1)
    // A table that is refused keeps no other one from being migrated.
    await causeOf(writer.write([other, migration('owners', { id: 'int64' })]))
    expect((await described(streams, 'owners')).versions).toHaveLength(1)
  })

  it('refuses a column that must have a value, unless the rows that are there have one', async () => {
    const { writer } = await inMemory()
    const strict = (nullable: boolean, ...names: string[]) => ({
      kind: 'migrateTable' as const,
      table: 't',
      schema: { columns: names.map(name => ({ name, type: 'utf8', nullable })) },
    })
    await writer.write([strict(false, 'a')])
    await writer.write([strict(true, 'a', 'b')])
    expect(await causeOf(writer.write([strict(false, 'a')]))).toMatchObject({
      message: expect.stringContaining("column 'a' could be empty"),
    })
    expect(await causeOf(writer.write([strict(false, 'c')]))).toMatchObject({
      message: expect.stringContaining("column 'c' must have a value"),
    })
  })

  it('remembers the type of a column that went', async () => {
    const { writer } = await inMemory()
    await writer.write([PETS, migration('pets', { id: 'int64' }, { primaryKey: ['id'] })])
    const back = migration('pets', { id: 'int64', name: 'int8' }, { primaryKey: ['id'] })
    expect((await causeOf(writer.write([back]))).message).toContain("column 'name' was utf8 and would be int8")
  })

  it('begins a new stream when it is forced, and ends the one before', async () => {
    const { streams, writer } = await inMemory()
    const forced = migration('pets', { id: 'utf8' }, { primaryKey: ['id'], force: true })
    await writer.write([
      PETS,
      { kind: 'insert', table: 'pets', rows: [{ id: 1n, name: 'Rex' }] },
      forced,
      { kind: 'insert', table: 'pets', rows: [{ id: 'one' }] },
    ])
    expect([...(await rowsOf(streams, 'pets'))]).toEqual([{ id: 'one' }])
    expect(streams.texts('pets').at(-1)).toContain('Rex')
    expect(streams.streams.get(`${SCOPE}/pets`)?.sealed).toBe(true)
    expect((await described(streams, 'pets')).stream.stream).toBe('pets.g2')
  })

  it.each(['createStream', 'createTransaction', 'openWriter', 'sealStream'] as const)(
    'goes on where it was broken off: at any %s',
    async call => {
      const forced = migration('pets', { id: 'utf8' }, { primaryKey: ['id'], force: true })
      for (let nth = 1; ; nth++) {
        const { streams, writer } = await inMemory()
        await writer.write([PETS])
        let seen = 0
        streams.before = name => {
          if (name === call && ++seen === nth) throw new Error('the process is gone')
        }
        const failure = await writer.write([forced]).catch(error => error)
        streams.before = () => {}
        if (seen < nth) break
        expect(failure).toBeInstanceOf(Error)
        const { writer: next } = await inMemory({}, streams)
        await next.write([forced, { kind: 'insert', table: 'pets', rows: [{ id: 'one' }] }])
        expect([...(await rowsOf(streams, 'pets'))]).toEqual([{ id: 'one' }])
        expect(streams.streams.get(`${SCOPE}/pets`)?.sealed).toBe(true)
        expect((await described(streams, 'pets')).versions).toHaveLength(2)
      }
    },
  )

  it('lets the first of two processes win, and does not overlook the other', async () => {
    const streams = new MemoryStreams()
    const { writer } = await inMemory({}, streams)
    await writer.write([PETS])
    const { current } = await described(streams, 'pets')
    const address = { scope: SCOPE, table: 'pets' }
    const columns = [...current.columns, { name: 'age', type: 'int8' }]
    // Another process writes its version 2 at the very moment when this one is about to.
    let racing: Promise<void> | undefined
    streams.before = (name, subject) => {
      if (name !== 'createStream' || !subject.endsWith('.schema') || racing !== undefined) return
      racing = Promise.resolve()
      racing = appendVersion(streams, address, { ...current, version: 2, columns })
    }
    const wider = migration('pets', { id: 'int64', name: 'utf8', weight: 'float' }, { primaryKey: ['id'] })
    await writer.write([wider])
    await racing
    const versions = await readVersions(streams, address)
    expect(versions.map(version => version.columns.at(-1)?.name)).toEqual(['name', 'age', 'weight'])
  })

  it.each([
    [
      'twice the same column',
      {
        columns: [
          { name: 'a', type: 't' },
          { name: 'a', type: 't' },
        ],
      },
      "column 'a' is there twice",
    ],
    ['a key that is no column', { columns: [{ name: 'a', type: 't' }], primaryKey: ['b'] }, "has column 'b', which"],
  ])('refuses %s', async (_, schema, why) => {
    const { writer } = await inMemory()
    const cause = await causeOf(writer.write([{ kind: 'migrateTable', table: 't', schema }]))
    expect(cause).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(why) })
  })
})
