import { parseUuid } from '@pravega-ts/model'
import { refuse } from './refuse.ts'

/** A transaction's id, as `txn begin` prints it. */
export function parseTransactionId(text: string): string {
  return parseUuid(text)
}

/** A time for watermarks: `now`, or a whole number. */
export function parseTimestamp(text: string): bigint {
  if (text === 'now') return BigInt(Date.now())
  if (!/^-?\d{1,19}$/.test(text)) throw refuse('it is not a time; write now, or a whole number such as 1735689600000')
  return BigInt(text)
}

/** Milliseconds, of a number of seconds. */
export function parseSeconds(text: string): number {
  const ms = Math.round(Number(text) * 1000)
  if (!/^\d+(\.\d+)?$/.test(text) || ms < 1) throw refuse('it is not a number of seconds above 0')
  return ms
}
