import { ReaderPosition } from '@pravega-ts/client'

/** Offsets by segment. */
export type Offsets = ReadonlyMap<string, bigint>

const READ_TO_THE_END = -1n

/** A position with one segment further on. */
export function advanced({ segments, ranges }: ReaderPosition, segment: string, offset: bigint): ReaderPosition {
  return new ReaderPosition(new Map(segments).set(segment, offset), ranges)
}

/**
 * Where the segments that a reader owned go on.
 *
 * @param recorded - What the group knows: where they were when the reader got them, or further on. What is before that is done, maybe by
 * others: the reader may have given a segment away and got it back since it wrote its own position down.
 * @param done - What the reader itself has written down.
 */
export function furthest(recorded: Offsets, { segments, ranges }: ReaderPosition): ReaderPosition {
  const offsets = [...recorded].map(([segment, offset]) => [segment, later(offset, segments.get(segment))] as const)
  return new ReaderPosition(offsets, ranges)
}

function later(a: bigint, b: bigint | undefined): bigint {
  if (b === undefined || a === READ_TO_THE_END) return a
  return b === READ_TO_THE_END || b > a ? b : a
}
