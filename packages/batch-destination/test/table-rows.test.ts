import { routingKeyPosition, splitKeyRange } from '@pravega-ts/model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeMarker } from '../src/events/marker-codec.ts'
import {
  type Row,
  type TableEvent,
  TableRows,
  TableSet,
  type TableVersion,
  tableEventSerializer,
} from '../src/index.ts'
import { routingKeyOf } from '../src/json/json-lines.ts'

const version = (table: string, primaryKey: readonly string[] = []): TableVersion => ({
  table,
  version: 1,
  generation: 1,
  columns: [],
  primaryKey,
  routing: primaryKey,
  format: 'json',
  metadata: {},
})
const WHOLE = { low: 0, high: 1 }
const COLUMNS = { source: 'from', syncTime: 'at', id: 'id', parentId: 'parent' }
const rows = (...all: Row[]): TableEvent => ({ kind: 'rows', rows: all })
const stale = (syncTime: Date, range = WHOLE): TableEvent => ({
  kind: 'deleteStale',
  range,
  source: 's',
  syncTime,
  columns: COLUMNS,
})
const remove = (
  where: Extract<TableEvent, { kind: 'deleteRecord' }>['where'],
  more: Partial<Extract<TableEvent, { kind: 'deleteRecord' }>> = {},
): Extract<TableEvent, { kind: 'deleteRecord' }> => ({
  kind: 'deleteRecord',
  range: WHOLE,
  id: 'marker',
  table: 't',
  related: [],
  where,
  columns: COLUMNS,
  ...more,
})
const eq = (column: string, value: unknown) => ({ operator: 'eq' as const, column, value })
const and = (...predicates: ReturnType<typeof eq>[]) => ({ join: 'and' as const, predicates })
const or = (...predicates: ReturnType<typeof eq>[]) => ({ join: 'or' as const, predicates })

function after(...events: TableEvent[]): Row[] {
  const table = new TableRows('t', { version: version('t') })
  for (const event of events) table.apply(event)
  return [...table]
}

describe('rows of a table', () => {
  it('of one source that are stale go; those whose time is none stay', () => {
    const at = (day: number): Date => new Date(Date.UTC(2026, 0, day))
    const all: Row[] = [
      { from: 's', at: at(1) },
      { from: 's', at: at(2) },
      { from: 'r', at: at(1) },
      { from: 's', at: at(1).toISOString() },
      { from: 's', at: at(1).getTime() },
      { from: 's', at: '2026-01-01T23:59:59.999999999Z' },
      { from: 's', at: 'long ago' },
      { from: 's' },
    ]
    expect(after(rows(...all), stale(at(2)))).toEqual([all[1], all[2], all[6], all[7]])
  })

  it.each([
    [[and(eq('a', 1))], [2, 3, 4]],
    [[and(eq('a', 1n))], [2, 3, 4]],
    [[and(eq('a', 2), eq('b', 'y'))], [1, 2, 4]],
    [[or(eq('a', 1), eq('b', 'y'))], [2, 4]],
    [
      [or(eq('a', 2), eq('a', 1)), and(eq('b', 'x'))],
      [3, 4],
    ],
    [[and(eq('b', null))], [1, 2, 3]],
    [[and(eq('a', '1'))], [1, 2, 3, 4]],
    [[], []],
  ])('that are meant go (%#)', (where, left) => {
    const all: Row[] = [
      { n: 1, a: 1, b: 'x' },
      { n: 2, a: 2, b: 'x' },
      { n: 3, a: 2, b: 'y' },
      { n: 4, a: 3 },
    ]
    expect(after(rows(...all), remove(where)).map(row => row['n'])).toEqual(left)
  })

  it('compares dates and bytes by what they are', () => {
    const all: Row[] = [{ v: new Date(5) }, { v: Uint8Array.of(1) }, { v: '1970-01-01T00:00:00.005Z' }]
    expect(after(rows(...all), remove([or(eq('v', new Date(5)), eq('v', Buffer.of(1)))]))).toEqual([all[2]])
  })

  it('of the sync of a removal stay', () => {
    const all: Row[] = [{ a: 1, at: new Date(5) }, { a: 1, at: new Date(6) }, { a: 1 }]
    expect(after(rows(...all), remove([], { syncTime: new Date(6) }))).toEqual([all[1]])
  })

  it('that come behind a marker stay', () => {
    expect(after(remove([]), rows({ a: 1 }), stale(new Date(9)), rows({ from: 's', at: new Date(1) }))).toHaveLength(2)
  })

  it('begin again with another generation, and need to be known', () => {
    const table = new TableRows('t')
    expect(() => table.apply(rows({}))).toThrow("Nothing is known of table 't'")
    const migrate = (generation: number): TableEvent => ({
      kind: 'migrateTable',
      range: WHOLE,
      version: { ...version('t'), version: generation, generation },
    })
    table.apply(migrate(1))
    table.apply(rows({ a: 1 }))
    table.apply(migrate(2))
    expect([table.size, table.version?.generation]).toEqual([0, 2])
    table.apply(rows({ a: 2 }))
    table.apply(migrate(2))
    table.apply(migrate(1))
    expect([table.size, table.version?.generation]).toEqual([1, 2])
  })
})

