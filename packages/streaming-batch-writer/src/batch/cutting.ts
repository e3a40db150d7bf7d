import type { RowFormat } from '../rows/row-format.ts'

/** What a batch may hold, or holds. */
export interface Extent {
  readonly rows: number
  readonly bytes: number
}

/** Rows of one insert that no batch has yet: `rows` of them from `from` on, together `bytes`. */
export interface Remainder<R> extends Extent {
  readonly record: R
  readonly from: number
}

/** What a batch takes of an insert that does not fit as a whole. Without a row the batch ends before it. */
export interface Cut extends Extent {
  /** Which cap it was that the insert did not fit in. */
  readonly cap: 'rows' | 'bytes'
}

/**
 * The first rows of an insert that a batch has room for, at real row boundaries. An empty batch takes one row at least,
 * whatever its size: a row larger than the cap makes a batch of its own, once.
 */
export function cutRows<R>(format: RowFormat<R>, rest: Remainder<R>, batch: Extent, caps: Extent): Cut {
  const roomRows = Math.min(rest.rows, caps.rows - batch.rows)
  const fitting = fitRows(format, rest, roomRows, caps.bytes - batch.bytes)
  const rows = batch.rows === 0 ? Math.max(1, fitting) : fitting
  if (rows === rest.rows) return { rows, bytes: rest.bytes, cap: 'bytes' }
  return {
    rows,
    bytes: rows === 0 ? 0 : chargeRows(format, rest.record, rest.from, rest.from + rows),
    cap: rows === roomRows && roomRows < rest.rows ? 'rows' : 'bytes',
  }
}

/** Bytes that rows are charged with: one each at least, so that a cap in bytes always ends a batch. */
export function chargeRows<R>(format: RowFormat<R>, record: R, from: number, to: number): number {
  return Math.max(to - from, format.bytes(record, from, to))
}

function fitRows<R>(format: RowFormat<R>, rest: Remainder<R>, rows: number, bytes: number): number {
  if (rest.bytes <= bytes) return rows
  const most = Math.min(rows, Math.floor(bytes))
  if (most <= 0) return 0
  const { record, from } = rest
  const found = format.fit?.(record, from, from + most, bytes) ?? halve(format, record, from, most, bytes)
  return Math.max(0, Math.min(most, Math.floor(found)))
}

function halve<R>(format: RowFormat<R>, record: R, from: number, most: number, bytes: number): number {
  let fits = 0
  let tooMany = most + 1
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2)
    if (chargeRows(format, record, from, from + middle) <= bytes) fits = middle
    else tooMany = middle
  }
  return fits
}
