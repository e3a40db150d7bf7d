import { currentSegments } from '../domain/epochs.ts'
import { markStreamOf, segmentName } from '../domain/names.ts'
import { decideWatermark, type Watermark } from '../domain/watermark.ts'
import { watermarkRecord } from '../domain/watermark-bytes.ts'
import { type ControllerContext, findStream, type StreamNames, streamKey } from './context.ts'
import { onStream } from './pending-work.ts'

/** Under it a segment keeps the place from which readers that come later need to read. */
const MARK_ATTRIBUTE = '7df9a874-246c-c9d6-9397-cdd19ead68c5'

/** Streams to which writers have noted times. */
export function streamsWithWriters({ state }: ControllerContext): readonly StreamNames[] {
  return state.writers.parents().map(key => {
    const [scope = '', stream = ''] = key.split('/')
    return { scope, stream }
  })
}

/** Writes the next watermark of a stream, if its writers have come far enough, and forgets writers that are gone. */
export function advanceWatermark(context: ControllerContext, scope: string, stream: string): Promise<void> {
  return onStream(context, scope, stream, async record => {
    const { writers, watermarks } = context.state
    if (record === undefined) return
    const key = streamKey(scope, stream)
    const now = context.clock.now()
    const { gone, behind, watermark } = decideWatermark({
      epochs: record.epochs,
      writers: writers.list(key),
      previous: watermarks.get(scope, stream),
      timeoutMs: record.settings.timestampAggregationTimeoutMs,
      now,
    })
    for (const writer of gone) writers.delete(key, writer)
    for (const writer of behind) {
      const mark = writers.get(key, writer)
      if (mark !== undefined) writers.set(key, writer, { ...mark, behindSince: now })
    }
    if (watermark === undefined) return
    const end = await writeWatermark(context, scope, stream, watermark)
    if (end !== undefined) watermarks.set(scope, stream, { ...watermark, end })
  })
}

/** @returns where it ends; undefined when there is nowhere to write it to */
async function writeWatermark(
  context: ControllerContext,
  scope: string,
  stream: string,
  watermark: Watermark,
): Promise<bigint | undefined> {
  const mark = findStream(context, scope, markStreamOf(stream))
  const segment = mark && currentSegments(mark)[0]
  if (mark === undefined || segment === undefined) return undefined
  const name = segmentName(scope, mark.stream, segment.id)
  const start = context.state.watermarks.get(scope, stream)?.end ?? context.engine.getInfo(name)?.startOffset ?? 0n
  const outcome = await context.engine.append(name, watermarkRecord(watermark), [{ id: MARK_ATTRIBUTE, value: start }])
  return outcome === 'appended' ? context.engine.getInfo(name)?.length : undefined
}
