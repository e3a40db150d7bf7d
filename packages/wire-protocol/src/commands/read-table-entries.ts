import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { bytes, EMPTY_BYTES, i32, i64, since, utf } from '../codec/fields.ts'

/**
 * Asks for a page of entries. Answered by TableEntriesRead or NoSuchSegment. Request, type 85, since wire version 8.
 */
export interface ReadTableEntries {
  readonly command: 'ReadTableEntries'
  /** Echoed in every reply to this request. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
  /** Delegation token of the controller; empty when authorization is off. */
  readonly delegationToken: string
  readonly suggestedEntryCount: number
  /** Token of the page before; empty = from the start. */
  readonly continuationToken: Uint8Array
  /** Ignored by servers; send it empty. */
  readonly prefixFilter: Uint8Array
  /** First key, inclusive; only for fixed-length keys. */
  readonly fromKey: Uint8Array
  /** Last key, inclusive; only for fixed-length keys. */
  readonly toKey: Uint8Array
}

export const readTableEntries: CommandCodec<ReadTableEntries> = defineCommand('ReadTableEntries', 85, 'request', {
  requestId: i64,
  segment: utf,
  delegationToken: utf,
  suggestedEntryCount: i32,
  continuationToken: bytes,
  prefixFilter: since(10, bytes, EMPTY_BYTES),
  fromKey: since(12, bytes, EMPTY_BYTES),
  toKey: since(12, bytes, EMPTY_BYTES),
})
