import { makeSegmentId, transactionEpoch } from '@pravega-ts/model'
import { activeEpoch, allSegments, currentSegments, epochAt, highestNumber } from '../domain/epochs.ts'
import { isMarkStream, markStreamOf, segmentName } from '../domain/names.ts'
import { headPlacements, segmentsBefore } from '../domain/stream-cut.ts'
import type { EpochRecord, SegmentRecord, StreamRecord } from '../domain/stream-record.ts'
import { segmentWithNumber } from '../domain/transaction-roll.ts'
import { completeCommits } from './complete-commits.ts'
import { type ControllerContext, findStream, streamKey } from './context.ts'

/**
 * Does work on a stream in its queue. What an earlier failure or a stopped server left unfinished is finished first.
 */
export function onStream<T>(
  context: ControllerContext,
  scope: string,
  stream: string,
  work: (record: StreamRecord | undefined) => Promise<T>,
): Promise<T> {
  return context.queues.run(streamKey(scope, stream), async () => {
    const record = findStream(context, scope, stream)
    return work(record === undefined ? undefined : await finishPending(context, record))
  })
}

/** Records a decision, so that it outlives this process, and carries it out. */
export function carryOut(context: ControllerContext, record: StreamRecord): Promise<StreamRecord | undefined> {
  context.state.streams.set(record.scope, record.stream, record)
  return finishPending(context, record)
}

/** Makes segments of a stream; those that are there already stay. */
async function createSegments(
  context: ControllerContext,
  { scope, stream, settings }: Pick<StreamRecord, 'scope' | 'stream' | 'settings'>,
  segments: readonly Pick<SegmentRecord, 'id'>[],
): Promise<void> {
  const { scaling, rolloverSizeBytes } = settings
  const options = { scaleType: scaling.type, targetRate: scaling.targetRate, rolloverSizeBytes }
  await Promise.all(segments.map(({ id }) => context.engine.createSegment(segmentName(scope, stream, id), options)))
}

/** Carries out what is pending; undefined when the stream is gone after that. */
async function finishPending(context: ControllerContext, record: StreamRecord): Promise<StreamRecord | undefined> {
  const { pending, ...settled } = record
  switch (pending?.type) {
    case undefined:
      return record
    case 'create':
      await createSegments(context, record, activeEpoch(record).segments)
      return store(context, settled)
    case 'scale':
      await createSegments(context, record, newestSegments(record, 1))
      await sealSegments(context, record, pending.sealing)
      return store(context, withSizes(context, { ...settled, activeEpoch: record.epochs.length - 1 }, pending.sealing))
    case 'truncate':
      await truncateSegments(context, record, pending.deleting)
      return store(context, settled)
    case 'roll': {
      await createSegments(context, record, newestSegments(record, 2))
      const sealed = await rollTransactions(context, record, pending.transactions)
      return store(context, withSizes(context, { ...settled, activeEpoch: record.epochs.length - 1 }, sealed))
    }
    case 'seal': {
      const sealing = currentSegments(record).map(({ id }) => id)
      await sealSegments(context, record, sealing)
      return store(context, withSizes(context, { ...settled, sealed: true }, sealing))
    }
    case 'delete':
      await deleteSegments(context, record)
      return undefined
  }
}

/** Segments that the last epochs made. */
function newestSegments({ epochs }: StreamRecord, count: number): readonly SegmentRecord[] {
  return allSegments(epochs.slice(-count))
}

function store(context: ControllerContext, record: StreamRecord): StreamRecord {
  context.state.streams.set(record.scope, record.stream, record)
  return record
}

async function sealSegments(
  context: ControllerContext,
  { scope, stream }: StreamRecord,
  ids: readonly bigint[],
): Promise<void> {
  await Promise.all(ids.map(id => context.engine.sealSegment(segmentName(scope, stream, id))))
}

/** Remembers what was in segments that are sealed now: retention asks for it when they may be gone. */
function withSizes(context: ControllerContext, record: StreamRecord, sealed: readonly bigint[]): StreamRecord {
  const sizes = new Map(record.sealedSizes)
  for (const id of sealed) {
    const info = context.engine.getInfo(segmentName(record.scope, record.stream, id))
    if (info !== undefined) sizes.set(id, info.length)
  }
  return { ...record, sealedSizes: sizes }
}

async function truncateSegments(
  context: ControllerContext,
  { scope, stream, head }: StreamRecord,
  deleting: readonly bigint[],
): Promise<void> {
  await Promise.all(deleting.map(id => context.engine.deleteSegment(segmentName(scope, stream, id))))
  const inside = [...(head ?? [])].filter(([, offset]) => offset > 0n)
  await Promise.all(
    inside.map(([id, offset]) => context.engine.truncateSegment(segmentName(scope, stream, id), offset)),
  )
}

/** Merges transactions into the duplicates of their segments, which are then sealed, as the active segments are. */
async function rollTransactions(
  context: ControllerContext,
  record: StreamRecord,
  transactions: readonly string[],
): Promise<readonly bigint[]> {
  const merged = epochAt(record.epochs, record.epochs.length - 2)
  await mergeTransactions(context, record, merged, transactions, 'merged before')
  const sealing = [...merged.segments, ...activeEpoch(record).segments].map(({ id }) => id)
  await sealSegments(context, record, sealing)
  completeCommits(context, { ...record, activeEpoch: record.epochs.length - 1 }, transactions)
  return sealing
}

/** Appends the segments of transactions of one epoch to the segments of the same number, in the order given. */
export async function mergeTransactions(
  context: ControllerContext,
  { scope, stream }: StreamRecord,
  into: EpochRecord,
  transactions: readonly string[],
  whenSealed: 'merged before' | 'fail',
): Promise<void> {
  const numbers = new Set(
    transactions.flatMap(id => context.state.transactions.get(streamKey(scope, stream), id)?.segments ?? []),
  )
  await Promise.all(
    [...numbers].map(async number => {
      const target = segmentWithNumber(into, number)
      if (target === undefined) throw new Error(`epoch ${into.epoch} of ${scope}/${stream} has no segment ${number}`)
      const sources = transactions.map(id =>
        segmentName(scope, stream, makeSegmentId(number, transactionEpoch(id)), id),
      )
      const name = segmentName(scope, stream, target.id)
      const outcome = await context.engine.mergeSegments(name, sources)
      if (outcome === 'missing' || (outcome === 'sealed' && whenSealed === 'fail')) {
        throw new Error(`transactions cannot be merged into segment ${name}, which is ${outcome}`)
      }
    }),
  )
}

async function deleteSegments(context: ControllerContext, record: StreamRecord): Promise<void> {
  const { state, engine } = context
  const { scope, stream } = record
  const gone = new Set(segmentsBefore(record.epochs, headPlacements(record)))
  const left = allSegments(record.epochs).filter(({ id }) => !gone.has(id))
  await Promise.all(left.map(({ id }) => engine.deleteSegment(segmentName(scope, stream, id))))
  if (!isMarkStream(stream)) {
    await onStream(context, scope, markStreamOf(stream), async mark => {
      if (mark !== undefined) await deleteSegments(context, mark)
    })
  }
  for (const table of [state.writers, state.subscribers]) {
    for (const [name] of table.list(streamKey(scope, stream))) table.delete(streamKey(scope, stream), name)
  }
  state.recordedCuts.delete(scope, stream)
  state.watermarks.delete(scope, stream)
  state.lastSegmentNumbers.set(scope, stream, highestNumber(activeEpoch(record)))
  state.streams.delete(scope, stream)
}
