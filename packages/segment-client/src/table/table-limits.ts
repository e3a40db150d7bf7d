import { PravegaError } from '@pravega-ts/model'
import { MAX_FRAME_BYTES } from '@pravega-ts/wire-protocol'
import type { TablePut } from './table-segment.ts'

const MAX_KEY_BYTES = 8192
const MAX_ENTRY_BYTES = 1024 * 1024
/** What a table adds to each entry. */
const ENTRY_OVERHEAD_BYTES = 17
/** What travels with each entry besides key and value: two lengths each, and the version. */
const WIRE_OVERHEAD_BYTES = 24
/** Room for the fields before the entries: a token and a name. */
const REQUEST_OVERHEAD_BYTES = 16 * 1024

/** @throws PravegaError `INVALID_ARGUMENT` */
export function checkKey(key: Uint8Array): void {
  if (key.length >= 1 && key.length <= MAX_KEY_BYTES) return
  throw new PravegaError(
    'INVALID_ARGUMENT',
    `A key of ${key.length} bytes is refused: table keys have 1 to ${MAX_KEY_BYTES} bytes. Use another key, for example a hash of this one`,
    { details: { keyLength: key.length } },
  )
}

/** @throws PravegaError `INVALID_ARGUMENT` */
export function checkPut(entry: TablePut): void {
  checkKey(entry.key)
  const size = entry.key.length + entry.value.length + ENTRY_OVERHEAD_BYTES
  if (size <= MAX_ENTRY_BYTES) return
  throw new PravegaError(
    'INVALID_ARGUMENT',
    `An entry of ${size} bytes is refused: key, value and ${ENTRY_OVERHEAD_BYTES} bytes have at most ${MAX_ENTRY_BYTES}. Split the value over several keys`,
    { details: { size } },
  )
}

/**
 * Whether a batch fits into one request.
 *
 * @throws PravegaError `INVALID_ARGUMENT`
 */
export function checkBatch(items: readonly { readonly key: Uint8Array; readonly value?: Uint8Array }[]): void {
  let bytes = REQUEST_OVERHEAD_BYTES
  for (const { key, value } of items) bytes += WIRE_OVERHEAD_BYTES + key.length + (value?.length ?? 0)
  if (bytes <= MAX_FRAME_BYTES) return
  throw new PravegaError(
    'INVALID_ARGUMENT',
    `A change of ${bytes} bytes is refused: one request has at most ${MAX_FRAME_BYTES}. Make several calls, each atomic by itself`,
    { details: { bytes } },
  )
}
