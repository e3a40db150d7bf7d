/** An open block of this size is sent although others are in flight, as long as those are few. */
const WORTH_SENDING = 32 * 1024
const FEW_IN_FLIGHT = 4

/**
 * Whether the open block is sent now or goes on filling. Batches by what is in flight, without timers: with nothing in flight
 * an append leaves at once; while blocks are in flight, what arrives is gathered until one of them is acknowledged, or until
 * enough has come together.
 *
 * @param openBytes - Bytes in the open block.
 * @param pendingBlocks - Blocks that were sent or wait to be sent.
 * @param alone - Whether blocks may travel only one at a time.
 */
export function isTimeToSend(openBytes: number, pendingBlocks: number, alone: boolean): boolean {
  if (openBytes === 0) return false
  if (pendingBlocks === 0) return true
  return !alone && pendingBlocks < FEW_IN_FLIGHT && openBytes >= WORTH_SENDING
}
