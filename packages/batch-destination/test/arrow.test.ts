import { ScalingPolicy } from '@pravega-ts/model'
import { StreamingBatchWriter } from '@pravega-ts/streaming-batch-writer'
import { arrowRows, insertOfBatch, migrationOfSchema } from '@pravega-ts/streaming-batch-writer/arrow'
import {
  Binary,
  Bool,
  type Data,
  type DataType,
  DateDay,
  DateMillisecond,
  Decimal,
  Dictionary,
  Field,
  FixedSizeList,
  Float64,
  Int32,
  Int64,
  LargeUtf8,
  List,
  Map_,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  TimestampMicrosecond,
  TimestampMillisecond,
  TimestampNanosecond,
  TimestampSecond,
  tableFromIPC,
  Uint64,
  Utf8,
  vectorFromArray,
} from 'apache-arrow'
import { describe, expect, it } from 'vitest'
import { arrowIpc } from '../src/arrow/index.ts'
import { openBatchDestination, type Row, TableRows, tableEventSerializer } from '../src/index.ts'
import { MemoryStreams } from './support/memory-streams.ts'
import { causeOf, SCOPE } from './support/tables.ts'

const KEY = new Map([['cq:extension:primary_key', 'true']])

function batchOf(columns: Readonly<Record<string, Data>>, keys: readonly string[] = []): RecordBatch {
  const children = Object.values(columns)
  const fields = Object.entries(columns).map(
    ([name, { type }]) => new Field(name, type, true, keys.includes(name) ? KEY : undefined),
  )
  const length = children[0]?.length ?? 0
  const data = makeData({ type: new Struct(fields), children, length, nullCount: 0 })
  return new RecordBatch(new Schema(fields, new Map([['cq:table_name', 't']])), data)
}

function column(type: DataType, values: readonly unknown[]): Data {
  return vectorFromArray(values as never[], type).data[0] as Data
}

/** 64-bit values as they are, in the unit of the type. */
function times(type: DataType, values: readonly bigint[]): Data {
  return makeData({
    type: type as TimestampMicrosecond,
    length: values.length,
    data: BigInt64Array.from(values) as never,
  }) as Data
}

async function land(batches: readonly RecordBatch[], segments: number, buckets?: number): Promise<MemoryStreams> {
  const streams = new MemoryStreams()
  const stream = { scaling: ScalingPolicy.fixed(segments) }
  const destination = await openBatchDestination<RecordBatch>(streams, {
    scope: SCOPE,
    stream,
    format: arrowIpc({ buckets }),
  })
  const writer = new StreamingBatchWriter<RecordBatch>(destination, { rows: arrowRows })
  const [first] = batches
  if (first === undefined) throw new Error('no batch')
  await writer.write([migrationOfSchema(first.schema), ...batches.map(batch => insertOfBatch(batch))])
  return streams
}

function read(streams: MemoryStreams, segments = streams.events('t')): TableRows {
  const serializer = tableEventSerializer({ formats: [arrowIpc()] })
  const rows = new TableRows('t')
  for (const event of segments.flat()) rows.apply(serializer.deserialize(event))
  return rows
}

const single = async (type: DataType, values: readonly unknown[]): Promise<unknown[]> =>
  [...read(await land([batchOf({ v: column(type, values) })], 1))].map(row => row['v'])

const point = new Struct([new Field('x', new Int32()), new Field('at', new TimestampMillisecond())])

