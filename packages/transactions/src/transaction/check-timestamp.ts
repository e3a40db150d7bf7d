import { PravegaError } from '@pravega-ts/model'

/** @throws PravegaError `INVALID_ARGUMENT` */
export function checkTimestamp(timestamp: bigint | number | undefined): void {
  if (timestamp === undefined) return
  const isWhole = typeof timestamp === 'bigint' || Number.isSafeInteger(timestamp)
  // The lowest number of 64 bits says that there is no time.
  if (isWhole && timestamp > -(2n ** 63n) && timestamp < 2n ** 63n) return
  throw new PravegaError(
    'INVALID_ARGUMENT',
    `timestamp ${timestamp} is refused: give a whole number of 64 bits, large ones as bigint`,
    { details: { timestamp } },
  )
}
