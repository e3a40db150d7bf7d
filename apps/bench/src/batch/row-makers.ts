import { byteRows, objectRows, type RowFormat } from '@pravega-ts/streaming-batch-writer'
import type { BatchFormat } from './batch-options.ts'

/** Rows of one message, and how a writer measures them. */
export interface RowMaker<R> {
  readonly format: RowFormat<R>
  make(id: number): R
}

function filled<T>(rows: number, row: () => T): readonly T[] {
  const made: T[] = []
  for (let index = 0; index < rows; index++) made.push(row())
  return made
}

function objects(rows: number): RowMaker<readonly object[]> {
  // Made anew for each message, as a source does.
  return { format: objectRows, make: id => filled(rows, () => ({ id, name: 'abcd' })) }
}

function bytes(rows: number): RowMaker<readonly Uint8Array[]> {
  const event = new Uint8Array(16)
  return { format: byteRows, make: () => filled(rows, () => event) }
}

async function arrow(rows: number): Promise<RowMaker<unknown>> {
  const { tableFromArrays } = await import('apache-arrow')
  const { arrowRows } = await import('@pravega-ts/streaming-batch-writer/arrow')
  const ids = BigInt64Array.from({ length: rows }, (_, index) => BigInt(index))
  const [batch] = tableFromArrays({ id: ids, name: Array.from(ids, () => 'abcd') }).batches
  return { format: arrowRows as RowFormat<unknown>, make: () => batch }
}

/** @param rows - Of each message. */
export async function rowMaker(format: BatchFormat, rows: number): Promise<RowMaker<unknown>> {
  switch (format) {
    case 'objects':
      return objects(rows) as RowMaker<unknown>
    case 'bytes':
      return bytes(rows) as RowMaker<unknown>
    case 'arrow':
      return arrow(rows)
  }
}