describe('record batches', () => {
  it.each<[string, DataType, readonly unknown[]]>([
    ['integers', new Int32(), [1, null, -3]],
    ['64-bit integers', new Int64(), [2n ** 63n - 1n, null, -(2n ** 63n)]],
    ['64-bit integers without sign', new Uint64(), [2n ** 64n - 1n]],
    ['floating point', new Float64(), [0.1, null]],
    ['truth', new Bool(), [true, null, false]],
    ['text', new Utf8(), ['', 'grüße', null]],
    ['large text', new LargeUtf8(), ['', 'grüße', null]],
    ['bytes', new Binary(), [Uint8Array.of(0, 255), null, Uint8Array.of()]],
    ['codes', new Dictionary(new Utf8(), new Int32()), ['a', 'b', null, 'a']],
    ['lists', new List(new Field('item', new Int64())), [[1n, 2n], [], null]],
    [
      'lists of a length',
      new FixedSizeList(2, new Field('item', new Int32())),
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [
      'structs',
      point,
      [
        { x: 1, at: new Date(5) },
        { x: null, at: null },
      ],
    ],
  ])('of %s come back equal', async (_, type, values) => {
    expect(await single(type, values)).toEqual(values)
  })

  it('of dates and maps come back as dates and objects', async () => {
    const day = new Date('2026-02-28T00:00:00.000Z')
    expect(await single(new DateDay(), [day, null])).toEqual([day, null])
    expect(await single(new DateMillisecond(), [day])).toEqual([day])
    const entry = new Struct([new Field('key', new Utf8(), false), new Field('value', new Int32())])
    const map = new Map_(new Field('entries', entry as never, false))
    expect(await single(map, [new Map([['a', 1]])])).toEqual([{ a: 1 }])
  })

  it('of times and decimals keep every digit', async () => {
    const batch = batchOf({
      s: times(new TimestampSecond(), [1n, -1n]),
      ms: times(new TimestampMillisecond(), [1n, -1n]),
      us: times(new TimestampMicrosecond(), [1_767_225_600_123_456n, -1n]),
      ns: times(new TimestampNanosecond(), [1_767_225_600_123_456_789n, -1n]),
      money: makeData({
        type: new Decimal(2, 38, 128),
        length: 2,
        data: Uint32Array.of(
          0xffffffff,
          0xffffffff,
          0xffffffff,
          0x7fffffff,
          0xffffffff,
          0xffffffff,
          0xffffffff,
          0xffffffff,
        ),
      }) as Data,
    })
    expect([...read(await land([batch], 1))]).toEqual([
      {
        s: new Date(1000),
        ms: new Date(1),
        us: '2026-01-01T00:00:00.123456Z',
        ns: '2026-01-01T00:00:00.123456789Z',
        money: '1701411834604692317316873037158841057.27',
      },
      {
        s: new Date(-1000),
        ms: new Date(-1),
        us: '1969-12-31T23:59:59.999999Z',
        ns: '1969-12-31T23:59:59.999999999Z',
        money: '-0.01',
      },
    ])
  })

  it('are events that any Arrow library reads, without what a slice leaves out', async () => {
    const whole = batchOf({
      id: column(
        new Int32(),
        Array.from({ length: 1000 }, (_, n) => n),
      ),
    })
    const streams = await land([whole.slice(10, 13)], 1)
    const event = streams.events('t')[0]?.find(bytes => bytes[0] === 0xff) ?? Buffer.alloc(0)
    const table = tableFromIPC(event)
    expect(table.toArray().map(row => row.id)).toEqual([10, 11, 12])
    expect(table.schema.metadata.get('cq:table_name')).toBe('t')
    expect(event.length).toBeLessThan(1000)
  })
})

describe('buckets', () => {
  const ids = Array.from({ length: 200 }, (_, n) => n % 40)
  const batch = batchOf(
    {
      id: column(new Int32(), ids),
      n: column(
        new Utf8(),
        ids.map((_, n) => `${n}`),
      ),
    },
    ['id'],
  )

  it('keep rows of a key together and in order, and spread the others', async () => {
    const streams = await land([batch, batch.slice(120, 160)], 3, 12)
    const events = streams.events('t')
    expect(events.every(segment => segment.length > 1)).toBe(true)
    const expected = Array.from({ length: 40 }, (_, id): Row => ({ id, n: `${120 + id}` }))
    for (const order of [events, events.toReversed()]) {
      const rows = [...read(streams, order)].sort((a, b) => Number(a['id']) - Number(b['id']))
      expect(rows).toEqual(expected)
    }
  })

  it('say which rows a marker is about', async () => {
    const streams = await land([batch], 2, 12)
    const destination = await openBatchDestination(streams, { scope: SCOPE })
    const where = [
      { join: 'or' as const, predicates: [1, 2, 3].map(value => ({ operator: 'eq' as const, column: 'id', value })) },
    ]
    await new StreamingBatchWriter(destination).write([{ kind: 'deleteRecord', table: 't', where }])
    expect(read(streams).size).toBe(37)
    expect(read(streams, streams.events('t').toReversed()).size).toBe(37)
  })

  it('take turns where a table has no key', async () => {
    const free = batchOf({ id: column(new Int32(), [1]) })
    const streams = await land(
      Array.from({ length: 12 }, () => free),
      3,
      12,
    )
    expect(
      streams
        .events('t')
        .map(segment => segment.length - 1)
        .every(count => count > 0),
    ).toBe(true)
    expect(read(streams).size).toBe(12)
  })

  it('are refused as no number', () => {
    expect(() => arrowIpc({ buckets: 0 })).toThrow('buckets 0 is refused')
  })
})

describe('record batches that cannot be landed', () => {
  it('are those without their key, and what is none', async () => {
    const keyed = (values: (number | null)[]): RecordBatch => batchOf({ id: column(new Int32(), values) }, ['id'])
    expect((await causeOf(land([keyed([1]), keyed([2, null])], 1))).message).toContain("no value in column 'id'")
    const other = batchOf({ nr: column(new Int32(), [1]) })
    expect((await causeOf(land([keyed([1]), other], 1))).message).toContain("it has no column 'id'")
    const streams = await land([keyed([1])], 1)
    const destination = await openBatchDestination<readonly object[]>(streams, {
      scope: SCOPE,
      format: arrowIpc() as never,
    })
    const cause = await causeOf(
      new StreamingBatchWriter(destination).write([{ kind: 'insert', table: 't', rows: [{ id: 1 }] }]),
    )
    expect(cause.message).toContain('are no Arrow record batch')
  })
})
