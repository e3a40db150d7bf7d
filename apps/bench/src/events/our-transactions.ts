import { createHistogram } from 'node:perf_hooks'
import { bytesSerializer, type ClientFactory } from '@pravega-ts/client'
import type { Turn } from './turn.ts'
import { startWatch } from './watch.ts'

const NS_PER_MS = 1_000_000

/** Begins, fills and commits transactions until there were enough, so many of them at a time. */
export async function writeTransactions(
  factory: ClientFactory,
  stream: string,
  transactions: number,
  eventsEach: number,
  eventSize: number,
  inFlight: number,
): Promise<Turn> {
  const payload = new Uint8Array(eventSize)
  const histogram = createHistogram()
  await using writer = await factory.createTransactionalEventWriter(stream, { serializer: bytesSerializer })
  let begun = 0
  const work = async (): Promise<void> => {
    while (begun < transactions) {
      begun++
      const start = process.hrtime.bigint()
      const transaction = await writer.begin()
      // Not waited for one by one: `commit` fails if one of them does.
      for (let n = 0; n < eventsEach; n++) void transaction.writeEvent(payload)
      await transaction.commit({ wait: true })
      histogram.record(Math.max(1, Number(process.hrtime.bigint() - start)))
    }
  }
  const watch = startWatch()
  await Promise.all(Array.from({ length: inFlight }, work))
  return { ...watch(), p50_ms: histogram.percentile(50) / NS_PER_MS, p99_ms: histogram.percentile(99) / NS_PER_MS }
}
