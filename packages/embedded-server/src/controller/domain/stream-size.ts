import { epochAt } from './epochs.ts'
import { type Placement, placementsAtStartOf, segmentsBetween } from './stream-cut.ts'
import type { EpochRecord } from './stream-record.ts'

/**
 * Bytes that the stream ever had before a cut, truncated ones included.
 *
 * @param sizeOf - Bytes that a segment ever had.
 */
export function bytesBefore(
  epochs: readonly EpochRecord[],
  cut: readonly Placement[],
  sizeOf: (segment: bigint) => bigint,
): bigint {
  const offsets = new Map(cut.map(({ segment, offset }) => [segment.id, offset]))
  let bytes = 0n
  for (const id of segmentsBetween(epochs, placementsAtStartOf(epochAt(epochs, 0)), cut)) {
    bytes += offsets.get(id) ?? sizeOf(id)
  }
  return bytes
}
