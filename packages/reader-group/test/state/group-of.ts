import { ScopedStream, StreamCut } from '@pravega-ts/model'
import { type GroupConfig, type Init, type ReaderGroupState, type ReaderGroupUpdate, reduce } from '../../src/index.ts'

export const STREAM: ScopedStream = new ScopedStream('scope', 'stream')

export const CONFIG: GroupConfig = {
  streams: [{ stream: STREAM, from: StreamCut.UNBOUNDED, to: StreamCut.UNBOUNDED }],
  retention: 'none',
  refreshTimeMs: 3000n,
  automaticCheckpointIntervalMs: 30_000n,
  maxOutstandingCheckpoints: 3,
  id: '01234567-89ab-cdef-fedc-ba9876543210',
  generation: 0n,
}

export function segment(number: number, epoch = 0): string {
  return `${STREAM}/${number}.#epoch.${epoch}`
}

export function init(starts: Iterable<readonly [string, bigint]>, changes: Partial<Init> = {}): Init {
  return {
    type: 'init',
    config: CONFIG,
    starts: new Map(starts),
    ends: new Map(),
    ranges: new Map(),
    updatingConfig: false,
    ...changes,
  }
}

/** A group over this many segments from their beginnings, after these updates. */
export function groupOf(segments: number, ...updates: readonly ReaderGroupUpdate[]): ReaderGroupState {
  const starts = Array.from({ length: segments }, (_, number) => [segment(number), 0n] as const)
  return updates.reduce<ReaderGroupState>(reduce, reduce(undefined, init(starts)))
}

export function joined(reader: string, ...numbers: readonly number[]): readonly ReaderGroupUpdate[] {
  const acquired = numbers.map(number => ({ type: 'acquireSegment', reader, segment: segment(number) }) as const)
  return [{ type: 'addReader', reader }, ...acquired]
}

export function told(reader: string, lag: bigint): ReaderGroupUpdate {
  return { type: 'updateDistanceToTail', reader, lag, offsets: new Map(), ranges: new Map() }
}
