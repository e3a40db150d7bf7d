import type { RecordBatch } from 'apache-arrow'
import type { RowFormat } from '../rows/row-format.ts'
import { bytesOfColumn } from './arrow-size.ts'

/**
 * Rows as Arrow record batches. Sizes are those of the rows themselves: a slice is not charged with the memory it shares, and
 * padding is not counted. Of dictionary-encoded columns the indices count.
 */
export const arrowRows: RowFormat<RecordBatch> = {
  count(rows) {
    const { numRows } = rows
    if (typeof numRows === 'number' && typeof rows.slice === 'function') return numRows
    throw new TypeError('rows is no Arrow record batch; give a RecordBatch of apache-arrow')
  },
  bytes: (rows, from, to) => rows.data.children.reduce((sum, column) => sum + bytesOfColumn(column, from, to), 0),
  slice: (rows, from, to) => rows.slice(from, to),
}
