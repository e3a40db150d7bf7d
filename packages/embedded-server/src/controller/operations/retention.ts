import { lowerBoundOf } from '../domain/cut-bound.ts'
import { activeEpoch } from '../domain/epochs.ts'
import { segmentName } from '../domain/names.ts'
import {
  decideTruncation,
  isRetentionPolicy,
  recordedBeyond,
  type SubscriberBound,
  withRecorded,
} from '../domain/retention.ts'
import { headOf, placeCut } from '../domain/stream-cut.ts'
import type { Cut, StreamRecord } from '../domain/stream-record.ts'
import { bytesBefore } from '../domain/stream-size.ts'
import { type ControllerContext, type StreamNames, streamKey } from './context.ts'
import { moveHead } from './move-head.ts'
import { onStream } from './pending-work.ts'

/** Streams with a policy by which they lose data. */
export function streamsToRetain({ state }: ControllerContext): readonly StreamNames[] {
  return state.streams
    .parents()
    .flatMap(scope => state.streams.list(scope))
    .map(([, record]) => record)
    .filter(isRetained)
}

/** Records where a stream ends, and truncates it where its policy and its subscribers allow. */
export function retainStream(context: ControllerContext, scope: string, stream: string): Promise<void> {
  return onStream(context, scope, stream, async record => {
    const policy = record?.settings.retention
    if (record === undefined || policy === undefined || !isRetained(record)) return
    const { recordedCuts } = context.state
    const now = context.clock.now()
    const tail = tailOf(context, record)
    const bytes = sizeUpTo(context, record, tail)
    const recorded = withRecorded(recordedCuts.get(scope, stream) ?? [], { recordedAt: now, bytes, cut: tail })
    recordedCuts.set(scope, stream, recorded)
    const { epochs } = record
    const cut = decideTruncation({ epochs, policy, recorded, now, bound: subscriberBound(context, record) })
    if (cut === undefined) return
    if (!isHead(record, cut) && !(await moveHead(context, record, cut))) return
    recordedCuts.set(scope, stream, recordedBeyond(epochs, recorded, cut))
  })
}

function isRetained({ sealed, settings: { retention } }: StreamRecord): boolean {
  return !sealed && retention !== undefined && isRetentionPolicy(retention)
}

/** Up to where all subscribers have the stream behind them. One that never said where it is holds nothing back. */
function subscriberBound(context: ControllerContext, record: StreamRecord): SubscriberBound | undefined {
  const subscribers = context.state.subscribers.list(streamKey(record.scope, record.stream))
  const cuts = subscribers.map(([, { cut }]) => withinStream(context, record, cut))
  const cut = lowerBoundOf(record.epochs, cuts)
  return cut && { cut, bytes: sizeUpTo(context, record, cut) }
}

/** Subscribers may claim offsets that do not exist yet: truncating there would lose what is still to come. */
function withinStream(context: ControllerContext, record: StreamRecord, cut: Cut): Cut {
  return new Map(
    [...cut].map(([id, offset]) => {
      const size = sizeOf(context, record, id)
      if (offset > size) return [id, size]
      return [id, offset]
    }),
  )
}

function tailOf(context: ControllerContext, record: StreamRecord): Cut {
  return new Map(activeEpoch(record).segments.map(({ id }) => [id, sizeOf(context, record, id)]))
}

function sizeUpTo(context: ControllerContext, record: StreamRecord, cut: Cut): bigint {
  const placed = placeCut(record.epochs, cut)
  if (!placed.valid) throw new Error(`a cut of ${record.scope}/${record.stream} places no key: it is ${placed.reason}`)
  return bytesBefore(record.epochs, placed.placements, id => sizeOf(context, record, id))
}

function sizeOf({ engine }: ControllerContext, { scope, stream, sealedSizes }: StreamRecord, id: bigint): bigint {
  return sealedSizes?.get(id) ?? engine.getInfo(segmentName(scope, stream, id))?.length ?? 0n
}

function isHead(record: StreamRecord, cut: Cut): boolean {
  const head = headOf(record)
  const target = headOf({ ...record, head: cut })
  return head.size === target.size && [...target].every(([id, offset]) => head.get(id) === offset)
}
