import { uuidFromHalves } from '@pravega-ts/model'

const LOW_64 = (1n << 64n) - 1n
const LOW_32 = (1n << 32n) - 1n

/**
 * The id of a transaction: the epoch of its segments in the top 32 bits, a counter of the whole cluster in the others.
 *
 * @param counter from 1, below 2^96
 * @returns canonical UUID
 */
export function transactionId(referenceEpoch: number, counter: bigint): string {
  const high = (BigInt(referenceEpoch) << 32n) | ((counter >> 64n) & LOW_32)
  return uuidFromHalves(high, counter & LOW_64)
}
