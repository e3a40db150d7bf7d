import { makeSegmentId, segmentNumber, transactionEpoch } from '@pravega-ts/model'
import { activeEpoch } from '../domain/epochs.ts'
import { segmentName } from '../domain/names.ts'
import type { StreamRecord } from '../domain/stream-record.ts'
import { fitsActiveEpoch, planRoll } from '../domain/transaction-roll.ts'
import type { TransactionRecord } from '../state/records.ts'
import { completeCommits } from './complete-commits.ts'
import { type ControllerContext, streamKey } from './context.ts'
import { carryOut, mergeTransactions } from './pending-work.ts'

/** Most transactions that one step merges, as in Pravega. */
const BATCH = 100

/** Merges all transactions of a stream whose commit was asked for: lowest epoch first, then in the order of the calls. */
export async function commitTransactions(context: ControllerContext, record: StreamRecord): Promise<StreamRecord> {
  let stream = record
  for (;;) {
    const batch = nextBatch(context, stream)
    const [first] = batch
    if (first === undefined) return stream
    const epoch = transactionEpoch(first.id)
    const ids = batch.map(({ id }) => id)
    if (fitsActiveEpoch(stream, epoch)) {
      await mergeTransactions(context, stream, activeEpoch(stream), ids, 'fail')
      completeCommits(context, stream, ids)
    } else {
      stream = await roll(context, stream, epoch, ids)
    }
  }
}

function nextBatch({ state }: ControllerContext, { scope, stream }: StreamRecord): readonly TransactionRecord[] {
  const committing = state.transactions
    .list(streamKey(scope, stream))
    .map(([, transaction]) => transaction)
    .filter(transaction => transaction.state === 'committing')
    .sort((a, b) => a.commitOrder - b.commitOrder)
  const lowest = Math.min(...committing.map(({ id }) => transactionEpoch(id)))
  return committing.filter(({ id }) => transactionEpoch(id) === lowest).slice(0, BATCH)
}

async function roll(
  context: ControllerContext,
  record: StreamRecord,
  epoch: number,
  transactions: readonly string[],
): Promise<StreamRecord> {
  const { merged, resumed } = planRoll(record, epoch, context.clock.now())
  const rolled = await carryOut(context, {
    ...record,
    epochs: [...record.epochs, merged, resumed],
    pending: { type: 'roll', transactions },
  })
  return rolled ?? record
}

/** Names of a transaction's segments on the segment store. */
export function transactionSegments(
  { scope, stream }: Pick<StreamRecord, 'scope' | 'stream'>,
  { id, segments }: Pick<TransactionRecord, 'id' | 'segments'>,
): readonly string[] {
  return segments.map(number => segmentName(scope, stream, makeSegmentId(number, transactionEpoch(id)), id))
}

/** Numbers of the segments that a transaction of a stream has. */
export function transactionSegmentNumbers(record: StreamRecord): readonly number[] {
  return activeEpoch(record).segments.map(({ id }) => segmentNumber(id))
}
