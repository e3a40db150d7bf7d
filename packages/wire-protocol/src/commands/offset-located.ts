import { type CommandCodec, defineCommand } from '../codec/define-command.ts'
import { i64, utf } from '../codec/fields.ts'

/** Answers {@link LocateOffset}. Reply, type 42, since wire version 17. */
export interface OffsetLocated {
  readonly command: 'OffsetLocated'
  /** The id of the request that this answers. */
  readonly requestId: bigint
  /** Qualified segment name, `scope/stream/number.#epoch.epoch`. */
  readonly segment: string
  readonly offset: bigint
}

export const offsetLocated: CommandCodec<OffsetLocated> = defineCommand('OffsetLocated', 42, 'reply', {
  requestId: i64,
  segment: utf,
  offset: i64,
})
