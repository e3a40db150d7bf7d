import { openBatchDestination } from '@pravega-ts/batch-destination'
import { type ClientFactory, ScalingPolicy } from '@pravega-ts/client'
import { type MigrateTable, StreamingBatchWriter } from '@pravega-ts/streaming-batch-writer'
import type { Row, Table } from './tables/table.ts'
import { Tally } from './tally.ts'

/** What was landed of a table. */
export interface Landed {
  readonly tally: Tally
  batches: number
}

/** Small, so that small tables make several batches. */
const ROWS_OF_BATCH = 500
const SEGMENTS = 3

/** Rows of all tables in turns, as they would come from several sources. */
async function* interleaved(tables: readonly Table[]): AsyncGenerator<readonly [Table, Row]> {
  const sources = tables.map(table => ({ table, rows: iterate(table.rows()) }))
  while (sources.length > 0) {
    for (const source of [...sources]) {
      const { done, value } = await source.rows.next()
      if (done === true) sources.splice(sources.indexOf(source), 1)
      else yield [source.table, value]
    }
  }
}

async function* iterate(rows: AsyncIterable<Row> | Iterable<Row>): AsyncGenerator<Row, undefined> {
  yield* rows
}

function migration({ name, columns, primaryKey }: Table): MigrateTable {
  const schema = { columns: Object.entries(columns).map(([column, type]) => ({ name: column, type })), primaryKey }
  return { kind: 'migrateTable', table: name, schema }
}

/**
 * Writes tables to streams, a batch at a time.
 *
 * @throws WriteError when anything of it is not there in the end
 */
export async function land(
  factory: ClientFactory,
  scope: string,
  mode: 'transaction' | 'events',
  tables: readonly Table[],
): Promise<ReadonlyMap<string, Landed>> {
  const landed = new Map(tables.map(({ name }): [string, Landed] => [name, { tally: new Tally(), batches: 0 }]))
  const destination = await openBatchDestination(factory.segmentStore, {
    scope,
    mode,
    stream: { scaling: ScalingPolicy.fixed(SEGMENTS) },
  })
  const writer = new StreamingBatchWriter(destination, {
    batchSizeRows: ROWS_OF_BATCH,
    onBatch: ({ kind, table }) => {
      const one = landed.get(table ?? '')
      if (kind === 'insert' && one !== undefined) one.batches += 1
    },
  })
  await using session = writer.open()
  for (const table of tables) await session.send(migration(table))
  for await (const [{ name }, row] of interleaved(tables)) {
    landed.get(name)?.tally.add(row)
    await session.send({ kind: 'insert', table: name, rows: [row] })
  }
  await session.close()
  return landed
}