// What a table is must not depend on how many segments its stream has, nor on the order in which they are read.
describe('segments', () => {
  type Step = { readonly insert: number } | { readonly remove: number }
  const step = fc.oneof(
    fc.record({ insert: fc.integer({ min: 0, max: 9 }) }),
    fc.record({ remove: fc.integer({ min: 0, max: 9 }) }),
  )
  const scene = fc.record({
    steps: fc.array(step, { maxLength: 40 }),
    segments: fc.integer({ min: 1, max: 5 }),
    keyed: fc.boolean(),
    order: fc.infiniteStream(fc.nat({ max: 4 })),
  })

  function asWritten(steps: readonly Step[], keyed: boolean): Row[] {
    let model: { id: number; number: number }[] = []
    for (const [number, one] of steps.entries()) {
      if ('remove' in one) model = model.filter(({ id }) => id !== one.remove)
      else model = [...model.filter(({ id }) => !keyed || id !== one.insert), { id: one.insert, number }]
    }
    return model
  }

  it('may be read in any order', () => {
    fc.assert(
      fc.property(scene, ({ steps, segments, keyed, order }) => {
        const shape = version('t', keyed ? ['id'] : [])
        const ranges = splitKeyRange(segments)
        const queues = ranges.map((): TableEvent[] => [])
        for (const [number, one] of steps.entries()) {
          if ('remove' in one) {
            for (const [index, range] of ranges.entries()) {
              queues[index]?.push(remove([and(eq('id', one.remove))], { id: String(number), range }))
            }
          } else {
            const row = { id: one.insert, number }
            const position = routingKeyPosition(routingKeyOf(row, shape))
            queues[Math.max(0, Math.ceil(position * segments) - 1)]?.push(rows(row))
          }
        }
        const table = new TableRows('t', { version: shape })
        for (const pick of order) {
          const left = queues.filter(queue => queue.length > 0)
          const event = left[pick % left.length]?.shift()
          if (event === undefined) break
          table.apply(event)
        }
        const byNumber = (all: Iterable<Row>): Row[] =>
          [...all].sort((a, b) => Number(a['number']) - Number(b['number']))
        expect(byNumber(table)).toEqual(asWritten(steps, keyed))
      }),
      { numRuns: 300 },
    )
  })

  it('of related tables may be read in any order', () => {
    const related = [
      { table: 'child', parent: 't' },
      { table: 'grandchild', parent: 'child' },
    ]
    const ranges = splitKeyRange(2)
    const marker = (range: { low: number; high: number }): TableEvent => remove([and(eq('id', 1))], { related, range })
    const homeOf = (row: Row): number => (routingKeyPosition(routingKeyOf(row, version('t'))) > 0.5 ? 1 : 0)
    const queuesOf = (table: string): (readonly [string, TableEvent])[][] => {
      const before = [1, 2].map(id => ({ id, parent: id, table }))
      const late = { id: 3, parent: 1, table }
      const of = (index: number, ...all: Row[]) =>
        all.filter(row => homeOf(row) === index).map(row => [table, rows(row)] as const)
      return ranges.map((range, index) => [
        ...of(index, ...before),
        [table, marker(range)] as const,
        ...of(index, late),
      ])
    }
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat({ max: 9 })), order => {
        const names = ['t', 'child', 'grandchild']
        const set = new TableSet(names.map(name => [name, { version: version(name) }] as const))
        const queues = names.flatMap(queuesOf)
        for (const pick of order) {
          const left = queues.filter(queue => queue.length > 0)
          const next = left[pick % left.length]?.shift()
          if (next === undefined) break
          set.apply(...next)
        }
        for (const name of names) expect([...set.table(name)].map(row => row['id']).sort()).toEqual([2, 3])
        expect(set.openRemovals).toBe(0)
      }),
    )
  })
})

describe('markers', () => {
  const serializer = tableEventSerializer()
  it.each<TableEvent>([
    { kind: 'migrateTable', range: WHOLE, version: version('t', ['id']) },
    stale(new Date(7), { low: 0.25, high: 0.5 }),
    remove([and(eq('a', 2n ** 70n), eq('b', Uint8Array.of(7))), or()], {
      related: [{ table: 'c', parent: 't' }],
      syncTime: new Date(8),
    }),
    remove([]),
  ])('come back equal: $kind', event => {
    if (event.kind === 'rows') throw new Error('no marker')
    const { range, ...body } = event
    expect(serializer.deserialize(encodeMarker(body as Parameters<typeof encodeMarker>[0], range))).toEqual(event)
  })

  it.each([
    '[',
    '[]',
    '["later",{"range":[0,1]}]',
    '["deleteStale",{"range":[0,1]}]',
    '["deleteStale",{"range":[1,0]}]',
    'text',
    '',
  ])('are refused when they are none: %s', text => {
    expect(() => serializer.deserialize(Buffer.from(text))).toThrow()
  })
})
