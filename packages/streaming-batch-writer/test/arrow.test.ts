import {
  Binary,
  Bool,
  type Data,
  type DataType,
  DenseUnion,
  Dictionary,
  Field,
  FixedSizeBinary,
  FixedSizeList,
  Float64,
  Int32,
  Int64,
  LargeUtf8,
  List,
  makeData,
  Null,
  RecordBatch,
  RecordBatchReader,
  Schema,
  SparseUnion,
  Struct,
  Table,
  TimestampMillisecond,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from 'apache-arrow'
import { describe, expect, it } from 'vitest'
import { arrowRows, insertOfBatch, migrationOfSchema } from '../src/arrow/index.ts'
import { dummyHandler, StreamingBatchWriter, type TableBatch } from '../src/index.ts'

function column(type: DataType, values: readonly unknown[]): Data {
  return vectorFromArray(values as never[], type).data[0] as Data
}

function batchOf(columns: Readonly<Record<string, Data>>, metadata?: Map<string, string>): RecordBatch {
  const children = Object.values(columns)
  const fields = Object.entries(columns).map(([name, { type }]) => new Field(name, type, true))
  const length = children[0]?.length ?? 0
  const data = makeData({ type: new Struct(fields), children, length, nullCount: 0 })
  return new RecordBatch(new Schema(fields, metadata), data)
}

/** What comes out of Arrow's own bytes, as a destination gets it. */
function throughIpc(batch: RecordBatch): RecordBatch {
  const [received] = [...RecordBatchReader.from(tableToIPC(new Table([batch]), 'stream'))]
  if (received === undefined) throw new Error('no batch')
  return received
}

const point = new Struct([new Field('x', new Int32()), new Field('y', new Utf8())])

describe('the size of a column', () => {
  it.each<[string, Data, number[]]>([
    ['64-bit integers', column(new Int64(), [1n, 2n, 3n]), [8, 8, 8]],
    ['floating point', column(new Float64(), [1, 2, 3]), [8, 8, 8]],
    ['times', column(new TimestampMillisecond(), [1, 2, 3]), [8, 8, 8]],
    ['text', column(new Utf8(), ['a', 'four', 'grüße']), [1, 4, 7]],
    ['large text', column(new LargeUtf8(), ['a', 'four', '']), [1, 4, 0]],
    ['binary', column(new Binary(), [new Uint8Array(3), new Uint8Array(0), new Uint8Array(9)]), [3, 0, 9]],
    [
      'binary of one width',
      column(
        new FixedSizeBinary(5),
        [1, 2].map(() => new Uint8Array(5)),
      ),
      [5, 5],
    ],
    ['truth values', column(new Bool(), [true, false, true]), [1, 1, 1]],
    ['nothing', column(new Null(), [null, null]), [0, 0]],
    ['text with nulls', column(new Utf8(), ['ab', null, 'c']), [3, 1, 2]],
    ['lists', column(new List(new Field('item', new Int32())), [[1, 2, 3], [], [4]]), [12, 0, 4]],
    ['lists of text', column(new List(new Field('item', new Utf8())), [['ab', 'c'], [], ['def']]), [3, 0, 3]],
    [
      'lists of one length',
      column(new FixedSizeList(2, new Field('item', new Int32())), [
        [1, 2],
        [3, 4],
      ]),
      [8, 8],
    ],
    [
      'structures',
      column(point, [
        { x: 1, y: 'ab' },
        { x: 2, y: 'cdef' },
      ]),
      [6, 8],
    ],
    ['dictionaries: their indices', column(new Dictionary(new Utf8(), new Int32()), ['a', 'b', 'a']), [4, 4, 4]],
  ])('of %s', (_, data, sizes) => {
    for (const batch of [batchOf({ column: data }), throughIpc(batchOf({ column: data }))]) {
      const found = sizes.map((_size, row) => arrowRows.bytes(batch, row, row + 1))
      // A column from the wire keeps no validity where there are no nulls, and may keep it where there are.
      for (const [row, size] of sizes.entries()) expect([size, size + 1]).toContain(found[row])
      expect(arrowRows.bytes(batch, 0, 0)).toBe(0)
    }
  })

  it('of unions: one for the type, and the row that it names', () => {
    const children = [column(new Int32(), [1, 2, 3]), column(new Utf8(), ['ab', 'cde', 'fghi'])]
    const fields = [new Field('number', new Int32()), new Field('text', new Utf8())]
    const sparse = makeData({
      type: new SparseUnion([0, 1], fields),
      length: 3,
      typeIds: Int8Array.of(0, 1, 1),
      children,
    })
    const dense = makeData({
      type: new DenseUnion([0, 1], fields),
      length: 3,
      typeIds: Int8Array.of(1, 0, 1),
      valueOffsets: Int32Array.of(0, 0, 1),
      children,
    })
    const sizes = (data: Data) => [0, 1, 2].map(row => arrowRows.bytes(batchOf({ union: data }), row, row + 1))
    expect(sizes(sparse)).toEqual([5, 4, 5])
    expect(sizes(dense)).toEqual([3, 5, 4])
  })
})

const texts = Array.from({ length: 1000 }, (_, index) => `row ${index}`.padEnd(100, '.'))
const long = batchOf({
  id: column(
    new Int64(),
    texts.map((_, index) => BigInt(index)),
  ),
  text: column(new Utf8(), texts),
  short: column(
    new List(new Field('item', new Utf8())),
    texts.map((_, index) => (index % 2 === 0 ? ['a', 'b'] : [])),
  ),
})

it('a slice is charged for its own rows, however often it was cut', () => {
  const whole = arrowRows.bytes(long, 0, 1000)
  expect(whole).toBe(1000 * 8 + 1000 * 100 + 500 * 2)
  const slice = arrowRows.slice(arrowRows.slice(long, 100, 300), 50, 60)
  expect(arrowRows.count(slice)).toBe(10)
  expect(arrowRows.bytes(slice, 0, 10)).toBe(10 * 108 + 5 * 2)
  expect(arrowRows.bytes(slice, 2, 3)).toBe(110)
  let sum = 0
  for (let row = 0; row < 1000; row++) sum += arrowRows.bytes(arrowRows.slice(long, row, row + 1), 0, 1)
  expect(sum).toBe(whole)
})

it('1000 one-row slices of one record make as many batches as the record', async () => {
  const counts: number[] = []
  const client = {
    migrateTable: dummyHandler,
    deleteStale: dummyHandler,
    async writeTable(batch: TableBatch<RecordBatch>) {
      let rows = 0
      for await (const { rows: record } of batch) rows += record.numRows
      counts.push(rows)
    },
  }
  const writer = new StreamingBatchWriter<RecordBatch>(client, { rows: arrowRows, batchSizeBytes: 200_000 })
  await writer.write([insertOfBatch(long, 'a')])
  await writer.write(texts.map((_, row) => insertOfBatch(arrowRows.slice(long, row, row + 1), 'a')))
  expect(counts).toEqual([1000, 1000])
})

it('record batches are cut by rows and by bytes, in order', async () => {
  for (const caps of [{ batchSizeRows: 70 }, { batchSizeBytes: 5000 }]) {
    const ids: bigint[] = []
    const writer = new StreamingBatchWriter<RecordBatch>(
      {
        migrateTable: dummyHandler,
        deleteStale: dummyHandler,
        async writeTable(batch) {
          for await (const { rows } of batch) ids.push(...((rows.getChild('id')?.toArray() ?? []) as BigInt64Array))
        },
      },
      { rows: arrowRows, ...caps },
    )
    const { batches } = await writer.write([insertOfBatch(throughIpc(long), 'a')])
    expect(ids).toEqual(texts.map((_, index) => BigInt(index)))
    expect(batches).toBe(caps.batchSizeRows === undefined ? Math.ceil(1000 / 45) : Math.ceil(1000 / 70))
  }
})

it('rows of null type do not divide by zero', async () => {
  const client = { migrateTable: dummyHandler, writeTable: dummyHandler, deleteStale: dummyHandler }
  const writer = new StreamingBatchWriter<RecordBatch>(client, { rows: arrowRows })
  const nulls = batchOf({
    nothing: column(
      new Null(),
      Array.from({ length: 1000 }, () => null),
    ),
  })
  const summary = await writer.write([insertOfBatch(nulls, 'a')])
  expect(summary.tables.get('a')?.delivered).toBe(1000)
})

it('an insert finds its table in the metadata of the schema', () => {
  const named = batchOf({ id: column(new Int32(), [1]) }, new Map([['cq:table_name', 'users']]))
  expect(insertOfBatch(named)).toEqual({ kind: 'insert', table: 'users', rows: named })
  expect(insertOfBatch(named, 'other').table).toBe('other')
  const nameless = batchOf({ id: column(new Int32(), [1]) })
  expect(() => insertOfBatch(nameless)).toThrow("no metadata 'cq:table_name'")
})

it('a migration is made of a schema', () => {
  const schema = new Schema(
    [
      new Field('id', new Int64(), false, new Map([['cq:extension:primary_key', 'true']])),
      new Field('mail', new Utf8(), true, new Map([['cq:extension:unique', 'true']])),
    ],
    new Map([['cq:table_name', 'users']]),
  )
  expect(migrationOfSchema(schema)).toEqual({
    kind: 'migrateTable',
    table: 'users',
    schema: {
      columns: [
        { name: 'id', type: 'Int64', nullable: false, unique: false },
        { name: 'mail', type: 'Utf8', nullable: true, unique: true },
      ],
      primaryKey: ['id'],
      metadata: { 'cq:table_name': 'users' },
    },
  })
})

it('what is no record batch is refused', () => {
  expect(() => arrowRows.count([1, 2] as unknown as RecordBatch)).toThrow('give a RecordBatch')
})
