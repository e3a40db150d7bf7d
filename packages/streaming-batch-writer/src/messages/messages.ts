/** What a message asks for. A batch holds messages of one kind. */
export type Kind = 'migrateTable' | 'insert' | 'deleteStale' | 'deleteRecord'

/** A column of a table. */
export interface Column {
  readonly name: string
  /** The type in the words of whoever writes: the writer hands it on as it is. */
  readonly type: string
  /** Whether a row may lack a value. Default: it may. */
  readonly nullable?: boolean | undefined
  /** Whether no two rows have the same value. Default: they may. */
  readonly unique?: boolean | undefined
}

/** What a table looks like. */
export interface TableSchema {
  readonly columns: readonly Column[]
  /** Names of the columns that tell rows apart. Default: none. */
  readonly primaryKey?: readonly string[] | undefined
  /** Anything else that a destination may want to know. */
  readonly metadata?: Readonly<Record<string, string>> | undefined
}

/** Asks that a table exists and looks like this. Counts as one row. */
export interface MigrateTable {
  readonly kind: 'migrateTable'
  readonly table: string
  readonly schema: TableSchema
  /** Whether the table may be dropped and made again where it cannot be changed. Default: it may not. */
  readonly force?: boolean | undefined
}

/** Rows for one table, in whatever form the writer's {@link RowFormat} knows. Without a row it is counted and dropped. */
export interface Insert<R> {
  readonly kind: 'insert'
  /** Name of the table. The empty name is a table of its own. */
  readonly table: string
  readonly rows: R
}

/** Asks that rows of `source` in `table` that were written before `syncTime` are removed. Counts as one row. */
export interface DeleteStale {
  readonly kind: 'deleteStale'
  readonly table: string
  readonly source: string
  readonly syncTime: Date
}

/** A table whose rows belong to rows of another one. */
export interface RelatedTable {
  readonly table: string
  readonly parent: string
}

/** A condition on a column. */
export interface Predicate {
  readonly operator: 'eq'
  readonly column: string
  readonly value: unknown
}

/** Conditions of which all (`and`) or at least one (`or`) must hold. */
export interface PredicateGroup {
  readonly join: 'and' | 'or'
  readonly predicates: readonly Predicate[]
}

/** Asks that rows for which all groups hold are removed, and with them the rows of related tables. Counts as one row. */
export interface DeleteRecord {
  readonly kind: 'deleteRecord'
  readonly table: string
  /** Default: none. */
  readonly related?: readonly RelatedTable[] | undefined
  readonly where: readonly PredicateGroup[]
  readonly syncTime?: Date | undefined
}

/** What a {@link StreamingBatchWriter} takes. */
export type WriteMessage<R> = MigrateTable | Insert<R> | DeleteStale | DeleteRecord
