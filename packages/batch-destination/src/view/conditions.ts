import type { PredicateGroup } from '@pravega-ts/streaming-batch-writer'
import type { DeleteRecordMarker, DeleteStaleMarker } from '../events/table-event.ts'
import type { Row } from '../json/row-codec.ts'
import { timeOf, valueKey } from './value-key.ts'

/** Whether a row is meant. */
export type Condition = (row: Row) => boolean

function isBefore(value: unknown, time: number): boolean {
  const other = timeOf(value)
  return other !== undefined && other < time
}

/** Rows that a removal of stale ones is about. One without a time that can be compared is not stale. */
export function staleRows({ source, syncTime, columns }: DeleteStaleMarker): Condition {
  const time = syncTime.getTime()
  return row => row[columns.source] === source && isBefore(row[columns.syncTime], time)
}

function groupHolds({ join, predicates }: PredicateGroup): Condition {
  const tests = predicates.map(({ column, value }): Condition => {
    const wanted = valueKey(value)
    return row => valueKey(row[column]) === wanted
  })
  return join === 'and' ? row => tests.every(test => test(row)) : row => tests.some(test => test(row))
}

/** Rows that are not of the marker's sync, nor of a later one. */
function notNewer({ syncTime, columns }: DeleteRecordMarker): Condition {
  if (syncTime === undefined) return () => true
  const time = syncTime.getTime()
  return row => timeOf(row[columns.syncTime]) === undefined || isBefore(row[columns.syncTime], time)
}

/** Rows of the marker's own table that it is about. Without groups all rows are. */
export function recordsMeant(marker: DeleteRecordMarker): Condition {
  const groups = marker.where.map(groupHolds)
  const older = notNewer(marker)
  return row => groups.every(holds => holds(row)) && older(row)
}

/** Rows of a related table that belong to rows with these ids. */
export function rowsOfParents(marker: DeleteRecordMarker, ids: ReadonlySet<string>): Condition {
  const older = notNewer(marker)
  return row => {
    const parent = row[marker.columns.parentId]
    return parent !== undefined && parent !== null && ids.has(valueKey(parent)) && older(row)
  }
}

/** Ids of rows, for the rows of other tables that belong to them. */
export function idsOf(rows: readonly Row[], { columns }: DeleteRecordMarker): Set<string> {
  const ids = rows.map(row => row[columns.id]).filter(id => id !== undefined && id !== null)
  return new Set(ids.map(valueKey))
}
