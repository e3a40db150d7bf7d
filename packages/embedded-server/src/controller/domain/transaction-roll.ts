import { makeSegmentId, segmentNumber } from '@pravega-ts/model'
import { activeEpoch, epochAt } from './epochs.ts'
import type { EpochRecord, SegmentRecord, StreamRecord } from './stream-record.ts'

/** The two epochs through which transactions of an earlier epoch enter a stream that was scaled meanwhile. */
export interface Roll {
  /** Segments of the transactions' epoch once more; the transactions are merged into them. */
  readonly merged: EpochRecord
  /** Segments of the active epoch once more: it becomes the active one. */
  readonly resumed: EpochRecord
}

/** Whether transactions of that epoch can be merged straight into the active segments. */
export function fitsActiveEpoch(stream: StreamRecord, transactionEpoch: number): boolean {
  return activeEpoch(stream).referenceEpoch === transactionEpoch
}

export function planRoll(stream: StreamRecord, transactionEpoch: number, now: number): Roll {
  const active = activeEpoch(stream)
  const original = epochAt(stream.epochs, transactionEpoch)
  const createdAt = Math.max(now, active.createdAt + 1)
  return {
    merged: duplicate(original, active.epoch + 1, createdAt),
    resumed: duplicate(active, active.epoch + 2, createdAt + 1),
  }
}

/** The segment with a number in an epoch: what a transaction's segment of that number is merged into. */
export function segmentWithNumber(epoch: EpochRecord, number: number): SegmentRecord | undefined {
  return epoch.segments.find(({ id }) => segmentNumber(id) === number)
}

function duplicate(original: EpochRecord, epoch: number, createdAt: number): EpochRecord {
  return {
    epoch,
    referenceEpoch: original.referenceEpoch,
    createdAt,
    segments: original.segments.map(({ id, low, high }) => ({
      id: makeSegmentId(segmentNumber(id), epoch),
      low,
      high,
    })),
  }
}
