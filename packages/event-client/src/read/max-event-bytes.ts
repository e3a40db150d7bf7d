import { PravegaError } from '@pravega-ts/model'
import { LARGEST_EVENT } from '../write/event-frame.ts'

/** What comes in one piece is there already, whatever the limit. */
const SMALLEST_LIMIT = 2 * 1024 * 1024
const LARGEST_LIMIT = 2 ** 31 - 1

/**
 * The limit that was given, or that of writers.
 *
 * @throws PravegaError `INVALID_ARGUMENT`
 */
export function validMaxEventBytes(maxEventBytes: number = LARGEST_EVENT): number {
  if (Number.isInteger(maxEventBytes) && maxEventBytes >= SMALLEST_LIMIT && maxEventBytes <= LARGEST_LIMIT) {
    return maxEventBytes
  }
  throw new PravegaError(
    'INVALID_ARGUMENT',
    `maxEventBytes ${maxEventBytes} is refused: give a whole number from ${SMALLEST_LIMIT} to ${LARGEST_LIMIT}`,
    { details: { maxEventBytes } },
  )
}
