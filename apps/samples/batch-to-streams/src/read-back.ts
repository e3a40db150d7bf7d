import { contentOfStream, describeTable, TableSet, tableEventSerializer } from '@pravega-ts/batch-destination'
import type { ClientFactory } from '@pravega-ts/client'
import type { Table } from './tables/table.ts'
import { Tally } from './tally.ts'

const READERS = ['anna', 'ben']

/** What is in the streams of some tables, as a group of readers gets it. */
export async function readBack(
  factory: ClientFactory,
  scope: string,
  tables: readonly Table[],
): Promise<ReadonlyMap<string, Tally>> {
  const names = tables.map(({ name }) => name)
  const described = await Promise.all(names.map(table => describeTable(factory.segmentStore, { scope, table })))
  const set = new TableSet(described.map(({ table, current }) => [table, { version: current }] as const))
  const group = `${scope}/check`
  const streams = described.map(({ stream }) => ({ stream, to: 'tail' as const }))
  {
    await using readers = await factory.createReaderGroup(group, { streams, refreshTimeMs: 250 })
    await Promise.all(
      READERS.map(async readerId => {
        await using reader = await readers.createReader({ readerId, serializer: tableEventSerializer() })
        for await (const { stream, value } of reader) set.apply(contentOfStream(stream.stream)?.table ?? '', value)
      }),
    )
  }
  await factory.deleteReaderGroup(group)
  return new Map(names.map(name => [name, tallyOf(set.table(name))]))
}

function tallyOf(rows: Iterable<Readonly<Record<string, unknown>>>): Tally {
  const tally = new Tally()
  for (const row of rows) tally.add(row)
  return tally
}
