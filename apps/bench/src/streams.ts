import type { ClientFactory } from '@pravega-ts/client'
import { ScalingPolicy, ScopedStream } from '@pravega-ts/model'

const SCOPE = 'bench'

/** Streams made for one run. */
export async function makeStreams(
  factory: ClientFactory,
  count: number,
  segmentsEach = 1,
): Promise<readonly ScopedStream[]> {
  const manager = factory.streamManager()
  await manager.createScope(SCOPE)
  const streams = Array.from(
    { length: count },
    (_, n) => new ScopedStream(SCOPE, `run-${process.pid}-${Date.now()}-${n}`),
  )
  for (const stream of streams) {
    await manager.createStream(stream, { scaling: ScalingPolicy.fixed(segmentsEach) })
  }
  return streams
}

export async function removeStreams(factory: ClientFactory, streams: readonly ScopedStream[]): Promise<void> {
  const manager = factory.streamManager()
  for (const stream of streams) {
    await manager.sealStream(stream)
    await manager.deleteStream(stream)
  }
}
