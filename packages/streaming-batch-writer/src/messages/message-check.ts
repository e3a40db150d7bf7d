import { BatchWriterError } from '../errors.ts'
import type { RowFormat } from '../rows/row-format.ts'
import type { Kind, WriteMessage } from './messages.ts'

/** What a message weighs. */
export interface Weight {
  rows: number
  /** At least one a row; 0 for anything but inserts. */
  bytes: number
}

const KINDS: ReadonlySet<unknown> = new Set<Kind>(['migrateTable', 'insert', 'deleteStale', 'deleteRecord'])

function refused(index: number, why: string, cause?: unknown): BatchWriterError {
  return new BatchWriterError('INVALID_MESSAGE', `message ${index} was not taken: ${why}`, {
    ...(cause === undefined ? {} : { cause }),
    details: { index },
  })
}

/** Whether the shape that all kinds share is there. */
export function checkMessage(message: unknown, index: number): BatchWriterError | undefined {
  if (typeof message !== 'object' || message === null) {
    return refused(index, `it is ${message === null ? 'null' : typeof message}; give an object with kind and table`)
  }
  const { kind, table, schema, syncTime, where } = message as Record<string, unknown>
  if (!KINDS.has(kind)) return refused(index, `its kind is ${String(kind)}; known: ${[...KINDS].join(', ')}`)
  if (typeof table !== 'string') return refused(index, `table is ${typeof table}; give the table's name`)
  if (kind === 'migrateTable' && !Array.isArray((schema as { columns?: unknown } | undefined)?.columns)) {
    return refused(index, `the migration of '${table}' has no schema; give schema.columns`)
  }
  if (kind === 'deleteStale' && !(syncTime instanceof Date)) {
    return refused(index, `the removal of stale rows of '${table}' has no syncTime; give a Date`)
  }
  if (kind === 'deleteRecord' && !Array.isArray(where)) {
    return refused(index, `the removal of rows of '${table}' has no where; give an array of predicate groups`)
  }
  return undefined
}

/** Puts what an insert weighs in `weight`; other kinds weigh one row and no bytes. */
export function weigh<R>(
  message: WriteMessage<R>,
  format: RowFormat<R>,
  index: number,
  weight: Weight,
): BatchWriterError | undefined {
  if (message.kind !== 'insert') {
    weight.rows = 1
    weight.bytes = 0
    return undefined
  }
  try {
    const rows = format.count(message.rows)
    if (!Number.isSafeInteger(rows) || rows < 0) {
      return refused(index, `the row format counts ${rows} rows in this insert into '${message.table}'`)
    }
    weight.rows = rows
    weight.bytes = rows === 0 ? 0 : Math.max(rows, format.bytes(message.rows, 0, rows))
    // NaN compares with nothing, and would make a batch that never ends.
    if (weight.bytes >= 0) return undefined
    return refused(index, `the row format finds ${weight.bytes} bytes in this insert into '${message.table}'`)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return refused(index, `the rows of this insert into '${message.table}' cannot be read: ${why}`, error)
  }
}
