import { type KeyRange, PravegaError, parseUuid, type ScopedStream, type StreamCut } from '@pravega-ts/model'

// What servers punish with an unexplained INTERNAL, with a minute of retries or with a stream that is stuck for good is
// refused here.

const SHORTEST_LEASE_MS = 10_000
const LONGEST_LEASE_MS = 600_000
const LARGEST_INT32 = 0x7fff_ffff

export function refuse(what: string, value: unknown, why: string, remedy: string): PravegaError {
  const shown =
    typeof value === 'string' ? JSON.stringify(value) : typeof value === 'bigint' ? `${value}n` : String(value)
  return new PravegaError('INVALID_ARGUMENT', `${what} ${shown} is refused: ${why}. ${remedy}.`, {
    details: { what, value },
  })
}

/** A whole number from `smallest` to 2^31-1. */
export function checkInt32(what: string, value: number, smallest: number): number {
  if (Number.isInteger(value) && value >= smallest && value <= LARGEST_INT32) return value
  throw refuse(what, value, `it is not a whole number from ${smallest} to ${LARGEST_INT32}`, 'Give such a number')
}

/** A signed 64-bit integer of at least `smallest`. */
export function checkInt64(what: string, value: number | bigint, smallest: bigint): bigint {
  const whole = typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value
  if (typeof whole === 'bigint' && whole >= smallest && whole < 2n ** 63n) return whole
  throw refuse(
    what,
    value,
    `it is not a whole number from ${smallest} to 2^63-1`,
    'Give such a number, large ones as bigint',
  )
}

/** Servers take leases from 10 s to 600 s, both included. */
export function checkLease(leaseMs: number, shortestMs: number = SHORTEST_LEASE_MS): bigint {
  if (Number.isInteger(leaseMs) && leaseMs >= shortestMs && leaseMs <= LONGEST_LEASE_MS) return BigInt(leaseMs)
  const why = `it is not a whole number of milliseconds from ${shortestMs} to ${LONGEST_LEASE_MS}`
  throw refuse('lease', leaseMs, why, 'Give such a number')
}

/** @param what - For the error, for instance `reader group id`. */
export function checkUuid(what: string, text: string): string {
  try {
    return parseUuid(text)
  } catch {
    throw refuse(what, text, 'it is not a UUID', 'Write it like 00000000-0000-0000-0000-000000000000')
  }
}

/** A cut that names a position: not unbounded, not empty, not only in the future. */
export function checkBounded(cut: StreamCut): StreamCut {
  const remedy = 'Give a cut with the offset of each segment that it crosses'
  if (cut.isUnbounded) throw refuse('stream cut', 'UNBOUNDED', 'it is not one position', remedy)
  if (![...cut.positions.values()].some(offset => offset >= 0n)) {
    throw refuse('stream cut', String(cut), 'it has no segment with an offset of 0 or more', remedy)
  }
  return cut
}

/**
 * A cut at which a stream can begin. Pravega 0.13 takes one with a segment that the cut has not reached yet (-1), and never ends truncating
 * at it.
 */
export function checkTruncation(cut: StreamCut): StreamCut {
  if (![...checkBounded(cut).positions.values()].some(offset => offset < 0n)) return cut
  const remedy = 'Leave the segments out that the cut has not reached'
  throw refuse('stream cut', String(cut), 'it has an offset of -1, which would block the stream for good', remedy)
}

/** A cut of this very stream; unbounded is fine. */
export function checkCutOf(stream: ScopedStream, cut: StreamCut): StreamCut {
  if (cut.isUnbounded) return cut
  if (!cut.stream.equals(stream)) {
    throw refuse('stream cut', String(cut), `it is not one of ${stream}`, 'Give a cut of that stream')
  }
  return checkBounded(cut)
}

/**
 * The segments and ranges of a scale. An empty scale is taken by Pravega 0.13 and leaves the stream unable to scale,
 * truncate or update for good.
 */
export function checkScale(stream: ScopedStream, sealed: readonly bigint[], ranges: readonly KeyRange[]): void {
  const source = 'Take ids and bounds from getCurrentSegments'
  if (sealed.length === 0) {
    throw refuse('scale', String(stream), 'it seals no segment, which would block the stream for good', source)
  }
  if (ranges.length === 0) {
    throw refuse('scale', String(stream), 'it has no new range, which would block the stream for good', source)
  }
  if (new Set(sealed).size !== sealed.length)
    throw refuse('scale', sealed.join(', '), 'a segment is in it twice', source)
  const sorted = [...ranges].sort((a, b) => a.low - b.low)
  for (const [i, { low, high }] of sorted.entries()) {
    const range = `${low} to ${high}`
    if (!(low >= 0 && low < high && high <= 1)) {
      throw refuse('key range', range, 'its bounds are not 0 <= low < high <= 1', source)
    }
    const next = sorted[i + 1]
    if (next !== undefined && next.low < high) {
      throw refuse('key range', range, `it overlaps ${next.low} to ${next.high}`, source)
    }
  }
}
