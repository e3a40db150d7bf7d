import { invalid } from './refuse.ts'

const LARGEST_HALF = 0x7fff_ffff
const LOW_HALF = 0xffff_ffffn
const LARGEST_ID = 2n ** 63n - 1n

function checkHalf(what: string, value: number): void {
  if (!Number.isInteger(value) || value < 0 || value > LARGEST_HALF) {
    throw invalid(
      what,
      value,
      `it is not a whole number from 0 to ${LARGEST_HALF}`,
      'Take it from a segment name or id',
    )
  }
}

/**
 * The 64-bit id of a segment: the epoch in which it was made in the high 32 bits, its number in the low 32 bits.
 * Number 5 of epoch 2 is `8589934597n`.
 *
 * @throws PravegaError `INVALID_ARGUMENT`
 */
export function makeSegmentId(number: number, epoch: number): bigint {
  checkHalf('segment number', number)
  checkHalf('segment epoch', epoch)
  return (BigInt(epoch) << 32n) | BigInt(number)
}

/** The number of a segment within its stream: the low 32 bits of the id. */
export function segmentNumber(id: bigint): number {
  return Number(id & LOW_HALF)
}

/** The epoch in which a segment was made: the high 32 bits of the id. */
export function segmentEpoch(id: bigint): number {
  return Number((id >> 32n) & LOW_HALF)
}

export function validateSegmentId(id: bigint): bigint {
  if (typeof id !== 'bigint') throw invalid('segment id', id, 'it is not a bigint', 'Make it with makeSegmentId')
  if (id < 0n || id > LARGEST_ID || (id & LOW_HALF) > BigInt(LARGEST_HALF)) {
    throw invalid(
      'segment id',
      id,
      'neither of its 32-bit halves may be negative',
      'Make it with makeSegmentId(number, epoch)',
    )
  }
  return id
}
