import type { RowFormat } from './row-format.ts'
import { sizeOfValue } from './value-size.ts'

/** Rows as arrays, with the size of a row as `sizeOf` says. */
export function arrayRowsOf<T>(sizeOf: (row: T) => number): RowFormat<readonly T[]> {
  return {
    count(rows) {
      if (Array.isArray(rows)) return rows.length
      throw new TypeError(`rows is ${rows === null ? 'null' : typeof rows}; give an array, or set the option rows`)
    },
    bytes(rows, from, to) {
      let bytes = 0
      for (let index = from; index < to; index++) bytes += Math.max(1, sizeOf(rows[index] as T))
      return bytes
    },
    slice: (rows, from, to) => rows.slice(from, to),
    fit(rows, from, to, maxBytes) {
      let bytes = 0
      for (let index = from; index < to; index++) {
        bytes += Math.max(1, sizeOf(rows[index] as T))
        if (bytes > maxBytes) return index - from
      }
      return to - from
    },
  }
}

/** Rows as arrays of plain objects, sized by what their values hold. The default of a writer. */
export const objectRows: RowFormat<readonly object[]> = arrayRowsOf<object>(sizeOfValue)

function sizeOfBytes(event: Uint8Array): number {
  if (event instanceof Uint8Array) return event.byteLength
  throw new TypeError(`a row is ${typeof event}; give events as Uint8Array`)
}

/** Rows as arrays of byte arrays, such as events that are serialized already. */
export const byteRows: RowFormat<readonly Uint8Array[]> = arrayRowsOf<Uint8Array>(sizeOfBytes)
