import { PravegaError, type ReaderGroup, ReaderPosition, type TransactionalEventWriter } from '@pravega-ts/client'
import { furthest } from './positions.ts'
import { type Progress, ProgressRecord, type ProgressTable, Superseded } from './progress.ts'

/** What became of the last transaction of a worker's earlier process. `none`: there was no process, or it had none. */
export type Found = 'none' | 'committed' | 'aborted'

/** Where a worker's affairs are. */
export interface Affairs {
  readonly group: ReaderGroup
  readonly writer: Pick<TransactionalEventWriter<never>, 'getTransaction'>
  readonly progress: ProgressTable
}

/**
 * Ends what an earlier process of a worker has left: finds out how far it was, and gives its segments back to the group there. If that
 * process lives after all, it cannot commit any more. Anybody may do that, for any worker, at any time.
 *
 * @returns the worker's record, which this process may write from now on, until somebody takes over from it
 */
export async function takeOver(
  affairs: Affairs,
  worker: string,
): Promise<{ readonly record: ProgressRecord; readonly found: Found }> {
  for (;;) {
    const record = await ProgressRecord.load(affairs.progress, worker)
    const { progress } = record
    if (progress === undefined) return { record, found: 'none' }
    const { found, position } = await settle(affairs.writer, progress)
    try {
      await record.replace({ reader: progress.reader, position })
    } catch (error) {
      // It lives, and has announced another transaction meanwhile.
      if (error instanceof Superseded) continue
      throw error
    }
    await takeOffline(affairs.group, progress.reader, ReaderPosition.fromText(position))
    return { record, found }
  }
}

/** Decides a transaction that may be open still. */
async function settle(
  writer: Affairs['writer'],
  { position, pending }: Progress,
): Promise<{ readonly found: Found; readonly position: string }> {
  if (pending === undefined) return { found: 'none', position }
  const transaction = await writer.getTransaction(pending.transaction)
  try {
    await transaction.abort()
    return { found: 'aborted', position }
  } catch (error) {
    if (!PravegaError.is(error, 'TRANSACTION_FAILED')) throw error
    // Too late to abort it.
    await transaction.commit({ wait: true })
    return { found: 'committed', position: pending.position }
  } finally {
    await transaction.close({ force: true })
  }
}

async function takeOffline(group: ReaderGroup, reader: string, position: ReaderPosition): Promise<void> {
  const { assigned } = await group.state()
  const recorded = assigned.get(reader)
  if (recorded !== undefined) await group.readerOffline(reader, furthest(recorded, position))
}
