import { firstEpoch } from '../domain/epochs.ts'
import { isGroupOrTableName, segmentName, tableSegmentOwner } from '../domain/names.ts'
import { type Page, pageByName } from '../domain/paging.ts'
import { MOST_SEGMENTS } from '../domain/settings.ts'
import type { SegmentRecord } from '../domain/stream-record.ts'
import type { TableRecord } from '../state/records.ts'
import { type ControllerContext, inBackground, isOpenScope, scopeExists } from './context.ts'
import { badArgument, notFound } from './refusal.ts'

/** Bytes that the keys of a table segment may have. */
const LONGEST_KEY = 256

export type CreateTableResult = 'SUCCESS' | 'FAILURE' | 'TABLE_EXISTS' | 'SCOPE_NOT_FOUND' | 'INVALID_TABLE_NAME'

/**
 * Creates a key-value table: one table segment with keys of a fixed length per partition.
 *
 * @throws Refusal `INTERNAL` for numbers that make no table
 */
export async function createTable(
  context: ControllerContext,
  scope: string,
  table: string,
  config: TableRecord,
): Promise<CreateTableResult> {
  const { partitions, primaryKeyLength, secondaryKeyLength, rolloverSizeBytes } = config
  if (scope === '' || table === '' || partitions < 1 || primaryKeyLength < 1) throw badArgument()
  if (secondaryKeyLength < 0 || rolloverSizeBytes < 0n) throw badArgument()
  if (!isGroupOrTableName(table)) return 'INVALID_TABLE_NAME'
  return inTableQueue(context, scope, table, async existing => {
    if (!isOpenScope(context, scope)) return 'SCOPE_NOT_FOUND'
    if (existing !== undefined) return 'TABLE_EXISTS'
    if (primaryKeyLength + secondaryKeyLength > LONGEST_KEY || partitions > MOST_SEGMENTS) return 'FAILURE'
    await carryOut(context, scope, table, { ...config, pending: 'create' })
    return 'SUCCESS'
  })
}

export async function deleteTable(
  context: ControllerContext,
  scope: string,
  table: string,
): Promise<'SUCCESS' | 'TABLE_NOT_FOUND'> {
  if (scope === '' || table === '') throw badArgument()
  return inTableQueue(context, scope, table, async existing => {
    if (existing === undefined) return 'TABLE_NOT_FOUND'
    await carryOut(context, scope, table, { ...existing, pending: 'delete' })
    return 'SUCCESS'
  })
}

/** Finishes what a stopped server left of the creation and deletion of tables. */
export function resumeTables(context: ControllerContext): void {
  const { tables } = context.state
  for (const scope of tables.parents()) {
    for (const [table, { pending }] of tables.list(scope)) {
      if (pending === undefined) continue
      const work = inTableQueue(context, scope, table, () => Promise.resolve())
      inBackground(context, `Finishing the ${pending} of table ${scope}/${table}`, work)
    }
  }
}

export function getTable({ state }: ControllerContext, scope: string, table: string): TableRecord | undefined {
  if (scope === '' || table === '') throw badArgument()
  return state.tables.get(scope, table)
}

/** @throws Refusal `NOT_FOUND` */
export function getTableSegments(context: ControllerContext, scope: string, table: string): readonly SegmentRecord[] {
  const config = getTable(context, scope, table)
  if (config === undefined) throw notFound(`Key-value table ${scope}/${table}`)
  return partitionsOf(config)
}

/** Names of a scope's tables that are to be shown; undefined for an unknown scope. */
export function listTables(
  context: ControllerContext,
  scope: string,
  token: string,
  isShown: (table: string) => boolean,
): Page<string> | undefined {
  if (!scopeExists(context, scope)) return undefined
  const names = context.state.tables
    .list(scope)
    .map(([table]) => table)
    .filter(isShown)
  return pageByName(`tables of ${scope}`, names, token)
}

function partitionsOf({ partitions }: TableRecord): readonly SegmentRecord[] {
  return firstEpoch(partitions, 0, 0).segments
}

function segmentNames(scope: string, table: string, config: TableRecord): readonly string[] {
  return partitionsOf(config).map(({ id }) => segmentName(scope, tableSegmentOwner(table), id))
}

/** Records a decision, so that it outlives this process, and carries it out. */
function carryOut(
  context: ControllerContext,
  scope: string,
  table: string,
  record: TableRecord,
): Promise<TableRecord | undefined> {
  context.state.tables.set(scope, table, record)
  return finishPending(context, scope, table, record)
}

async function finishPending(
  { engine, state: { tables } }: ControllerContext,
  scope: string,
  table: string,
  record: TableRecord,
): Promise<TableRecord | undefined> {
  const { pending, ...config } = record
  const names = segmentNames(scope, table, config)
  switch (pending) {
    case undefined:
      return record
    case 'create': {
      const { primaryKeyLength, rolloverSizeBytes, secondaryKeyLength } = config
      const keyLength = primaryKeyLength + secondaryKeyLength
      await Promise.all(names.map(name => engine.createTableSegment(name, { keyLength, rolloverSizeBytes })))
      tables.set(scope, table, config)
      return config
    }
    case 'delete':
      await Promise.all(names.map(name => engine.deleteSegment(name)))
      tables.delete(scope, table)
      return undefined
  }
}

/** Does work on a table in its queue. What an earlier failure or a stopped server left unfinished is finished first. */
function inTableQueue<T>(
  context: ControllerContext,
  scope: string,
  table: string,
  work: (existing: TableRecord | undefined) => Promise<T>,
): Promise<T> {
  return context.queues.run(`${scope}/${tableSegmentOwner(table)}`, async () => {
    const existing = context.state.tables.get(scope, table)
    return work(existing && (await finishPending(context, scope, table, existing)))
  })
}
