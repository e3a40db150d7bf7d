import { createHistogram } from 'node:perf_hooks'
import { ClientFactory } from '@pravega-ts/client'
import { openEngine } from '../engine.ts'
import { startWatch } from '../events/watch.ts'
import type { BenchOptions } from '../options.ts'
import { makeStreams, removeStreams } from '../streams.ts'

const NS_PER_MS = 1_000_000
const US_PER_S = 1_000_000
/** Calls that do not count: what makes them is compiled meanwhile. */
const MOST_WARM_UP_CALLS = 5_000

/** Measures calls of the controller that it answers from memory: what is left is what any call costs. One JSON line each. */
export async function callBench(options: Omit<BenchOptions, 'mode'>): Promise<void> {
  await using engine = await openEngine(options.controller)
  await using factory = await ClientFactory.create(engine.controllerUri)
  const streams = await makeStreams(factory, 1)
  const { controller } = factory
  const [segment] = (await Promise.all(streams.map(stream => controller.getCurrentSegments(stream)))).flatMap(
    ({ segments }) => segments.map(({ segment }) => segment),
  )
  if (segment === undefined) throw new Error('a stream was asked for and it has no segment')
  const { events: calls, rounds } = options
  const run = async (count: number, inFlight: number, record: (ns: number) => void): Promise<void> => {
    let made = 0
    const work = async (): Promise<void> => {
      while (made < count) {
        made++
        const start = process.hrtime.bigint()
        await controller.getEndpoint(segment)
        record(Math.max(1, Number(process.hrtime.bigint() - start)))
      }
    }
    await Promise.all(Array.from({ length: inFlight }, work))
  }
  for (const inFlight of options.inFlight) {
    await run(Math.min(calls, MOST_WARM_UP_CALLS), inFlight, () => {})
    for (let round = 1; round <= rounds; round++) {
      const histogram = createHistogram()
      const watch = startWatch()
      await run(calls, inFlight, ns => histogram.record(ns))
      const { wall_s, cpu_s } = watch()
      console.log(
        JSON.stringify({
          mode: 'calls',
          engine: engine.name,
          calls,
          in_flight: inFlight,
          round,
          calls_per_s: Math.round(calls / wall_s),
          cpu_us_per_call: Number(((cpu_s * US_PER_S) / calls).toFixed(1)),
          p50_ms: Number((histogram.percentile(50) / NS_PER_MS).toFixed(3)),
          p99_ms: Number((histogram.percentile(99) / NS_PER_MS).toFixed(3)),
        }),
      )
    }
  }
  await removeStreams(factory, streams)
}
