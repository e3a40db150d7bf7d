import { subscribe } from 'node:diagnostics_channel'
import { setTimeout as delay } from 'node:timers/promises'
import { openBatchDestination } from '@pravega-ts/batch-destination'
import { ClientFactory, ScopedSegment } from '@pravega-ts/client'
import { type MigrateTable, StreamingBatchWriter, type WriteMessage } from '@pravega-ts/streaming-batch-writer'
import { DIAGNOSTICS, type TransactionStateMessage } from '@pravega-ts/transactions'

// A process of its own, so that it can be killed. Arguments: controller URI, scope, name of the run, rows of a batch, whole
// batches of each table, and 'stay' to go on with half a batch and stay there. Each row tells the batch that it belongs to,
// and how many rows that has. Prints a line for each batch that is in its stream, and one when halves are on the server.
const [controllerUri = '', scope = '', run = '', size = '0', batches = '0', then = ''] = process.argv.slice(2)
const rowsOfBatch = Number(size)
const POLL_MS = 10
const TABLES = ['left', 'right']
const COLUMNS = ['run', 'batch', 'number', 'of'].map(name => ({ name, type: 'json' }))

let landed = 0
let open: string[] = []
subscribe(DIAGNOSTICS.state, message => {
  const { from, to, transactionId } = message as TransactionStateMessage
  if (from === undefined && to === 'open') open.push(transactionId)
  else if (to !== 'flushing') open = open.filter(id => id !== transactionId)
})

await using factory = await ClientFactory.create(controllerUri)
const destination = await openBatchDestination(factory.segmentStore, { scope, leaseMs: 10_000 })
const writer = new StreamingBatchWriter(destination, {
  batchSizeRows: rowsOfBatch,
  batchTimeout: 0,
  onBatch: ({ kind, error }) => {
    if (kind !== 'insert') return
    landed += 1
    console.log(error === undefined ? 'landed' : String(error))
  },
})

function* rows(batch: number, count: number): Generator<WriteMessage<readonly object[]>> {
  for (let number = 0; number < count; number++) {
    for (const table of TABLES) yield { kind: 'insert', table, rows: [{ run, batch, number, of: rowsOfBatch }] }
  }
}

async function* messages(): AsyncGenerator<WriteMessage<readonly object[]>> {
  yield* TABLES.map((table): MigrateTable => ({ kind: 'migrateTable', table, schema: { columns: COLUMNS } }))
  for (let batch = 0; batch < Number(batches); batch++) yield* rows(batch, rowsOfBatch)
  if (then !== 'stay') return
  while (landed < TABLES.length * Number(batches)) await delay(POLL_MS)
  yield* rows(Number(batches), Math.floor(rowsOfBatch / 2))
  while (!(await isHalfWritten())) await delay(POLL_MS)
  console.log('half')
  await new Promise(() => {})
}

async function isHalfWritten(): Promise<boolean> {
  if (open.length < TABLES.length) return false
  const written = TABLES.map(async table => {
    const segment = ScopedSegment.of(scope, table, 0, 0)
    const lengths = open.map(async id => (await factory.segmentStore.getInfo(segment.inTransaction(id))).writeOffset)
    return (await Promise.allSettled(lengths)).some(result => result.status === 'fulfilled' && result.value > 0n)
  })
  return (await Promise.all(written)).every(is => is)
}

await writer.write(messages())
