import type { KeyRange } from '@pravega-ts/model'
import type { PredicateGroup, RelatedTable } from '@pravega-ts/streaming-batch-writer'
import type { Row } from '../json/row-codec.ts'
import type { TableVersion } from '../schema/table-version.ts'

/** Names of the columns by which rows are removed. */
export interface SyncColumns {
  /** Which source a row is from. */
  readonly source: string
  /** When the sync began that a row is from. */
  readonly syncTime: string
  /** Tells a row apart, for rows of other tables that belong to it. */
  readonly id: string
  /** {@link SyncColumns.id} of the row that a row belongs to. */
  readonly parentId: string
}

/** Rows of a table. */
export interface RowsEvent {
  readonly kind: 'rows'
  readonly rows: readonly Row[]
  /** With which routing key they were written. Undefined: with that of the row, see {@link TableVersion.routing}. */
  readonly routingKey?: string | undefined
}

/**
 * What all markers have. A marker is written once to each segment of the stream, in one transaction. Each copy is about the
 * rows that are before it and whose routing keys fall in its range; so it comes behind all of them, and before all that
 * were written later.
 */
export interface Marker {
  readonly range: KeyRange
}

/** From here on rows look like this. */
export interface MigrateTableMarker extends Marker {
  readonly kind: 'migrateTable'
  readonly version: TableVersion
}

/** Rows of `source` of a sync before `syncTime` are removed. */
export interface DeleteStaleMarker extends Marker {
  readonly kind: 'deleteStale'
  readonly source: string
  readonly syncTime: Date
  readonly columns: Pick<SyncColumns, 'source' | 'syncTime'>
}

/**
 * Rows of `table` for which all groups hold are removed, and rows of related tables that belong to removed ones. It is
 * written to the streams of all these tables.
 */
export interface DeleteRecordMarker extends Marker {
  readonly kind: 'deleteRecord'
  /** UUID, the same in all streams. */
  readonly id: string
  readonly table: string
  readonly related: readonly RelatedTable[]
  readonly where: readonly PredicateGroup[]
  /** If given, rows of this sync time or a later one stay. */
  readonly syncTime?: Date | undefined
  readonly columns: Pick<SyncColumns, 'syncTime' | 'id' | 'parentId'>
}

/** What an event in the stream of a table says. */
export type TableEvent = RowsEvent | MigrateTableMarker | DeleteStaleMarker | DeleteRecordMarker

/** What a marker says, without its range. */
export type MarkerBody =
  | Omit<MigrateTableMarker, 'range'>
  | Omit<DeleteStaleMarker, 'range'>
  | Omit<DeleteRecordMarker, 'range'>
