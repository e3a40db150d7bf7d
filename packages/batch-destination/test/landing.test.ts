import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { ScalingPolicy } from '@pravega-ts/model'
import { describe, expect, it } from 'vitest'
import { DIAGNOSTICS, type LandedMessage, openBatchDestination } from '../src/index.ts'
import { MemoryStreams } from './support/memory-streams.ts'
import { causeOf, inMemory, migration, rowsOf, SCOPE } from './support/tables.ts'

const PETS = migration('pets', { id: 'int64', name: 'utf8' }, { primaryKey: ['id'] })
const insert = (...rows: object[]) => ({ kind: 'insert' as const, table: 'pets', rows })
const rowEvents = (streams: MemoryStreams): string[] => streams.texts('pets').filter(text => text.startsWith('{'))

describe.each(['transaction', 'events'] as const)('landing rows (%s)', mode => {
  it('writes each row as a line of JSON, in order', async () => {
    const { streams, writer } = await inMemory({ mode })
    await writer.write([PETS, insert({ id: 1, name: 'Rex' }, { id: 2n }), insert({ id: 1, name: 'Rexy' })])
    expect(rowEvents(streams)).toEqual(['{"id":1,"name":"Rex"}', '{"id":{"$bigint":"2"}}', '{"id":1,"name":"Rexy"}'])
    expect([...(await rowsOf(streams, 'pets'))]).toEqual([{ id: 1, name: 'Rexy' }, { id: 2n }])
    expect([...(await rowsOf(streams, 'pets', { keep: 'all' }))]).toHaveLength(3)
  })

  it('sends rows of one key to one segment', async () => {
    const { streams, writer } = await inMemory({ mode, stream: { scaling: ScalingPolicy.fixed(4) } })
    const rows = Array.from({ length: 100 }, (_, n) => ({ id: n % 10, name: `${n}` }))
    await writer.write([PETS, insert(...rows)])
    const homes = new Map<number, Set<number>>()
    for (const [segment, events] of streams.events('pets').entries()) {
      for (const event of events.map(bytes => JSON.parse(Buffer.from(bytes).toString()))) {
        if (event.id !== undefined) homes.set(event.id, (homes.get(event.id) ?? new Set()).add(segment))
      }
    }
    expect([...homes.values()].map(({ size }) => size)).toEqual(Array(10).fill(1))
    expect(new Set([...homes.values()].flatMap(set => [...set])).size).toBeGreaterThan(1)
  })

  it('spreads rows without a key, or routes them by columns that were chosen', async () => {
    const free = await inMemory({ mode, stream: { scaling: ScalingPolicy.fixed(2) } })
    const chosen = await inMemory({ mode, stream: { scaling: ScalingPolicy.fixed(2) }, routeBy: () => ['name'] })
    const schema = migration('pets', { id: 'int64', name: 'utf8' })
    const rows = Array.from({ length: 50 }, (_, id) => ({ id, name: 'same' }))
    for (const { writer } of [free, chosen]) await writer.write([schema, insert(...rows)])
    const counts = (streams: MemoryStreams): number[] =>
      streams.events('pets').map(events => events.filter(bytes => bytes[0] === 0x7b).length)
    expect(counts(free.streams).every(count => count > 0)).toBe(true)
    expect(counts(chosen.streams).sort()).toEqual([0, 50])
  })

  it('refuses a row without its key, and a row that has no form, by their place in the batch', async () => {
    const { writer } = await inMemory({ mode })
    await writer.write([PETS])
    const noKey = await causeOf(writer.write([insert({ id: 1 }), insert({ id: 2 }, { name: 'nobody' })]))
    expect(noKey).toMatchObject({
      code: 'SERIALIZATION_FAILED',
      message: expect.stringMatching(/^Row 2 of a batch for table 'pets': .* no value in column 'id'/),
      details: { table: 'pets', row: 2 },
    })
    const noForm = await causeOf(writer.write([insert({ id: 1, name: new Map() })]))
    expect(noForm.message).toContain('name is a Map')
  })

  it('knows a table that another process has migrated, and refuses one that nobody has', async () => {
    const { streams, writer } = await inMemory({ mode })
    await writer.write([PETS])
    const { writer: other } = await inMemory({ mode }, streams)
    await other.write([insert({ id: 1 })])
    expect(rowEvents(streams)).toHaveLength(1)
    const cause = await causeOf(other.write([{ kind: 'insert', table: 'nobody', rows: [{}] }]))
    expect(cause).toMatchObject({ code: 'TABLE_NOT_FOUND' })
  })

  it('tells the diagnostics channel', async () => {
    const told: LandedMessage[] = []
    const listen = (message: unknown): unknown => told.push(message as LandedMessage)
    subscribe(DIAGNOSTICS.landed, listen)
    const { writer } = await inMemory({ mode })
    await writer.write([PETS, insert({ id: 1 }, { id: 2 })])
    await causeOf(writer.write([insert({})]))
    unsubscribe(DIAGNOSTICS.landed, listen)
    expect(told).toMatchObject([
      { table: 'pets', stream: `${SCOPE}/pets`, rows: 2, events: 2, error: undefined },
      { rows: 0, error: { code: 'SERIALIZATION_FAILED' } },
    ])
    expect(told.map(({ transactionId }) => transactionId !== undefined)).toEqual(Array(2).fill(mode === 'transaction'))
  })
})

