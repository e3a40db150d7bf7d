import { randomUUID } from 'node:crypto'
import {
  type EventReader,
  type KeyedEvent,
  PravegaError,
  type ReaderGroup,
  ReaderPosition,
  type ReaderSlice,
  type Serializer,
  type TransactionalEventWriter,
} from '@pravega-ts/client'
import { advanced } from './positions.ts'
import { type ProgressRecord, type ProgressTable, Superseded } from './progress.ts'
import { type Found, takeOver } from './take-over.ts'

/** What all workers of a pipeline share. */
export interface Pipeline<I, O> {
  /** Reads the input. */
  readonly group: ReaderGroup
  readonly serializer: Serializer<I>
  /** What an event becomes: any number of events. The same event must always become the same. */
  readonly transform: (event: I) => readonly KeyedEvent<O>[]
  /** Writes the output. */
  readonly writer: TransactionalEventWriter<O>
  /** Most events of the input that become one transaction. */
  readonly batchEvents: number
  readonly progress: ProgressTable
}

/**
 * How far a batch is.
 *
 * - `begun`: its transaction is open
 * - `written`: all outputs are in it
 * - `recorded`: the worker's record says where the worker is if this transaction is committed
 * - `committed`: the outputs will appear, whatever happens
 * - `acknowledged`: the group knows that the input is done
 */
export type Stage = 'begun' | 'written' | 'recorded' | 'committed' | 'acknowledged'

/** Is told what a worker does. */
export interface Observer {
  joined(found: Found): void
  reached(stage: Stage): void
}

/** Short enough that a group of a few readers is balanced within a second or two. */
const BALANCE_UNIT_MS = 100

/**
 * Works until the signal comes or all of the input is read. After a failure, of whatever kind, the worker is to be started again: what
 * has become of the last batch is found out then.
 *
 * @param worker - Its name, the same after every start.
 * @throws Superseded when another process goes on under that name
 */
export async function work<I, O>(
  pipeline: Pipeline<I, O>,
  worker: string,
  signal: AbortSignal,
  observer: Observer,
): Promise<void> {
  const { record, found } = await takeOver(pipeline, worker)
  // Never the id of an earlier process: that one may live, and must not be taken for this one.
  const readerId = `${worker}-${randomUUID()}`
  await record.replace({ reader: readerId, position: new ReaderPosition([]).toText() })
  const { group, serializer } = pipeline
  await using reader = await group.createReader({ readerId, serializer, balanceUnitMs: BALANCE_UNIT_MS })
  observer.joined(found)
  for (;;) {
    const slice = await nextSlice(reader, signal)
    if (slice === undefined) return
    await carry(pipeline, reader, record, slice, observer)
  }
}

/** Carries a batch of events from the input to the output. */
async function carry<I, O>(
  { writer, transform, batchEvents }: Pipeline<I, O>,
  reader: EventReader<I>,
  record: ProgressRecord,
  slice: ReaderSlice<I>,
  observer: Observer,
): Promise<void> {
  const outputs: KeyedEvent<O>[] = []
  let events = 0
  for (const event of slice) {
    outputs.push(...transform(event.value))
    events += 1
    if (events === batchEvents) break
  }
  if (outputs.length > 0) {
    // Begun when its input is read, not earlier: only then commits come in the order of the input, whoever reads a segment next.
    await using transaction = await writer.begin()
    observer.reached('begun')
    await transaction.writeAll(outputs)
    observer.reached('written')
    const before = reader.position()
    const after = advanced(before, slice.segment.toString(), slice.offset)
    await record.replace({
      reader: reader.readerId,
      position: before.toText(),
      pending: { transaction: transaction.id, position: after.toText() },
    })
    observer.reached('recorded')
    await transaction.commit()
    observer.reached('committed')
  }
  reader.releaseSegment(slice)
  observer.reached('acknowledged')
}

async function nextSlice<I>(reader: EventReader<I>, signal: AbortSignal): Promise<ReaderSlice<I> | undefined> {
  try {
    return await reader.acquireSegment({ signal })
  } catch (error) {
    if (PravegaError.is(error, 'ABORTED')) return undefined
    if (PravegaError.is(error, 'READER_OFFLINE')) throw new Superseded('another process has taken over')
    throw error
  }
}
