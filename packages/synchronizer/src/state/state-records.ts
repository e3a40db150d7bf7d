import { PravegaError } from '@pravega-ts/model'

/*
 * The payload of a record:
 *
 *   int32 kind
 *   kind 1, a full state:  its bytes (Java members write zero bytes behind them)
 *   kind 2, updates:       until the end: int32 length | update
 */
const FULL_STATE = 1
const UPDATES = 2
const INT_BYTES = 4

/** What a record of a shared state holds. */
export type StateRecord =
  | { readonly kind: 'fullState'; readonly bytes: Uint8Array }
  | { readonly kind: 'updates'; readonly updates: readonly Uint8Array[] }

/** Pieces of the payload of a record with a full state. */
export function fullStateRecord(bytes: Uint8Array): readonly Uint8Array[] {
  return [int32(FULL_STATE), bytes]
}

/** Pieces of the payload of a record with updates. */
export function updatesRecord(updates: readonly Uint8Array[]): readonly Uint8Array[] {
  return [int32(UPDATES), ...updates.flatMap(update => [int32(update.length), update])]
}

/** @throws PravegaError `CORRUPT_STATE` */
export function readStateRecord(payload: Uint8Array): StateRecord {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length)
  const kind = bytes.length < INT_BYTES ? 'none' : bytes.readInt32BE(0)
  switch (kind) {
    case FULL_STATE:
      return { kind: 'fullState', bytes: bytes.subarray(INT_BYTES) }
    case UPDATES:
      return { kind: 'updates', updates: splitUpdates(bytes) }
    default:
      throw new PravegaError('CORRUPT_STATE', `A record of ${payload.length} bytes has kind ${kind}, not 1 or 2`)
  }
}

function splitUpdates(bytes: Buffer): readonly Uint8Array[] {
  const updates: Uint8Array[] = []
  for (let at = INT_BYTES; at < bytes.length; ) {
    const from = at + INT_BYTES
    const length = from > bytes.length ? -1 : bytes.readInt32BE(at)
    if (length < 0 || length > bytes.length - from) {
      const held = `${bytes.length - at} bytes are left for update ${updates.length}`
      throw new PravegaError('CORRUPT_STATE', `${held}, which do not hold its length ${length}`)
    }
    at = from + length
    updates.push(bytes.subarray(from, at))
  }
  return updates
}

function int32(value: number): Uint8Array {
  const bytes = Buffer.alloc(INT_BYTES)
  bytes.writeInt32BE(value)
  return bytes
}
