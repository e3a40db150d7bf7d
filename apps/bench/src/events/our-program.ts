import { createHistogram } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import { bytesSerializer, ClientFactory, type ReceivedEvent } from '@pravega-ts/client'
import { writeTransactions } from './our-transactions.ts'
import type { Turn } from './turn.ts'
import { startWatch } from './watch.ts'

// Our side of the event modes: a process of its own, so that its processor time is the client's and nothing else's. Reads one
// task a line, see turn.ts, and answers with one JSON line each.

const NS_PER_MS = 1_000_000
const READER_ID = 'reader'
const NO_LATENCIES = { p50_ms: 0, p99_ms: 0 }

const [controllerUri = ''] = process.argv.slice(2)
await using factory = await ClientFactory.create(controllerUri)

async function write(stream: string, events: number, eventSize: number, keys: number): Promise<Turn> {
  const payload = new Uint8Array(eventSize)
  const options = Array.from({ length: Math.max(1, keys) }, (_, n) => (keys === 0 ? {} : { routingKey: `key-${n}` }))
  await using writer = await factory.createEventWriter(stream, { serializer: bytesSerializer })
  const watch = startWatch()
  for (let n = 0; n < events; n++) {
    // Not waited for one by one: `flush` fails if one of them does.
    void writer.writeEvent(payload, options[n % options.length])
    if (!writer.hasRoom) await writer.ready()
  }
  await writer.flush()
  return { ...watch(), ...NO_LATENCIES }
}

async function read(stream: string, events: number, group: string, way: string): Promise<Turn> {
  const name = `${stream.slice(0, stream.indexOf('/'))}/${group}`
  await using readers = await factory.createReaderGroup(name, { streams: [stream] })
  const used = await (async () => {
    await using reader = await readers.createReader({ readerId: READER_ID, serializer: bytesSerializer })
    const watch = startWatch()
    let count = 0
    let bytes = 0
    // The other clients make a value of each event, whether it is looked at or not.
    const take = (event: ReceivedEvent<Uint8Array>): void => {
      bytes += event.value.length
      count++
    }
    switch (way) {
      case 'slices':
        while (count < events) {
          const slice = await reader.acquireSegment()
          if (slice === undefined) continue
          for (let event = slice.next(); event !== undefined; event = slice.next()) take(event)
          reader.releaseSegment(slice)
        }
        break
      case 'batches':
      case 'borrowed':
        for await (const batch of reader.batches({ borrowed: way === 'borrowed' })) {
          for (const event of batch) take(event)
          if (count >= events) break
        }
        break
      default:
        for await (const event of reader) {
          take(event)
          if (count >= events) break
        }
    }
    if (bytes === 0) throw new Error('the events that were read have no bytes')
    return watch()
  })()
  await factory.deleteReaderGroup(name)
  return { ...used, ...NO_LATENCIES }
}

async function latency(stream: string, events: number, eventSize: number): Promise<Turn> {
  const payload = new Uint8Array(eventSize)
  const histogram = createHistogram()
  await using writer = await factory.createEventWriter(stream, { serializer: bytesSerializer })
  const watch = startWatch()
  for (let n = 0; n < events; n++) {
    const start = process.hrtime.bigint()
    await writer.writeEvent(payload)
    histogram.record(Math.max(1, Number(process.hrtime.bigint() - start)))
  }
  return { ...watch(), p50_ms: histogram.percentile(50) / NS_PER_MS, p99_ms: histogram.percentile(99) / NS_PER_MS }
}

async function run(line: string): Promise<Turn> {
  const [kind = '', stream = '', events = '', third = '', fourth = '', fifth = ''] = line.split(' ')
  switch (kind) {
    case 'write':
      return write(stream, Number(events), Number(third), Number(fourth))
    case 'read':
      return read(stream, Number(events), third, fourth)
    case 'latency':
      return latency(stream, Number(events), Number(third))
    case 'txn':
      return writeTransactions(factory, stream, Number(events), Number(third), Number(fourth), Number(fifth))
    default:
      throw new Error(`unknown task '${kind}'`)
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await run(line)))
}
