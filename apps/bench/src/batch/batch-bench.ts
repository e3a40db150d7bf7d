import {
  type BatchStream,
  type Insert,
  type StreamingBatchClient,
  StreamingBatchWriter,
} from '@pravega-ts/streaming-batch-writer'
import type { BatchOptions, BatchTake } from './batch-options.ts'
import { FEEDS } from './feeds.ts'
import { rowMaker } from './row-makers.ts'

type Handle = (batch: BatchStream<unknown>) => Promise<void>

const TAKES: Readonly<Record<BatchTake, (took: (rows: unknown) => void) => Handle>> = {
  messages: took =>
    async function handle(batch) {
      for await (const message of batch) took((message as Insert<unknown>).rows)
    },
  chunks: took =>
    async function handle(batch) {
      for await (const chunk of batch.chunks()) {
        for (const message of chunk) took((message as Insert<unknown>).rows)
      }
    },
}

function insertOf<R>(table: string, rows: R): Insert<R> {
  return { kind: 'insert', table, rows }
}

/** Measures the batch writer with handlers that do nothing, in this process, and prints one JSON line. */
export async function batchBench(options: BatchOptions): Promise<void> {
  const { tables, messages, rows, idle, feed, take, format, batchTimeout } = options
  const maker = await rowMaker(format, rows)
  let taken = 0
  let ended = 0
  const handle = TAKES[take](taking => {
    // Not messages, which are cut where a batch is full. Those of idle tables have no rows.
    taken += maker.format.count(taking)
    // Ending the batches of idle tables is no part of what a message costs.
    if (taken === messages * rows) ended ||= performance.now()
  })
  const client: StreamingBatchClient<unknown> = { migrateTable: handle, writeTable: handle, deleteStale: handle }
  const writer = new StreamingBatchWriter(client, { rows: maker.format, batchTimeout })
  const names = Array.from({ length: tables }, (_, index) => `table_${index}`)
  // Made by other code than the rest: V8 allocates where objects have lived long in its old space ever after.
  const idleRows = maker.make(0)
  const idleMessages = Array.from({ length: idle }, (_, index) => insertOf(`idle_${index}`, idleRows))
  let started = 0
  let cpu = process.cpuUsage()
  const message = (index: number): Insert<unknown> => {
    const idleMessage = idleMessages[index]
    if (idleMessage !== undefined) return idleMessage
    if (index === idle) {
      cpu = process.cpuUsage()
      started = performance.now()
    }
    return { kind: 'insert', table: names[index % tables] ?? '', rows: maker.make(index) }
  }
  const { batches } = await FEEDS[feed](writer, message, idle + messages)
  const seconds = (ended - started) / 1000
  const { user, system } = process.cpuUsage(cpu)
  console.log(
    JSON.stringify({
      mode: 'batch',
      tables,
      messages,
      rows,
      idle,
      feed,
      take,
      format,
      messages_per_s: Math.round(messages / seconds),
      rows_per_s: Math.round((messages * rows) / seconds),
      cpu_s: Number(((user + system) / 1e6).toFixed(3)),
      peak_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
      batches,
    }),
  )
}
