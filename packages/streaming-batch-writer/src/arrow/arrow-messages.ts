import type { RecordBatch, Schema } from 'apache-arrow'
import { BatchWriterError } from '../errors.ts'
import type { Column, Insert, MigrateTable } from '../messages/messages.ts'

const TABLE_NAME = 'cq:table_name'
const PRIMARY_KEY = 'cq:extension:primary_key'
const UNIQUE = 'cq:extension:unique'

function tableOf(schema: Schema, table: string | undefined): string {
  const name = table ?? schema.metadata.get(TABLE_NAME)
  if (name !== undefined) return name
  throw new BatchWriterError(
    'INVALID_ARGUMENT',
    `the schema has no metadata '${TABLE_NAME}'; put the table's name there, or give it as the second argument`,
  )
}

/**
 * An insert of an Arrow record batch.
 *
 * @param table - Default: the schema's metadata `cq:table_name`.
 * @throws BatchWriterError `INVALID_ARGUMENT` if the table has no name in either place.
 */
export function insertOfBatch(batch: RecordBatch, table?: string): Insert<RecordBatch> {
  return { kind: 'insert', table: tableOf(batch.schema, table), rows: batch }
}

/**
 * The migration that an Arrow schema asks for. The type of a column is Arrow's own text for it. A field is part of the primary
 * key when its metadata `cq:extension:primary_key` is `true`, and unique when `cq:extension:unique` is.
 *
 * @param table - Default: the schema's metadata `cq:table_name`.
 * @throws BatchWriterError `INVALID_ARGUMENT` if the table has no name in either place.
 */
export function migrationOfSchema(schema: Schema, table?: string): MigrateTable {
  const columns = schema.fields.map((field): Column => {
    const { name, nullable, type, metadata } = field
    return { name, type: String(type), nullable, unique: metadata.get(UNIQUE) === 'true' }
  })
  const primaryKey = schema.fields
    .filter(({ metadata }) => metadata.get(PRIMARY_KEY) === 'true')
    .map(({ name }) => name)
  const metadata = Object.fromEntries(schema.metadata)
  return { kind: 'migrateTable', table: tableOf(schema, table), schema: { columns, primaryKey, metadata } }
}
