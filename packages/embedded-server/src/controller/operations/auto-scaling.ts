import { segmentEpoch } from '@pravega-ts/model'
import { LOG_LINES } from '../../observability/log-lines.ts'
import type { SegmentRates } from '../../segment-store/rates/rate-meter.ts'
import { decideAutoScale, isAutoScaled, mayScaleSoon } from '../domain/auto-scale.ts'
import { segmentName } from '../domain/names.ts'
import type { ScaleRequest } from '../domain/scale.ts'
import type { StreamRecord } from '../domain/stream-record.ts'
import { type AutoScaling, type ControllerContext, findStream, type StreamNames } from './context.ts'
import { onStream } from './pending-work.ts'
import { countRefusal, scaleIfPossible } from './scaling.ts'

/** Streams whose policy and rates may scale them. */
export function streamsToScale({ state, autoScaling }: ControllerContext): readonly StreamNames[] {
  if (autoScaling === undefined) return []
  return state.streams
    .parents()
    .flatMap(scope => state.streams.list(scope))
    .map(([, record]) => record)
    .filter(isAutoScaled)
}

/** Whether there is a reason to look at the rates again, without anybody changing or writing anything. */
export function isScalingNeeded(context: ControllerContext): boolean {
  const { autoScaling, clock } = context
  if (autoScaling === undefined) return false
  const { settings } = autoScaling
  const now = clock.now()
  return streamsToScale(context).some(({ scope, stream }) => {
    const record = findStream(context, scope, stream)
    return record !== undefined && mayScaleSoon({ stream: record, settings, now, ratesOf: ratesOf(context, record) })
  })
}

/** Splits and merges the segments of a stream as its rates ask for. */
export function scaleByRates(context: ControllerContext, scope: string, stream: string): Promise<void> {
  return onStream(context, scope, stream, async record => {
    const { autoScaling, clock } = context
    if (record === undefined || autoScaling === undefined) return
    const { settings, refused } = autoScaling
    const now = clock.now()
    refused.expire(now)
    const requests = decideAutoScale({
      stream: record,
      settings,
      now,
      ratesOf: ratesOf(context, record),
      isMuted: id => refused.has(segmentName(scope, stream, id)),
    })
    let current: StreamRecord = record
    for (const request of requests) current = await scaleOnce(context, autoScaling, current, request)
  })
}

async function scaleOnce(
  context: ControllerContext,
  { refused }: AutoScaling,
  record: StreamRecord,
  request: ScaleRequest,
): Promise<StreamRecord> {
  const { scope, stream } = record
  const { status, segments } = await scaleIfPossible(context, record, request, 'policy')
  const fields = { what: `${scope}/${stream}`, sealed: request.sealing.map(String), created: segments.length }
  if (status === 'STARTED') {
    const epoch = segments[0] && segmentEpoch(segments[0].id)
    context.logger.info(LOG_LINES.scaledByRates, { ...fields, epoch })
    return findStream(context, scope, stream) ?? record
  }
  countRefusal(context, 'policy')
  context.logger.warn(LOG_LINES.notScaledByRates, { ...fields, status })
  for (const id of request.sealing) refused.add(segmentName(scope, stream, id), context.clock.now())
  return record
}

function ratesOf(
  { engine }: ControllerContext,
  { scope, stream }: StreamRecord,
): (segment: bigint) => SegmentRates | undefined {
  return id => engine.getRates(segmentName(scope, stream, id))
}
