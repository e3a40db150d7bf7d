import { randomUUID } from 'node:crypto'
import { invalid } from './refuse.ts'

/** Canonical lower-case UUID that names one writer to a segment store. Two writers never share one. */
export type WriterId = string

/** A new random {@link WriterId}. */
export function newWriterId(): WriterId {
  return randomUUID()
}

const DASHED = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const BARE = /^[0-9a-f]{32}$/i

/**
 * The canonical form (lower case, with dashes) of a UUID that is given with or without dashes.
 *
 * @throws PravegaError `INVALID_ARGUMENT`
 */
export function parseUuid(text: string): string {
  if (DASHED.test(text)) return text.toLowerCase()
  if (BARE.test(text)) return dash(text.toLowerCase())
  throw invalid('UUID', text, 'it is not 32 hexadecimal digits', 'Write it like 00000000-0000-0000-0000-000000000000')
}

/** The 32 lower-case hexadecimal digits of a UUID, without dashes. */
export function uuidDigits(uuid: string): string {
  return parseUuid(uuid).replaceAll('-', '')
}

/** The UUID whose halves are two 64-bit integers, signed or not, as the controller sends transaction ids. */
export function uuidFromHalves(high: bigint, low: bigint): string {
  return dash(half(high) + half(low))
}

/**
 * The halves of a UUID as two signed 64-bit integers.
 *
 * @throws PravegaError `INVALID_ARGUMENT`
 */
export function uuidToHalves(uuid: string): { readonly high: bigint; readonly low: bigint } {
  const digits = uuidDigits(uuid)
  return {
    high: BigInt.asIntN(64, BigInt(`0x${digits.slice(0, 16)}`)),
    low: BigInt.asIntN(64, BigInt(`0x${digits.slice(16)}`)),
  }
}

/** The epoch in which a transaction was made: the top 32 bits of its id. */
export function transactionEpoch(transactionId: string): number {
  return Number.parseInt(uuidDigits(transactionId).slice(0, 8), 16)
}

function half(value: bigint): string {
  return BigInt.asUintN(64, value).toString(16).padStart(16, '0')
}

function dash(digits: string): string {
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`
}
