// Measures the writer with handlers that do nothing: node bench/batch-bench.mjs [--tables 1] [--messages 1000000] [--rows 1]
//   [--idle 0] [--feed send|iterable|generator|arrays] [--read messages|chunks] [--format objects|bytes|arrow] [--timeout 20000]
// Prints one JSON line.
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { byteRows, objectRows, StreamingBatchWriter } from '@pravega-ts/streaming-batch-writer'

/** Messages that are given at a time with the feed 'arrays'. */
const ARRAY = 64

const READ = {
  messages: took =>
    async function handle(batch) {
      for await (const _ of batch) took(1)
    },
  chunks: took =>
    async function handle(batch) {
      for await (const chunk of batch.chunks()) took(chunk.length)
    },
}

function filled(rows, row) {
  const made = []
  for (let index = 0; index < rows; index++) made.push(row())
  return made
}

function objects(rows) {
  // Made anew for each message, as a source does.
  return { format: objectRows, make: id => filled(rows, () => ({ id, name: 'abcd' })) }
}

function bytes(rows) {
  const event = new Uint8Array(16)
  return { format: byteRows, make: () => filled(rows, () => event) }
}

async function arrow(rows) {
  const { tableFromArrays } = await import('apache-arrow')
  const { arrowRows } = await import('@pravega-ts/streaming-batch-writer/arrow')
  const ids = BigInt64Array.from({ length: rows }, (_, index) => BigInt(index))
  const [batch] = tableFromArrays({ id: ids, name: Array.from(ids, () => 'abcd') }).batches
  return { format: arrowRows, make: () => batch }
}

const FORMATS = { objects, bytes, arrow }

const FEED = {
  async send(writer, messages, count) {
    const session = writer.open()
    for (let index = 0; index < count; index++) {
      const waiting = session.send(messages(index))
      if (waiting !== undefined) await waiting
    }
    return session.close()
  },
  iterable(writer, messages, count) {
    function* input() {
      for (let index = 0; index < count; index++) yield messages(index)
    }
    return writer.write(input())
  },
  generator(writer, messages, count) {
    async function* input() {
      for (let index = 0; index < count; index++) yield messages(index)
    }
    return writer.write(input())
  },
  arrays(writer, messages, count) {
    async function* input() {
      for (let index = 0; index < count; index += ARRAY) {
        yield Array.from({ length: Math.min(ARRAY, count - index) }, (_, offset) => messages(index + offset))
      }
    }
    return writer.write(input())
  },
}

function insertOf(table, rows) {
  return { kind: 'insert', table, rows }
}

/**
 * @param options.tables - Tables that the messages go to in turns.
 * @param options.messages - Messages that are measured.
 * @param options.rows - Rows of each.
 * @param options.idle - Tables that get one message at the beginning and whose batches stay open.
 * @param options.feed - How messages come: `send`, `iterable`, `generator`, or `arrays` of 64 from a generator.
 * @param options.read - How the handler takes them: `messages` or `chunks`.
 * @param options.format - `objects`, `bytes` or `arrow`.
 * @param options.timeout - Milliseconds of `batchTimeout`.
 */
export async function runBatchBench({
  tables = 1,
  messages = 1_000_000,
  rows = 1,
  idle = 0,
  feed = 'send',
  read = 'messages',
  format = 'objects',
  timeout = 20_000,
} = {}) {
  const { format: rowFormat, make } = await FORMATS[format](rows)
  let taken = 0
  let ended = 0
  const handle = READ[read](count => {
    taken += count
    // Ending the batches of idle tables is no part of what a message costs.
    if (taken === idle + messages) ended = performance.now()
  })
  const client = { migrateTable: handle, writeTable: handle, deleteStale: handle }
  const writer = new StreamingBatchWriter(client, { rows: rowFormat, batchTimeout: timeout })
  const names = Array.from({ length: tables }, (_, index) => `table_${index}`)
  // Made by other code than the rest: V8 allocates where objects have lived long in its old space ever after.
  const idleRows = make(0)
  const idleMessages = Array.from({ length: idle }, (_, index) => insertOf(`idle_${index}`, idleRows))
  let started = 0
  let cpu
  const message = index => {
    if (index < idle) return idleMessages[index]
    if (index === idle) {
      cpu = process.cpuUsage()
      started = performance.now()
    }
    return { kind: 'insert', table: names[index % tables], rows: make(index) }
  }
  const { batches } = await FEED[feed](writer, message, idle + messages)
  const seconds = (ended - started) / 1000
  const { user, system } = process.cpuUsage(cpu)
  return {
    mode: 'batch',
    tables,
    messages,
    rows,
    idle,
    feed,
    read,
    format,
    messages_per_s: Math.round(messages / seconds),
    rows_per_s: Math.round((messages * rows) / seconds),
    cpu_s: Number(((user + system) / 1e6).toFixed(3)),
    peak_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
    batches,
  }
}

function optionsOf(args) {
  const number = { type: 'string' }
  const { values } = parseArgs({
    args,
    options: {
      tables: number,
      messages: number,
      rows: number,
      idle: number,
      timeout: number,
      feed: { type: 'string' },
      read: { type: 'string' },
      format: { type: 'string' },
    },
  })
  for (const [name, known] of Object.entries({ feed: FEED, read: READ, format: FORMATS })) {
    if (values[name] === undefined || values[name] in known) continue
    throw new RangeError(`--${name} is ${values[name]}; known: ${Object.keys(known).join(', ')}`)
  }
  const numbers = ['tables', 'messages', 'rows', 'idle', 'timeout'].filter(name => values[name] !== undefined)
  for (const name of numbers) {
    const value = Number(values[name])
    if (!Number.isSafeInteger(value) || value < 0)
      throw new RangeError(`--${name} is ${values[name]}; give a whole number`)
  }
  return { ...values, ...Object.fromEntries(numbers.map(name => [name, Number(values[name])])) }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  console.log(JSON.stringify(await runBatchBench(optionsOf(process.argv.slice(2)))))
}
