import { headPlacements, isAtOrAfter, placeCut, segmentsBefore } from '../domain/stream-cut.ts'
import type { Cut, StreamRecord } from '../domain/stream-record.ts'
import type { ControllerContext } from './context.ts'
import { carryOut } from './pending-work.ts'

/**
 * Lets a stream begin at a cut: earlier segments are deleted, those in the cut truncated. Runs inside the stream's queue.
 *
 * @returns false for a cut that is none, or that is behind the head for some key; then nothing was changed
 */
export async function moveHead(context: ControllerContext, record: StreamRecord, cut: Cut): Promise<boolean> {
  const target = placeCut(record.epochs, cut)
  const head = headPlacements(record)
  if (!target.valid || !isAtOrAfter(target.placements, head)) return false
  const gone = new Set(segmentsBefore(record.epochs, head))
  const deleting = segmentsBefore(record.epochs, target.placements).filter(id => !gone.has(id))
  await carryOut(context, { ...record, head: new Map(cut), pending: { type: 'truncate', deleting } })
  return true
}
