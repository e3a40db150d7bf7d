import { invalid } from './refuse.ts'

export const LARGEST_INT64: bigint = 2n ** 63n - 1n

/** A whole number given as number or bigint, as bigint, from `smallest` to the largest signed 64-bit integer. */
export function toInt64(what: string, value: number | bigint, smallest: bigint): bigint {
  if (typeof value === 'number' ? !Number.isSafeInteger(value) : typeof value !== 'bigint') {
    throw invalid(what, value, 'it is not a whole number that is exact', 'Give large numbers as bigint')
  }
  const whole = BigInt(value)
  if (whole < smallest || whole > LARGEST_INT64) {
    throw invalid(what, value, `it is not from ${smallest} to ${LARGEST_INT64}`, 'Give a number in that range')
  }
  return whole
}
