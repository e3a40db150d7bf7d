import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, since, utf } from '../codec/fields.ts'

/** There is no segment of that name, or not any more. Failure reply, type 53. */
export interface NoSuchSegment {
  readonly command: 'NoSuchSegment'
  /** The id of the request that this answers. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
  /** Log text; empty unless the server is set to send it. */
  readonly serverStackTrace: string
  /** Of a read or truncation its offset, else -1. */
  readonly offset: bigint
}

export const noSuchSegment: CommandCodec<NoSuchSegment> = defineCommand('NoSuchSegment', 53, 'failure', {
  requestId: i64,
  segment: utf,
  serverStackTrace: since(6, utf, ''),
  offset: since(8, i64, -1n),
})
