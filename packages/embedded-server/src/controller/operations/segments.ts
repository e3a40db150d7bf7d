import { activeEpoch, currentSegments, epochAt, type Successor, successors } from '../domain/epochs.ts'
import {
  headOf,
  isAtOrAfter,
  type PlacedCut,
  type Placement,
  placeCut,
  placementsAtStartOf,
  segmentsBetween,
} from '../domain/stream-cut.ts'
import type { Cut, SegmentRecord, StreamRecord } from '../domain/stream-record.ts'
import { type ControllerContext, existingStream, streamKey } from './context.ts'
import { badArgument, notFound, type Refusal, unknown } from './refusal.ts'

/** Active segments, ascending by range; none once the stream is sealed. */
export function getCurrentSegments(
  context: ControllerContext,
  scope: string,
  stream: string,
): readonly SegmentRecord[] {
  if (scope === '' || stream === '') throw unknown()
  return currentSegments(existingStream(context, scope, stream))
}

/** Segments of any epoch, also after truncation and sealing. */
export function getEpochSegments(
  context: ControllerContext,
  scope: string,
  stream: string,
  epoch: number,
): readonly SegmentRecord[] {
  const record = lookUp(context, scope, stream)
  if (epoch < 0) throw badArgument()
  if (epoch > record.activeEpoch) throw notFound(`Epoch ${epoch} of stream ${streamKey(scope, stream)}`)
  return epochAt(record.epochs, epoch).segments
}

/** Segments and offsets at which the stream begins. */
export function getHead(context: ControllerContext, scope: string, stream: string): Cut {
  return headOf(lookUp(context, scope, stream))
}

export function getSuccessors(
  context: ControllerContext,
  scope: string,
  stream: string,
  segment: bigint,
): readonly Successor[] {
  return successors(lookUp(context, scope, stream).epochs, segment)
}

/** Whether a segment takes appends. */
export function isSegmentValid(context: ControllerContext, scope: string, stream: string, segment: bigint): boolean {
  return currentSegments(lookUp(context, scope, stream)).some(({ id }) => id === segment)
}

/**
 * Whether a cut names a position for every key.
 *
 * @throws Refusal for a cut that Pravega cannot judge: an empty one, one of future segments only, one with a segment or an
 * epoch that there is not
 */
export function isStreamCutValid(context: ControllerContext, scope: string, stream: string, cut: Cut): boolean {
  if (cut.size === 0) throw badArgument()
  const record = lookUp(context, scope, stream)
  const placed = placeCut(record.epochs, cut)
  if (placed.valid) return true
  if (placed.reason === 'incomplete') return false
  throw refuseCut(record, placed.reason)
}

/**
 * Ids of the segments between two cuts, both ends included.
 *
 * @param from - Empty: from epoch 0, also when the stream was truncated.
 * @param to - Empty: up to now.
 * @throws Refusal when both are empty, when one is not valid, or when they are in reverse order
 */
export function getSegmentsBetween(
  context: ControllerContext,
  scope: string,
  stream: string,
  from: Cut,
  to: Cut,
): readonly bigint[] {
  if (from.size === 0 && to.size === 0) throw badArgument()
  const record = lookUp(context, scope, stream)
  const start = from.size === 0 ? placementsAtStartOf(epochAt(record.epochs, 0)) : place(record, from)
  if (to.size === 0) return segmentsBetween(record.epochs, start, placementsAtStartOf(activeEpoch(record)))
  const end = place(record, to)
  if (!isAtOrAfter(end, start)) throw unknown()
  return segmentsBetween(record.epochs, start, end)
}

function place(record: StreamRecord, cut: Cut): readonly Placement[] {
  const placed = placeCut(record.epochs, cut)
  if (!placed.valid) throw refuseCut(record, placed.reason)
  return placed.placements
}

function refuseCut(
  { scope, stream }: StreamRecord,
  reason: Exclude<PlacedCut, { readonly valid: true }>['reason'],
): Refusal {
  switch (reason) {
    case 'empty':
      return badArgument()
    case 'unknownEpoch':
      return notFound(`An epoch in this cut of stream ${streamKey(scope, stream)}`)
    case 'unknownSegment':
      return unknown('The cut names a segment that the stream does not have')
    case 'onlyFuture':
      return unknown('The cut has no offset')
    case 'incomplete':
      return unknown('The cut does not cover the key space once')
  }
}

function lookUp(context: ControllerContext, scope: string, stream: string): StreamRecord {
  if (scope === '' || stream === '') throw badArgument()
  return existingStream(context, scope, stream)
}
