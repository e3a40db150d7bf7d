import { PravegaError, routingKeyPosition } from '@pravega-ts/model'
import { type Data, RecordBatch, Schema, Table, tableFromIPC, tableToIPC } from 'apache-arrow'
import type { EncodedRows, TableFormat } from '../format/table-format.ts'
import type { Row } from '../json/row-codec.ts'
import type { TableVersion } from '../schema/table-version.ts'
import { valueKey } from '../view/value-key.ts'
import { valueAt } from './arrow-values.ts'

/** Metadata of the schema of each event. */
const ROUTING_KEY = 'pravega:routing_key'
/** What a stream in Arrow's format begins with. */
const CONTINUATION = 0xff

/** Options of {@link arrowIpc}. */
export interface ArrowIpcOptions {
  /**
   * How many routing keys a table has. Rows of one key stay in order; a record batch is cut into as many events as there are
   * different ones in it. More than the stream has segments are of no use. Default 1: a record batch is an event, and all
   * events of a table are in order.
   */
  readonly buckets?: number | undefined
}

function columnOf(batch: RecordBatch, name: string, { table }: TableVersion): Data {
  const index = batch.schema.fields.findIndex(field => field.name === name)
  const column = batch.data.children[index]
  if (column !== undefined) return column
  throw new PravegaError(
    'SERIALIZATION_FAILED',
    `A record batch for table '${table}' was not written: it has no column '${name}'`,
    {
      details: { table, column: name },
    },
  )
}

function checkKey(batch: RecordBatch, table: TableVersion): void {
  for (const name of table.primaryKey) {
    if (columnOf(batch, name, table).nullCount === 0) continue
    throw new PravegaError(
      'SERIALIZATION_FAILED',
      `A record batch for table '${table.table}' was not written: a row has no value in column '${name}', which is part of the primary key`,
      { details: { table: table.table, column: name } },
    )
  }
}

/** Rows of a record batch by bucket, in order: neighbours as one piece, nothing copied. */
function piecesByBucket(batch: RecordBatch, bucketOf: (row: number) => number): Map<number, RecordBatch[]> {
  const pieces = new Map<number, RecordBatch[]>()
  for (let from = 0; from < batch.numRows; ) {
    const bucket = bucketOf(from)
    let to = from + 1
    while (to < batch.numRows && bucketOf(to) === bucket) to++
    const own = pieces.get(bucket) ?? []
    own.push(batch.slice(from, to))
    pieces.set(bucket, own)
    from = to
  }
  return pieces
}

function bucketsByKey(batch: RecordBatch, table: TableVersion, buckets: number): (row: number) => number {
  const columns = table.routing.map(name => columnOf(batch, name, table))
  const found = new Uint32Array(batch.numRows)
  for (let row = 0; row < batch.numRows; row++) {
    const key = JSON.stringify(columns.map(column => valueKey(valueAt(column, row))))
    found[row] = Math.floor(routingKeyPosition(key) * buckets)
  }
  return row => found[row] ?? 0
}

function encode(pieces: readonly RecordBatch[], routingKey: string): EncodedRows {
  const [first] = pieces
  if (first === undefined) throw new RangeError('no rows')
  const { schema } = first
  const metadata = new Map(schema.metadata).set(ROUTING_KEY, routingKey)
  const keyed = new Schema(schema.fields, metadata, schema.dictionaries)
  const table = new Table(pieces.map(({ data }) => new RecordBatch(keyed, data)))
  return { event: tableToIPC(table, 'stream'), routingKey, rows: table.numRows }
}

function rowsOf(table: Table): Row[] {
  const names = table.schema.fields.map(({ name }) => name)
  return table.batches.flatMap(({ data, numRows }) =>
    Array.from({ length: numRows }, (_, row) =>
      Object.fromEntries(data.children.map((column, index) => [String(names[index]), valueAt(column, row)])),
    ),
  )
}

/**
 * Record batches as events, each a stream of Arrow's IPC format with its schema. An event read as bytes is what `tableFromIPC`
 * of `apache-arrow` takes.
 *
 * @throws PravegaError `INVALID_ARGUMENT`
 */
export function arrowIpc(options: ArrowIpcOptions = {}): TableFormat<RecordBatch> {
  const { buckets = 1 } = options
  if (!Number.isInteger(buckets) || buckets < 1) {
    throw new PravegaError('INVALID_ARGUMENT', `buckets ${buckets} is refused: give a whole number from 1`)
  }
  let turn = 0
  return {
    name: 'arrow',
    *events(batch, table) {
      if (typeof batch?.numRows !== 'number' || batch.schema === undefined) {
        throw new PravegaError(
          'SERIALIZATION_FAILED',
          `Rows of table '${table.table}' are no Arrow record batch; give RecordBatch of apache-arrow`,
        )
      }
      checkKey(batch, table)
      if (buckets === 1 || table.routing.length === 0) {
        yield encode([batch], String(turn++ % buckets))
        return
      }
      for (const [bucket, pieces] of piecesByBucket(batch, bucketsByKey(batch, table, buckets))) {
        yield encode(pieces, String(bucket))
      }
    },
    decode(payload) {
      if (payload[0] !== CONTINUATION) return undefined
      // The rows must not hold on to the memory that was received.
      const table = tableFromIPC(Uint8Array.from(payload))
      return { rows: rowsOf(table), routingKey: table.schema.metadata.get(ROUTING_KEY) }
    },
  }
}
