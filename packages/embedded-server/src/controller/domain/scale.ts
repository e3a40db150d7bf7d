import { type KeyRange, makeSegmentId, splitKeyRange } from '@pravega-ts/model'
import { activeEpoch, highestNumber } from './epochs.ts'
import { MOST_SEGMENTS } from './settings.ts'
import type { EpochRecord, SegmentRecord, StreamRecord, StreamSettings } from './stream-record.ts'

/** A scale as it is asked for. */
export interface ScaleRequest {
  readonly sealing: readonly bigint[]
  readonly ranges: readonly KeyRange[]
  /** Unix time in milliseconds; becomes the creation time of the new epoch when it is later than the last one. */
  readonly timestamp: number
}

/** The epoch that a scale makes, and which of its segments are new. */
export interface Scale {
  readonly epoch: EpochRecord
  readonly created: readonly SegmentRecord[]
  readonly sealing: readonly bigint[]
}

export type ScaleDecision =
  | { readonly status: 'STARTED'; readonly scale: Scale }
  | { readonly status: 'FAILURE' | 'PRECONDITION_FAILED' }

/**
 * Decides on a scale of an active stream. The checks come in the order in which Pravega makes them; an empty scale,
 * which Pravega takes and never finishes, is refused.
 */
export function decideScale(stream: StreamRecord, request: ScaleRequest): ScaleDecision {
  if (stream.sealed || (request.sealing.length === 0 && request.ranges.length === 0)) return { status: 'FAILURE' }
  if (request.ranges.length > MOST_SEGMENTS) return { status: 'FAILURE' }
  const active = activeEpoch(stream).segments
  const sealing = new Set(request.sealing)
  const sealed = active.filter(({ id }) => sealing.has(id))
  if (sealing.size !== sealed.length) return { status: 'PRECONDITION_FAILED' }
  const ranges = [...request.ranges].sort((a, b) => a.low - b.low)
  if (!ranges.every(({ low, high }) => low < high) || !sameUnion(ranges, sealed)) return { status: 'FAILURE' }
  const left = active.length - sealed.length + ranges.length
  if (left > MOST_SEGMENTS) return { status: 'FAILURE' }
  if (left < stream.settings.scaling.minSegments) return { status: 'PRECONDITION_FAILED' }
  return { status: 'STARTED', scale: planScale(stream, sealed, ranges, request.timestamp) }
}

/** The scale that makes a stream fit a new configuration, or undefined when it fits already. */
export function scaleForSettings(stream: StreamRecord, settings: StreamSettings, now: number): Scale | undefined {
  const active = activeEpoch(stream).segments
  const { type, minSegments } = settings.scaling
  const fits = type === 0 ? active.length === minSegments : active.length >= minSegments
  return fits ? undefined : planScale(stream, active, splitKeyRange(minSegments), now)
}

/** Whether two ranges begin at the same key: Pravega refuses such a request before it looks at anything else. */
export function hasDuplicateStarts(ranges: readonly KeyRange[]): boolean {
  return new Set(ranges.map(({ low }) => low)).size !== ranges.length
}

function planScale(
  stream: StreamRecord,
  sealed: readonly SegmentRecord[],
  ranges: readonly KeyRange[],
  timestamp: number,
): Scale {
  const current = activeEpoch(stream)
  const epoch = current.epoch + 1
  const firstNumber = highestNumber(current) + 1
  const created = ranges.map(({ low, high }, i) => ({ id: makeSegmentId(firstNumber + i, epoch), low, high }))
  const kept = current.segments.filter(segment => !sealed.includes(segment))
  return {
    created,
    sealing: sealed.map(({ id }) => id),
    epoch: {
      epoch,
      referenceEpoch: epoch,
      createdAt: Math.max(timestamp, current.createdAt + 1),
      segments: [...kept, ...created].sort((a, b) => a.low - b.low),
    },
  }
}

/** Whether two ascending lists of ranges cover the same keys, bound for bound, the first one without overlap. */
function sameUnion(ranges: readonly KeyRange[], sealed: readonly KeyRange[]): boolean {
  const merge = (list: readonly KeyRange[]): readonly KeyRange[] => {
    const merged: KeyRange[] = []
    for (const { low, high } of list) {
      const last = merged.at(-1)
      if (last?.high === low) merged[merged.length - 1] = { low: last.low, high }
      else merged.push({ low, high })
    }
    return merged
  }
  const a = merge(ranges)
  const b = merge(sealed)
  return a.length === b.length && a.every(({ low, high }, i) => low === b[i]?.low && high === b[i]?.high)
}
