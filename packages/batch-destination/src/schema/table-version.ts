import { PravegaError } from '@pravega-ts/model'
import type { Column, TableSchema } from '@pravega-ts/streaming-batch-writer'

/** What a table looks like, and how its rows are written. */
export interface TableShape {
  readonly columns: readonly Column[]
  /** Columns that tell rows apart. None: each event is a row of its own. */
  readonly primaryKey: readonly string[]
  /** Columns whose values make the routing key. None: the whole row does. */
  readonly routing: readonly string[]
  /** {@link TableFormat.name} of the format that rows are written in. */
  readonly format: string
  readonly metadata: Readonly<Record<string, string>>
}

/** What a table has looked like from one migration to the next. */
export interface TableVersion extends TableShape {
  readonly table: string
  /** Counts the changes of the table, from 1. */
  readonly version: number
  /** Counts the streams that its rows were in, from 1: a forced migration begins another one. */
  readonly generation: number
}

function refused(table: string, why: string): PravegaError {
  return new PravegaError('INVALID_ARGUMENT', `Table '${table}' was not migrated: ${why}`, { details: { table } })
}

/** @throws PravegaError `INVALID_ARGUMENT` for a schema that contradicts itself */
export function shapeOf(
  table: string,
  schema: TableSchema,
  settings: { readonly routing: readonly string[]; readonly format: string },
): TableShape {
  const columns = schema.columns.map(({ name, type, nullable = true, unique = false }) => ({
    name,
    type,
    nullable,
    unique,
  }))
  const names = new Set<string>()
  for (const { name, type } of columns) {
    if (typeof name !== 'string' || typeof type !== 'string') throw refused(table, 'a column lacks a name or a type')
    if (names.has(name)) throw refused(table, `column '${name}' is there twice; give each column once`)
    names.add(name)
  }
  const { primaryKey = [], metadata = {} } = schema
  for (const name of [...primaryKey, ...settings.routing]) {
    if (!names.has(name)) throw refused(table, `its key has column '${name}', which the table has not`)
  }
  return { columns, primaryKey, routing: settings.routing, format: settings.format, metadata }
}

/** The text that is kept of a version. */
export function encodeVersion(version: TableVersion): string {
  return JSON.stringify(version)
}

function isNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(item => typeof item === 'string')
}

/** The version that an object from JSON text is; undefined: it is none. */
export function versionFrom(value: unknown): TableVersion | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const fields = value as Record<string, unknown>
  const { table, version, generation, columns, primaryKey, routing, format, metadata } = fields
  if (typeof table !== 'string' || !Number.isSafeInteger(version) || !Number.isSafeInteger(generation)) return undefined
  if (!Array.isArray(columns) || !isNames(primaryKey) || !isNames(routing) || typeof format !== 'string')
    return undefined
  return {
    table,
    version: version as number,
    generation: generation as number,
    columns: columns as Column[],
    primaryKey,
    routing,
    format,
    metadata: (metadata ?? {}) as Record<string, string>,
  }
}
