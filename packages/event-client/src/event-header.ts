/*
 * event = int32(0) int32(length) payload
 *
 * The first number tells the kind of record; events are the only kind.
 */

/** Bytes in front of each event's payload. */
export const EVENT_HEADER_LENGTH = 8

/** Length of the payload behind the header at `at`; negative: that is no header of an event. 8 bytes must be there. */
export function payloadLength(bytes: Uint8Array, at: number): number {
  const b = bytes as { readonly [index: number]: number }
  const kind = (b[at] as number) | (b[at + 1] as number) | (b[at + 2] as number) | (b[at + 3] as number)
  if (kind !== 0) return -1
  return (
    ((b[at + 4] as number) << 24) | ((b[at + 5] as number) << 16) | ((b[at + 6] as number) << 8) | (b[at + 7] as number)
  )
}

/**
 * Where the whole events that follow each other from `at` on end: behind them is a part of an event, no event, or nothing.
 *
 * @param beginBefore - Events that begin here or behind are left alone.
 */
export function endOfWholeEvents(bytes: Uint8Array, at: number, beginBefore: number): number {
  const last = Math.min(bytes.length - EVENT_HEADER_LENGTH, beginBefore - 1)
  while (at <= last) {
    const length = payloadLength(bytes, at)
    if (length < 0 || length > bytes.length - at - EVENT_HEADER_LENGTH) break
    at += EVENT_HEADER_LENGTH + length
  }
  return at
}
