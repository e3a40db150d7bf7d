import { LARGEST_APPEND } from '@pravega-ts/segment-client'
import { EVENT_HEADER_LENGTH, payloadLength } from '../event-header.ts'

/** Most bytes of an event, header included, that travel as one append. Larger ones go through a segment of their own. */
export const LARGEST_PLAIN_EVENT: number = LARGEST_APPEND

/** Most bytes of an event, header included: 1 GiB. */
export const LARGEST_EVENT: number = 1024 * 1024 * 1024

/** Writes the header of an event with `length` bytes of payload. */
export function writeEventHeader(target: Uint8Array, at: number, length: number): void {
  target[at] = 0
  target[at + 1] = 0
  target[at + 2] = 0
  target[at + 3] = 0
  target[at + 4] = length >>> 24
  target[at + 5] = length >>> 16
  target[at + 6] = length >>> 8
  target[at + 7] = length
}

/** How many events lie side by side in bytes that begin with a header and end with an event. */
export function countEvents(bytes: Uint8Array): number {
  let count = 0
  for (let at = 0; at < bytes.length; at += EVENT_HEADER_LENGTH + payloadLength(bytes, at)) count += 1
  return count
}
