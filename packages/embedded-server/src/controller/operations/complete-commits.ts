import { activeEpoch } from '../domain/epochs.ts'
import { segmentName } from '../domain/names.ts'
import type { StreamRecord } from '../domain/stream-record.ts'
import type { TransactionRecord } from '../state/records.ts'
import { type ControllerContext, streamKey } from './context.ts'
import { completeTransaction } from './transaction-completion.ts'
import { noteTimestamp } from './writer-marks.ts'

/**
 * Moves transactions that were merged to the finished ones, together with what their commit calls said for the watermarks.
 *
 * @param record - The stream as it is now that they are in it.
 */
export function completeCommits(context: ControllerContext, record: StreamRecord, ids: readonly string[]): void {
  const { scope, stream } = record
  for (const id of ids) {
    const transaction = context.state.transactions.get(streamKey(scope, stream), id)
    if (transaction !== undefined) noteMark(context, record, transaction)
    completeTransaction(context, scope, stream, id, 'committed')
  }
}

/** A commit call that names a writer and a time notes both for the watermarks, at the end of what was committed. */
function noteMark(context: ControllerContext, record: StreamRecord, { mark }: TransactionRecord): void {
  if (mark === undefined) return
  const { scope, stream } = record
  const position = activeEpoch(record).segments.flatMap(({ id }) => {
    const info = context.engine.getInfo(segmentName(scope, stream, id))
    return info === undefined ? [] : [[id, info.length] as const]
  })
  noteTimestamp(context, scope, stream, mark.writer, mark.timestamp, new Map(position))
}
