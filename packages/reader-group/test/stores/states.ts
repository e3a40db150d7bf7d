import { ScopedStream, StreamCut } from '@pravega-ts/model'
import type { GroupConfig, Init } from '../../src/index.ts'

export const STREAM: ScopedStream = new ScopedStream('shop', 'orders')

export function segment(number: number, epoch = 0): string {
  return `${STREAM}/${number}.#epoch.${epoch}`
}

export function groupConfig(changes: Partial<GroupConfig> = {}): GroupConfig {
  return {
    streams: [{ stream: STREAM, from: StreamCut.UNBOUNDED, to: StreamCut.UNBOUNDED }],
    retention: 'none',
    refreshTimeMs: 3000n,
    automaticCheckpointIntervalMs: 30_000n,
    maxOutstandingCheckpoints: 3,
    id: '3f9f8a52-1c9f-4e9b-b6b4-97a6f9a0a1d2',
    generation: 0n,
    ...changes,
  }
}

/** A group over this many segments of {@link STREAM}, from their beginnings. */
export function initial(segments = 2, config: GroupConfig = groupConfig()): Init {
  const starts = new Map(Array.from({ length: segments }, (_, number) => [segment(number), 0n] as const))
  return { type: 'init', config, starts, ends: new Map(), ranges: new Map(), updatingConfig: false }
}
