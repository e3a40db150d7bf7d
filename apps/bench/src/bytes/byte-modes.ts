import { randomFillSync } from 'node:crypto'
import type { ClientFactory } from '@pravega-ts/client'
import type { ScopedStream } from '@pravega-ts/model'
import type { Measurement } from '../measure.ts'
import type { BenchOptions } from '../options.ts'

/** The copy run frees what its reader has passed in steps of this size, so that the server's memory stays level too. */
const TRUNCATE_EVERY_BYTES = 64 * 1024 * 1024

/** Writes the share of one stream. Latency: until `write` has accepted the bytes; with `flushEvery` until they are durable. */
export async function writeStream(
  factory: ClientFactory,
  stream: ScopedStream,
  options: Pick<BenchOptions, 'eventSize' | 'flushEvery' | 'shared'>,
  events: number,
  measurement?: Measurement,
): Promise<void> {
  const block = randomFillSync(Buffer.allocUnsafe(options.eventSize))
  await using writer = await factory.createByteWriter(stream, { shared: options.shared })
  for (let n = 1; n <= events; n++) {
    const write = async (): Promise<void> => {
      await writer.write(block)
      if (options.flushEvery > 0 && n % options.flushEvery === 0) await writer.flush()
    }
    await (measurement === undefined ? write() : measurement.timed(write))
  }
  await writer.flush()
}

/** Reads the share of one stream. Latency: until the buffer is full. */
export async function readStream(
  factory: ClientFactory,
  stream: ScopedStream,
  eventSize: number,
  events: number,
  measurement: Measurement,
): Promise<void> {
  const buffer = Buffer.allocUnsafe(eventSize)
  await using reader = await factory.createByteReader(stream)
  for (let n = 0; n < events; n++) {
    await measurement.timed(async () => {
      for (let filled = 0; filled < eventSize; ) {
        const count = await reader.read(buffer.subarray(filled))
        if (count === 0) throw new Error(`${stream} ended before its ${events} blocks were read`)
        filled += count
      }
    })
  }
}

/** Writes and reads one stream at the same time; what has been read is truncated away. */
export async function copyStream(
  factory: ClientFactory,
  stream: ScopedStream,
  options: Pick<BenchOptions, 'eventSize' | 'flushEvery' | 'shared'>,
  events: number,
  measurement: Measurement,
): Promise<void> {
  const total = options.eventSize * events
  const read = async (): Promise<void> => {
    await using reader = await factory.createByteReader(stream)
    await using truncater = await factory.createByteWriter(stream, { shared: true })
    let done = 0
    let truncated = 0
    for await (const bytes of reader.chunks({ borrowed: true })) {
      done += bytes.length
      if (done - truncated >= TRUNCATE_EVERY_BYTES) {
        await truncater.truncateDataBefore(done)
        truncated = done
      }
      if (done === total) break
    }
  }
  await Promise.all([read(), writeStream(factory, stream, options, events, measurement)])
}
