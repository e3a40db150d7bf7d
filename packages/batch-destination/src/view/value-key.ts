import { encodeValue } from '../json/row-codec.ts'

/** Equal for equal values. Whole numbers are equal whether they are number or bigint; `null` is equal to what is missing. */
export function valueKey(value: unknown): string {
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return Number.isInteger(value) ? String(BigInt(value)) : String(value)
  return JSON.stringify(encodeValue(value ?? null))
}

/** Milliseconds of a time in a row: a Date, a number of milliseconds, or ISO 8601 text. Undefined: it is none of them. */
export function timeOf(value: unknown): number | undefined {
  const time =
    value instanceof Date
      ? value.getTime()
      : typeof value === 'string'
        ? Date.parse(value)
        : typeof value === 'number'
          ? value
          : Number.NaN
  return Number.isNaN(time) ? undefined : time
}
