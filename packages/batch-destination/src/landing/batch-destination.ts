import { PravegaError } from '@pravega-ts/model'
import type {
  BatchStream,
  DeleteRecord,
  DeleteStale,
  MigrateTable,
  StreamingBatchClient,
  TableBatch,
} from '@pravega-ts/streaming-batch-writer'
import type { MarkerBody } from '../events/table-event.ts'
import { describeTable, type TableDescription } from '../schema/describe-table.ts'
import { eachTable } from './each-table.ts'
import { RowLander } from './land-rows.ts'
import { Migrator } from './migrator.ts'
import type { DestinationSettings, DestinationStore } from './options.ts'
import { writeMarkers } from './write-markers.ts'

/** What lands tables in streams. Nothing stays open between batches, so there is nothing to close. */
export interface BatchDestination<R> extends StreamingBatchClient<R> {
  readonly scope: string
  deleteRecords(batch: BatchStream<DeleteRecord>): Promise<void>
}

export class StreamBatchDestination<R> implements BatchDestination<R> {
  readonly scope: string
  readonly #store: DestinationStore
  readonly #settings: DestinationSettings<R>
  readonly #migrator: Migrator<R>
  readonly #lander: RowLander<R>
  /** What is known of tables that were migrated or written to here. */
  readonly #tables = new Map<string, TableDescription>()

  constructor(store: DestinationStore, settings: DestinationSettings<R>) {
    this.scope = settings.scope
    this.#store = store
    this.#settings = settings
    this.#migrator = new Migrator(store, settings)
    this.#lander = new RowLander(store, settings)
  }

  async migrateTable(batch: BatchStream<MigrateTable>): Promise<void> {
    for await (const messages of batch.chunks()) {
      await eachTable(messages, async (table, own) => {
        for (const message of own) this.#tables.set(table, await this.#migrator.migrate(message, batch.signal))
      })
    }
  }

  async writeTable(batch: TableBatch<R>): Promise<void> {
    const table = await this.#table(batch.table, batch.signal)
    await this.#with(table, () => this.#lander.land(batch, table))
  }

  async deleteStale(batch: BatchStream<DeleteStale>): Promise<void> {
    const { columns } = this.#settings
    for await (const messages of batch.chunks()) {
      await this.#mark(
        messages.map(({ table, source, syncTime }) => ({
          table,
          marker: { kind: 'deleteStale', source, syncTime, columns },
          needs: [columns.source, columns.syncTime],
        })),
        batch.signal,
      )
    }
  }

  async deleteRecords(batch: BatchStream<DeleteRecord>): Promise<void> {
    for await (const messages of batch.chunks()) {
      await this.#mark(
        messages.flatMap(message => this.#deletions(message)),
        batch.signal,
      )
    }
  }

  #deletions({ table, related = [], where, syncTime }: DeleteRecord): MarkerFor[] {
    const { columns } = this.#settings
    const marker: MarkerBody = {
      kind: 'deleteRecord',
      id: crypto.randomUUID(),
      table,
      related,
      where,
      ...(syncTime !== undefined && { syncTime }),
      columns,
    }
    const conditions = where.flatMap(({ predicates }) => predicates.map(({ column }) => column))
    const marks = new Map<string, Set<string>>([[table, new Set(conditions)]])
    for (const relation of related) {
      const parents = marks.get(relation.parent) ?? new Set()
      marks.set(relation.parent, parents.add(columns.id))
      const children = marks.get(relation.table) ?? new Set()
      marks.set(relation.table, children.add(columns.parentId))
    }
    return Array.from(marks, ([name, needs]) => ({ table: name, marker, needs: [...needs] }))
  }

  async #mark(markers: readonly MarkerFor[], signal: AbortSignal): Promise<void> {
    await eachTable(markers, async (name, own) => {
      const table = await this.#table(name, signal)
      for (const { needs, marker } of own) checkColumns(table, needs, marker.kind)
      const bodies = own.map(({ marker }) => marker)
      await this.#with(table, () => writeMarkers(this.#store, this.#settings, table.stream, bodies, signal))
    })
  }

  async #table(name: string, signal: AbortSignal): Promise<TableDescription> {
    const known = this.#tables.get(name)
    if (known !== undefined) return known
    const { scope, callTimeoutMs } = this.#settings
    const table = await describeTable(this.#store, { scope, table: name }, { timeoutMs: callTimeoutMs, signal })
    this.#tables.set(name, table)
    return table
  }

  /** What is known of a table may be out of date when its stream is gone. */
  async #with(table: TableDescription, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (this.#tables.get(table.table) === table) this.#tables.delete(table.table)
      throw error
    }
  }
}

/** A marker for the stream of a table, and the columns that it goes by. */
interface MarkerFor {
  readonly table: string
  readonly marker: MarkerBody
  readonly needs: readonly string[]
}

function checkColumns({ table, versions }: TableDescription, needs: readonly string[], kind: string): void {
  const missing = needs.filter(name => !versions.some(({ columns }) => columns.some(column => column.name === name)))
  if (missing.length === 0) return
  throw new PravegaError(
    'INVALID_ARGUMENT',
    `Nothing can be removed from table '${table}' by ${kind}: it has no column ${missing.map(name => `'${name}'`).join(', ')}. Migrate it with them, or name those that it has with the option columns`,
    { details: { table, missing } },
  )
}
