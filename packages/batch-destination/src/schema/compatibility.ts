import type { Column } from '@pravega-ts/streaming-batch-writer'
import type { TableShape, TableVersion } from './table-version.ts'

/**
 * How a table that is wanted goes with the one that is there.
 * - same: nothing changes
 * - wider: the rows that are there are rows of it too
 * - other: they are not, for these reasons
 */
export type Comparison =
  | { readonly tag: 'same' }
  | { readonly tag: 'wider' }
  | { readonly tag: 'other'; readonly reasons: readonly string[] }

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index])
}

function textOf({ columns, metadata }: TableShape): string {
  const entries = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([columns.map(column => [column.name, column.type, column.nullable, column.unique]), entries])
}

function describe(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ')
}

function reasonsOfColumn(column: Column, current: TableVersion, history: readonly TableVersion[]): string[] {
  const { name, type } = column
  const earlier = history.map(version => version.columns.find(other => other.name === name)).filter(found => !!found)
  const reasons: string[] = []
  const other = earlier.find(before => before.type !== type)
  if (other !== undefined) reasons.push(`column '${name}' was ${other.type} and would be ${type}`)
  if (column.nullable !== false) return reasons
  const before = current.columns.find(known => known.name === name)
  if (before === undefined) reasons.push(`column '${name}' must have a value, which the rows that are there have not`)
  else if (before.nullable !== false) reasons.push(`column '${name}' could be empty and would have to have a value`)
  return reasons
}

/**
 * Columns may come and go, may stop to need a value, and metadata may change. Types, the keys and the format stay, also
 * those of columns that were there before.
 *
 * @param history - Versions of the generation that is in use, in order; at least one.
 */
export function compareShapes(history: readonly TableVersion[], wanted: TableShape): Comparison {
  const current = history.at(-1)
  if (current === undefined) return { tag: 'other', reasons: ['there is none'] }
  const reasons: string[] = []
  if (!sameNames(current.primaryKey, wanted.primaryKey)) {
    reasons.push(`the primary key was ${describe(current.primaryKey)} and would be ${describe(wanted.primaryKey)}`)
  }
  if (!sameNames(current.routing, wanted.routing)) {
    reasons.push(`the routing key was ${describe(current.routing)} and would be ${describe(wanted.routing)}`)
  }
  if (current.format !== wanted.format) reasons.push(`the format was ${current.format} and would be ${wanted.format}`)
  for (const column of wanted.columns) reasons.push(...reasonsOfColumn(column, current, history))
  if (reasons.length > 0) return { tag: 'other', reasons }
  return { tag: textOf(current) === textOf(wanted) ? 'same' : 'wider' }
}
