/** What decides whether the open block is sent now or goes on filling. */
export interface OpenBlock {
  readonly bytes: number
  /** Whether a connection is set up. */
  readonly ready: boolean
  /** Blocks that were sent or wait to be sent. */
  readonly pending: number
  /** Whether blocks may travel only one at a time. */
  readonly alone: boolean
}

/** An open block of this size is sent although others are in flight, as long as those are few. */
const WORTH_SENDING = 32 * 1024
const FEW_IN_FLIGHT = 4

/**
 * Batches by what is in flight, without timers: with nothing in flight an append leaves at once; while blocks are in flight,
 * what arrives is gathered until one of them is acknowledged, or until enough has come together.
 */
export function isTimeToSend(open: OpenBlock): boolean {
  if (!open.ready || open.bytes === 0) return false
  if (open.pending === 0) return true
  return !open.alone && open.pending < FEW_IN_FLIGHT && open.bytes >= WORTH_SENDING
}
