import type { ControllerContext, StreamNames } from './context.ts'
import { retainStream, streamsToRetain } from './retention.ts'
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

/** Lets the clock do both, and tells the log of what fails: the next round tries again. */
export function beginRounds(context: ControllerContext): void {
  context.retention.begin({
    run: () => inEach(context, 'Retention', streamsToRetain(context), retainStream),
    isNeeded: () => streamsToRetain(context).length > 0,
  })
  context.watermarks.begin({
    run: () => inEach(context, 'The watermark', streamsWithWriters(context), advanceWatermark),
    isNeeded: () => streamsWithWriters(context).length > 0,
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
