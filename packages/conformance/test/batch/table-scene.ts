import {
  type BatchDestinationOptions,
  contentOfStream,
  describeTable,
  listTables,
  openBatchDestination,
  type TableEvent,
  type TableFormat,
  TableSet,
  tableEventSerializer,
} from '@pravega-ts/batch-destination'
import type { ClientFactory, ScopedStream } from '@pravega-ts/client'
import { StreamingBatchWriter, type StreamingBatchWriterOptions } from '@pravega-ts/streaming-batch-writer'
import { uniqueName } from '../../src/engine.ts'

/** A scope with tables of its own. */
export class TableScene {
  readonly factory: ClientFactory
  readonly scope: string = uniqueName('tables')

  constructor(factory: ClientFactory) {
    this.factory = factory
  }

  async writer<R = readonly object[]>(
    options: Omit<BatchDestinationOptions<R>, 'scope'> = {},
    batches: StreamingBatchWriterOptions<R> = {},
  ): Promise<StreamingBatchWriter<R>> {
    const destination = await openBatchDestination<R>(this.factory.segmentStore, { ...options, scope: this.scope })
    return new StreamingBatchWriter<R>(destination, batches)
  }

  async stream(table: string): Promise<ScopedStream> {
    return (await describeTable(this.factory.segmentStore, { scope: this.scope, table })).stream
  }

  async tables(): Promise<string[]> {
    const names: string[] = []
    for await (const table of listTables(this.factory, this.scope)) names.push(table)
    return names
  }

  /** Everything that is in the streams of these tables, in the order in which one reader of a group gets it. */
  async events(
    tables: readonly string[],
    formats: readonly Pick<TableFormat<never>, 'decode'>[] = [],
  ): Promise<(readonly [table: string, event: TableEvent])[]> {
    return await this.eventsOf(await Promise.all(tables.map(table => this.stream(table))), formats)
  }

  async eventsOf(
    streams: readonly ScopedStream[],
    formats: readonly Pick<TableFormat<never>, 'decode'>[] = [],
  ): Promise<(readonly [table: string, event: TableEvent])[]> {
    const name = `${this.scope}/${uniqueName('all')}`
    await using group = await this.factory.createReaderGroup(name, {
      streams: streams.map(stream => ({ stream, to: 'tail' })),
    })
    const events: (readonly [string, TableEvent])[] = []
    {
      await using reader = await group.createReader({ serializer: tableEventSerializer({ formats }) })
      for await (const { stream, value } of reader) {
        events.push([contentOfStream(stream.stream)?.table ?? '', value])
      }
    }
    await this.factory.deleteReaderGroup(name)
    return events
  }

  async read(
    tables: readonly string[],
    formats: readonly Pick<TableFormat<never>, 'decode'>[] = [],
  ): Promise<TableSet> {
    const set = new TableSet(tables)
    for (const [table, event] of await this.events(tables, formats)) set.apply(table, event)
    return set
  }
}
