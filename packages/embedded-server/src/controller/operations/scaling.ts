import type { ScaleCause } from '../../observability/measures.ts'
import { activeEpoch } from '../domain/epochs.ts'
import { decideScale, hasDuplicateStarts, type Scale, type ScaleRequest } from '../domain/scale.ts'
import type { SegmentRecord, StreamRecord } from '../domain/stream-record.ts'
import { type ControllerContext, findStream, streamKey } from './context.ts'
import { carryOut, onStream } from './pending-work.ts'
import { badArgument } from './refusal.ts'

export interface ScaleAnswer {
  readonly status: 'STARTED' | 'FAILURE' | 'PRECONDITION_FAILED'
  /** Active epoch before the scale. */
  readonly epoch: number
  /** The new segments, ascending by range. */
  readonly segments: readonly SegmentRecord[]
}

export type CheckScaleResult = 'IN_PROGRESS' | 'SUCCESS' | 'INVALID_INPUT'

/**
 * Scales a stream, and answers when that is done. The same request sent again meanwhile gets the same answer.
 *
 * @throws Refusal `INTERNAL` when a name is empty or two of the ranges begin at the same key
 */
export async function scaleStream(
  context: ControllerContext,
  scope: string,
  stream: string,
  request: ScaleRequest,
): Promise<ScaleAnswer> {
  if (scope === '' || stream === '' || hasDuplicateStarts(request.ranges)) throw badArgument()
  const scale = (): Promise<ScaleAnswer> =>
    onStream(context, scope, stream, async record => {
      if (record === undefined) return refusedScale('FAILURE')
      return scaleIfPossible(context, record, request, 'client')
    })
  const refused = refusedScale('FAILURE')
  const key = `scale ${streamKey(scope, stream)}`
  const answer = await context.exclusive.run(key, inputOf(request), scale, refused)
  // Here and not where it is decided: one that comes while another one runs gets no further.
  if (answer.status !== 'STARTED') countRefusal(context, 'client')
  return answer
}

/** Scales a stream, if it can be scaled so. Runs inside the stream's queue. */
export async function scaleIfPossible(
  context: ControllerContext,
  record: StreamRecord,
  request: ScaleRequest,
  cause: ScaleCause,
): Promise<ScaleAnswer> {
  const decision = decideScale(record, request)
  if (decision.status !== 'STARTED') return refusedScale(decision.status)
  const { epoch, created } = decision.scale
  await carryOutScale(context, record, decision.scale, cause)
  if (record.settings.scaling.type !== 0) context.autoScaling?.rounds.arm()
  return { status: 'STARTED', epoch: epoch.epoch - 1, segments: created }
}

/**
 * Carries out a scale that was decided on. Runs inside the stream's queue.
 *
 * @param record - The stream as it is to be but for its segments.
 */
export async function carryOutScale(
  context: ControllerContext,
  record: StreamRecord,
  { epoch, created, sealing }: Scale,
  cause: ScaleCause,
): Promise<void> {
  const counts = context.measures?.scales[cause]
  try {
    await carryOut(context, { ...record, epochs: [...record.epochs, epoch], pending: { type: 'scale', sealing } })
  } catch (error) {
    if (counts) counts.failed++
    throw error
  }
  counts?.carriedOut(sealing.length, created.length)
}

/** Counts a scale that was not begun. */
export function countRefusal({ measures }: ControllerContext, cause: ScaleCause): void {
  if (measures) measures.scales[cause].refused++
}

/**
 * Whether the scale that started from an epoch is done. As in Pravega, the epoch that is active now is always in
 * progress, whether or not anything is being scaled.
 *
 * @throws Refusal `INTERNAL` when a name is empty or the epoch negative
 */
export function checkScale(context: ControllerContext, scope: string, stream: string, epoch: number): CheckScaleResult {
  if (scope === '' || stream === '' || epoch < 0) throw badArgument()
  const record = findStream(context, scope, stream)
  if (record === undefined || epoch > record.activeEpoch) return 'INVALID_INPUT'
  const { referenceEpoch } = activeEpoch(record)
  if (epoch === record.activeEpoch || epoch === referenceEpoch) return 'IN_PROGRESS'
  return epoch + 1 === referenceEpoch && record.pending?.type === 'scale' ? 'IN_PROGRESS' : 'SUCCESS'
}

function refusedScale(status: 'FAILURE' | 'PRECONDITION_FAILED'): ScaleAnswer {
  return { status, epoch: 0, segments: [] }
}

/** What makes two requests the same: everything but the time. */
function inputOf({ sealing, ranges }: ScaleRequest): string {
  return [...sealing, ...ranges.map(({ low, high }) => `${low}-${high}`)].join(',')
}
