import { type KeyRange, keyRangeContains, PravegaError, routingKeyPosition } from '@pravega-ts/model'

/** On average one key in 1 / width falls in a range; this finds one in ranges down to a millionth. */
const MOST_TRIES = 20_000_000

/** A routing key that falls in the range: what is written with it goes to the segment that has the range. */
export function keyWithin(range: KeyRange): string {
  for (let n = 0; n < MOST_TRIES; n++) {
    const key = String(n)
    if (keyRangeContains(range, routingKeyPosition(key))) return key
  }
  throw new PravegaError(
    'INTERNAL',
    `No routing key was found for the range ${range.low} to ${range.high}; merge segments`,
  )
}
