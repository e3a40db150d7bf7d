import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { bytes, EMPTY_BYTES, i32, i64, since, utf } from '../codec/fields.ts'

/** Asks for a page of keys. Answered by TableKeysRead or NoSuchSegment. Request, type 83, since wire version 8. */
export interface ReadTableKeys {
  readonly command: 'ReadTableKeys'
  /** Echoed in every reply to this request. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
  /** Delegation token of the controller; empty when authorization is off. */
  readonly delegationToken: string
  readonly suggestedKeyCount: number
  /** Token of the page before; empty = from the start. */
  readonly continuationToken: Uint8Array
  /** Ignored by servers; send it empty. */
  readonly prefixFilter: Uint8Array
  /** First key, inclusive; only for fixed-length keys. */
  readonly fromKey: Uint8Array
  /** Last key, inclusive; only for fixed-length keys. */
  readonly toKey: Uint8Array
}

export const readTableKeys: CommandCodec<ReadTableKeys> = defineCommand('ReadTableKeys', 83, 'request', {
  requestId: i64,
  segment: utf,
  delegationToken: utf,
  suggestedKeyCount: i32,
  continuationToken: bytes,
  prefixFilter: since(10, bytes, EMPTY_BYTES),
  fromKey: since(12, bytes, EMPTY_BYTES),
  toKey: since(12, bytes, EMPTY_BYTES),
})
