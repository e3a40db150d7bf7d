import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, since, utf } from '../codec/fields.ts'

/** The segment is sealed; for a waiting read, its end. Failure reply, type 51. */
export interface SegmentIsSealed {
  readonly command: 'SegmentIsSealed'
  /** The id of the request that this answers. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
  /** Log text; empty unless the server is set to send it. */
  readonly serverStackTrace: string
  /** Of a refused append its event number, of a read its offset, else -1. */
  readonly offset: bigint
}

export const segmentIsSealed: CommandCodec<SegmentIsSealed> = defineCommand('SegmentIsSealed', 51, 'failure', {
  requestId: i64,
  segment: utf,
  serverStackTrace: since(6, utf, ''),
  offset: since(8, i64, -1n),
})
