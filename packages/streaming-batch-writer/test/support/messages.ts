import {
  arrayRowsOf,
  type DeleteRecord,
  type DeleteStale,
  type Insert,
  type MigrateTable,
  type RowFormat,
  StreamingBatchWriter,
  type StreamingBatchWriterOptions,
  WriteError,
} from '../../src/index.ts'
import type { Recorder, Row, Rows } from './recorder.ts'

export function migrate(table: string): MigrateTable {
  return { kind: 'migrateTable', table, schema: { columns: [{ name: 'id', type: 'int64' }] } }
}

export function stale(table: string): DeleteStale {
  return { kind: 'deleteStale', table, source: 'test', syncTime: new Date(0) }
}

export function record(table: string): DeleteRecord {
  return { kind: 'deleteRecord', table, where: [] }
}

/** Rows `first` to `first + count - 1`, each of `size` bytes. */
export function rows(first: number, count: number, size = 1): Row[] {
  return Array.from({ length: count }, (_, index) => ({ id: first + index, size }))
}

export function insert(table: string, first: number, count = 1, size = 1): Insert<Rows> {
  return { kind: 'insert', table, rows: rows(first, count, size) }
}

export const sizedRows: RowFormat<Rows> = arrayRowsOf<Row>(({ size }) => size ?? 1)

export function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index)
}

/** A writer on a recorder, with nothing in force but what a test asks for. */
export function writerOn(
  client: Recorder,
  options: StreamingBatchWriterOptions<Rows> = {},
): StreamingBatchWriter<Rows> {
  return new StreamingBatchWriter<Rows>(client, {
    rows: sizedRows,
    batchTimeout: 0,
    batchSizeRows: 0,
    batchSizeBytes: 0,
    onBatch: client.onBatch,
    ...options,
  })
}

/** The error of a write that must not succeed. */
export async function failureOf(written: Promise<unknown>): Promise<WriteError> {
  try {
    await written
  } catch (error) {
    if (error instanceof WriteError) return error
    throw error
  }
  throw new Error('the write succeeded')
}
