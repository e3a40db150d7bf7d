import { PravegaError } from '@pravega-ts/model'

const LARGEST = 2n ** 63n - 1n

/**
 * An offset that is given as number or bigint, as bigint.
 *
 * @throws PravegaError `INVALID_ARGUMENT` for a number that is not exact, `OFFSET_OUT_OF_RANGE` for one that no segment has
 */
export function toOffset(name: string, value: number | bigint): bigint {
  if (typeof value !== 'bigint' && !Number.isSafeInteger(value)) {
    throw new PravegaError(
      'INVALID_ARGUMENT',
      `${name} ${String(value)} is refused: it is no whole number that is exact. Give large offsets as bigint`,
      { details: { name, value } },
    )
  }
  const offset = BigInt(value)
  if (offset >= 0n && offset <= LARGEST) return offset
  throw new PravegaError('OFFSET_OUT_OF_RANGE', `${name} ${offset} is refused: offsets go from 0 to ${LARGEST}`, {
    details: { name, value },
  })
}
