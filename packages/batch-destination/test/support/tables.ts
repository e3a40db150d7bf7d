import { ScopedStream } from '@pravega-ts/model'
import { type MigrateTable, StreamingBatchWriter, type TableSchema } from '@pravega-ts/streaming-batch-writer'
import {
  type BatchDestinationOptions,
  describeTable,
  openBatchDestination,
  type TableDescription,
  TableRows,
  tableEventSerializer,
} from '../../src/index.ts'
import { MemoryStreams } from './memory-streams.ts'

export const SCOPE = 'tables'

/** A migration; types by column. */
export function migration(
  table: string,
  types: Readonly<Record<string, string>>,
  more: Partial<TableSchema> & { readonly force?: boolean } = {},
): MigrateTable {
  const { force, ...schema } = more
  const columns = Object.entries(types).map(([name, type]) => ({ name, type }))
  return { kind: 'migrateTable', table, force, schema: { columns, ...schema } }
}

/** A destination over streams in memory. */
export async function inMemory<R = readonly object[]>(
  options: Omit<BatchDestinationOptions<R>, 'scope'> = {},
  streams: MemoryStreams = new MemoryStreams(),
): Promise<{ streams: MemoryStreams; writer: StreamingBatchWriter<R> }> {
  const destination = await openBatchDestination<R>(streams, { ...options, scope: SCOPE })
  return { streams, writer: new StreamingBatchWriter<R>(destination) }
}

export function described(streams: MemoryStreams, table: string): Promise<TableDescription> {
  return describeTable(streams, { scope: SCOPE, table })
}

/** What the events of a table's stream make, one segment after the other. */
export async function rowsOf(
  streams: MemoryStreams,
  table: string,
  options: ConstructorParameters<typeof TableRows>[1] = {},
): Promise<TableRows> {
  const rows = new TableRows(table, options)
  const { stream } = await described(streams, table)
  const serializer = tableEventSerializer()
  for (const event of streams.events(new ScopedStream(SCOPE, stream.stream).stream).flat()) {
    rows.apply(serializer.deserialize(event))
  }
  return rows
}

/** What the handler of the first failed batch threw. */
export async function causeOf(write: Promise<unknown>): Promise<Error & { details: Record<string, unknown> }> {
  const error = await write.then(
    () => new Error('it was written'),
    failure => failure,
  )
  return error.errors?.[0]?.cause ?? error
}
