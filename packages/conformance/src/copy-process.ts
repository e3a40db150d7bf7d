import { ClientFactory } from '@pravega-ts/client'
import { ScopedStream } from '@pravega-ts/model'

// A client process of its own, so that its resident memory is the client's and nothing else's. Arguments: controller URI,
// scope/stream, bytes. Writes and reads the stream at the same time, frees what has been read, prints the figures as JSON.
const [controllerUri = '', name = '', bytes = '0'] = process.argv.slice(2)
const stream = ScopedStream.parse(name)
const total = Number(bytes)
const BLOCK = 1024 * 1024
const FREE_EVERY = 32 * 1024 * 1024
const SAMPLE_EVERY = 16 * 1024 * 1024

await using factory = await ClientFactory.create(controllerUri)
const samples: number[] = []

async function write(): Promise<void> {
  const block = Buffer.alloc(BLOCK)
  await using writer = await factory.createByteWriter(stream)
  for (let done = 0; done < total; done += BLOCK) {
    block.writeDoubleBE(done)
    await writer.write(block)
  }
  await writer.flush()
}

async function read(): Promise<void> {
  await using reader = await factory.createByteReader(stream)
  await using truncater = await factory.createByteWriter(stream, { shared: true })
  const buffer = Buffer.alloc(BLOCK)
  const header = Buffer.alloc(8)
  let done = 0
  let freed = 0
  let sampled = 0
  while (done < total) {
    const count = await reader.read(buffer)
    if (count === 0) throw new Error(`the stream ended after ${done} bytes`)
    const chunk = buffer.subarray(0, count)
    // Each block begins with its own offset: a byte lost, doubled or moved shows in the next header.
    for (let at = (BLOCK - (done % BLOCK)) % BLOCK; at < chunk.length; at += BLOCK) {
      const part = chunk.subarray(at, at + 8)
      header.set(part)
      if (part.length === 8 && header.readDoubleBE() !== done + at) throw new Error(`block at ${done + at} is another`)
    }
    done += chunk.length
    if (done - sampled >= SAMPLE_EVERY) {
      samples.push(process.memoryUsage.rss())
      sampled = done
    }
    if (done - freed >= FREE_EVERY) {
      await truncater.truncateDataBefore(done)
      freed = done
    }
  }
}

await Promise.all([read(), write()])
console.log(JSON.stringify({ bytes: total, peakRssBytes: process.resourceUsage().maxRSS * 1024, rssSamples: samples }))