describe('a batch in a transaction', () => {
  it('is committed when it ends, and aborted when it breaks', async () => {
    const { streams, writer } = await inMemory()
    await writer.write([PETS, insert({ id: 1 })])
    await causeOf(writer.write([insert({ id: 2 }), insert({})]))
    expect(rowEvents(streams)).toEqual(['{"id":1}'])
    expect([...streams.transactions.values()]).toEqual(['committed', 'committed', 'aborted'])
  })

  it('is aborted when the write is', async () => {
    const { streams, writer } = await inMemory()
    await writer.write([PETS])
    const abort = new AbortController()
    const session = writer.open({ signal: abort.signal })
    const begun = Promise.withResolvers<void>()
    streams.before = (name, subject) => {
      if (name === 'openWriter' && subject.includes('#transaction')) begun.resolve()
    }
    await session.send(insert({ id: 1 }))
    await begun.promise
    abort.abort(new Error('enough'))
    await expect(session.close()).rejects.toThrow()
    expect([...streams.transactions.values()]).toEqual(['committed', 'aborted'])
    expect(rowEvents(streams)).toEqual([])
  })

  it('fails with the reason, also when it cannot be aborted', async () => {
    const { streams, writer } = await inMemory()
    await writer.write([PETS])
    streams.before = name => {
      if (name === 'abortTransaction') throw new Error('nobody listens')
    }
    expect((await causeOf(writer.write([insert({})]))).message).toContain("no value in column 'id'")
  })

  it('is begun anew with what is known then, after a failure', async () => {
    const { streams, writer } = await inMemory()
    await writer.write([PETS, insert({ id: 1 })])
    const { writer: other } = await inMemory({}, streams)
    await other.write([migration('pets', { id: 'utf8' }, { primaryKey: ['id'], force: true })])
    expect(await causeOf(writer.write([insert({ id: 'late' })]))).toMatchObject({ code: 'STREAM_SEALED' })
    await writer.write([insert({ id: 'later' })])
    expect([...(await rowsOf(streams, 'pets'))]).toEqual([{ id: 'later' }])
  })
})

describe('opening a destination', () => {
  it.each([
    [{ mode: 'fast' }, "mode fast is refused: give 'transaction' or 'events'"],
    [{ leaseMs: 5 }, 'leaseMs 5 is refused'],
    [{ callTimeoutMs: -1 }, 'callTimeoutMs -1 is refused'],
    [{ scope: 'a_b' }, 'scope name'],
  ])('refuses %j', async (options, why) => {
    const opening = openBatchDestination(new MemoryStreams(), { scope: SCOPE, ...(options as object) })
    await expect(opening).rejects.toThrow(why)
  })

  it('leaves it to others to create the scope, if that is wanted', async () => {
    const opening = openBatchDestination(new MemoryStreams(), { scope: SCOPE, createScope: false })
    await expect(opening).rejects.toMatchObject({ code: 'SCOPE_NOT_FOUND' })
  })
})
