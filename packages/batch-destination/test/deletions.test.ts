import { ScalingPolicy } from '@pravega-ts/model'
import type { DeleteRecord } from '@pravega-ts/streaming-batch-writer'
import { describe, expect, it } from 'vitest'
import { causeOf, inMemory, migration, rowsOf } from './support/tables.ts'

const SYNC = new Date('2026-03-01T00:00:00.000Z')
const COLUMNS = { id: 'int64', _cq_source_name: 'text', _cq_sync_time: 'date', _cq_id: 'text', _cq_parent_id: 'text' }
const deleteId = (value: number, related: DeleteRecord['related'] = []): DeleteRecord => ({
  kind: 'deleteRecord',
  table: 'pets',
  related,
  where: [{ join: 'and', predicates: [{ operator: 'eq', column: 'id', value }] }],
})

describe('deletions', () => {
  it('are one transaction for all markers of a table, with a copy in each segment', async () => {
    const { streams, writer } = await inMemory({ stream: { scaling: ScalingPolicy.fixed(3) } })
    await writer.write([migration('pets', COLUMNS)])
    const before = streams.transactions.size
    await writer.write([deleteId(1), deleteId(2)])
    expect(streams.transactions.size - before).toBe(1)
    const markers = streams
      .events('pets')
      .map(events => events.slice(1).map(event => JSON.parse(Buffer.from(event).toString())))
    for (const [segment, copies] of markers.entries()) {
      expect(copies.map(([kind, { range, where }]) => [kind, range[0], where[0].predicates[0].value])).toEqual([
        ['deleteRecord', segment / 3, 1],
        ['deleteRecord', segment / 3, 2],
      ])
    }
    expect(new Set(markers.flat().map(([, { id }]) => id)).size).toBe(2)
  })

  it('come behind the rows before them, and before those behind', async () => {
    const { streams, writer } = await inMemory({ mode: 'events' })
    const row = { id: 1, _cq_source_name: 's', _cq_sync_time: new Date(0) }
    const insert = { kind: 'insert', table: 'pets', rows: [row] } as const
    await writer.write([
      migration('pets', COLUMNS),
      insert,
      { kind: 'deleteStale', table: 'pets', source: 's', syncTime: SYNC },
      insert,
    ])
    expect([...(await rowsOf(streams, 'pets'))]).toEqual([row])
  })

  it('are in the streams of related tables too', async () => {
    const { streams, writer } = await inMemory()
    await writer.write([migration('pets', COLUMNS), migration('toys', COLUMNS)])
    await writer.write([deleteId(1, [{ table: 'toys', parent: 'pets' }])])
    expect(streams.texts('toys').at(-1)).toBe(streams.texts('pets').at(-1))
  })

  it('are refused where the columns that they go by are missing', async () => {
    const { writer } = await inMemory({ columns: { source: 'origin' } })
    await writer.write([migration('pets', COLUMNS), migration('toys', { id: 'int64' })])
    const stale = await causeOf(writer.write([{ kind: 'deleteStale', table: 'pets', source: 's', syncTime: SYNC }]))
    expect(stale).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining("table 'pets' by deleteStale: it has no column 'origin'"),
    })
    const related = await causeOf(writer.write([deleteId(1, [{ table: 'toys', parent: 'pets' }])]))
    expect(related.message).toContain("table 'toys' by deleteRecord: it has no column '_cq_parent_id'")
    expect(await causeOf(writer.write([{ ...deleteId(1), table: 'nobody' }]))).toMatchObject({
      code: 'TABLE_NOT_FOUND',
    })
  })

  it('of several tables tell all that failed', async () => {
    const { writer } = await inMemory()
    const cause = await causeOf(writer.write(['a', 'b'].map(table => ({ ...deleteId(1), table }))))
    expect(cause.message).toMatch(/^2 tables failed, first: There is no table '[ab]'/)
    expect((cause.cause as AggregateError).errors).toHaveLength(2)
  })
})
