import { PravegaError } from '@pravega-ts/model'
import type { EncodedRows, TableFormat } from '../format/table-format.ts'
import type { TableVersion } from '../schema/table-version.ts'
import { decodeRow, encodeRow, type Row } from './row-codec.ts'

/** First byte of a row. */
const ROW_BYTE = 0x7b

function lacksKey(row: Record<string, unknown>, { table, primaryKey }: TableVersion): PravegaError | undefined {
  const column = primaryKey.find(name => row[name] === undefined || row[name] === null)
  if (column === undefined) return undefined
  return new PravegaError(
    'SERIALIZATION_FAILED',
    `A row of table '${table}' was not written: it has no value in column '${column}', which is part of the primary key`,
    { details: { table, column } },
  )
}

/** The routing key of a row in the form that JSON has. */
function keyOf(encoded: Record<string, unknown>, text: string, routing: readonly string[]): string {
  return routing.length === 0 ? text : JSON.stringify(routing.map(name => encoded[name] ?? null))
}

/** The routing key that a row was written with. */
export function routingKeyOf(row: Row, { routing }: TableVersion): string {
  const encoded = encodeRow(row)
  return keyOf(encoded, routing.length === 0 ? JSON.stringify(encoded) : '', routing)
}

function* encodeRows(rows: readonly object[], table: TableVersion): Generator<EncodedRows, void, undefined> {
  for (const row of rows) {
    const encoded = encodeRow(row)
    const fault = lacksKey(encoded, table)
    if (fault !== undefined) throw fault
    const text = JSON.stringify(encoded)
    yield { event: Buffer.from(text), routingKey: keyOf(encoded, text, table.routing), rows: 1 }
  }
}

/** Each row an event: a JSON object in UTF-8. The events of a stream, one a line, are a file of JSON lines. */
export const jsonLines: TableFormat<readonly object[]> = {
  name: 'json',
  events: encodeRows,
  decode(payload) {
    if (payload[0] !== ROW_BYTE) return undefined
    return { rows: [decodeRow(JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString()))] }
  },
}
