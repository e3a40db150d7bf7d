import type { SegmentEngine } from '../../segment-store/segment-engine.ts'
import type { Clock } from '../../time/clock.ts'
import type { AutoScalingSettings } from '../domain/auto-scale.ts'
import { isScalingNeeded, scaleByRates, streamsToScale } from './auto-scaling.ts'
import type { AutoScaling, ControllerContext, StreamNames } from './context.ts'
import { RefusedScales } from './refused-scales.ts'
import { retainStream, streamsToRetain } from './retention.ts'
import { Rounds } from './rounds.ts'
import { advanceWatermark, streamsWithWriters } from './watermarks.ts'

type StreamWork = (context: ControllerContext, scope: string, stream: string) => Promise<void>

/** @returns when all streams are done; rejects with the first failure */
export async function runRetention(context: ControllerContext): Promise<void> {
  await Promise.all(streamsToRetain(context).map(({ scope, stream }) => retainStream(context, scope, stream)))
}

/** @returns when all streams are done; rejects with the first failure */
export async function runWatermarks(context: ControllerContext): Promise<void> {
  await Promise.all(streamsWithWriters(context).map(({ scope, stream }) => advanceWatermark(context, scope, stream)))
}

/** @returns when all streams are done; rejects with the first failure */
export async function runScaling(context: ControllerContext): Promise<void> {
  await Promise.all(streamsToScale(context).map(({ scope, stream }) => scaleByRates(context, scope, stream)))
}

/** Rounds of scaling, which traffic calls for. */
export function newAutoScaling(clock: Clock, engine: SegmentEngine, settings: AutoScalingSettings): AutoScaling {
  const rounds = new Rounds(clock, settings.periodMs)
  const stopMeasuring = engine.onTraffic(() => rounds.arm())
  return { settings, rounds, stopMeasuring, refused: new RefusedScales(settings.muteMs) }
}

/** Everything that comes round. */
export function roundsOf({ retention, watermarks, autoScaling }: ControllerContext): readonly Rounds[] {
  return [retention, watermarks, ...(autoScaling === undefined ? [] : [autoScaling.rounds])]
}

/** Lets the clock do all of it, and tells the log of what fails: the next round tries again. */
export function beginRounds(context: ControllerContext): void {
  context.retention.begin({
    run: () => inEach(context, 'Retention', streamsToRetain(context), retainStream),
    isNeeded: () => streamsToRetain(context).length > 0,
  })
  context.watermarks.begin({
    run: () => inEach(context, 'The watermark', streamsWithWriters(context), advanceWatermark),
    isNeeded: () => streamsWithWriters(context).length > 0,
  })
  context.autoScaling?.rounds.begin({
    run: () => inEach(context, 'Scaling', streamsToScale(context), scaleByRates),
    isNeeded: () => isScalingNeeded(context),
  })
}

async function inEach(
  context: ControllerContext,
  what: string,
  streams: readonly StreamNames[],
  work: StreamWork,
): Promise<void> {
  const one = async ({ scope, stream }: StreamNames): Promise<void> => {
    try {
      await work(context, scope, stream)
    } catch (cause) {
      context.logger.error(`${what} of ${scope}/${stream} failed`, { cause })
    }
  }
  await Promise.all(streams.map(one))
}
