import { PravegaError } from '@pravega-ts/model'
import type { TableChanges, TableValuePut, TableValueRemoval, TableView } from '@pravega-ts/synchronizer'
import type { Offsets, ReaderGroupState } from '../state/reader-group-state.ts'
import * as documents from './table-documents.ts'

const CONFIG = 'config'
const CONFIG_NAME = 'default'
const ASSIGNED = 'assigned_segments'
const UNASSIGNED = 'unassigned_segments'
const FUTURE = 'future_segments'
const DISTANCE = 'distance_to_tail'
/** Rust clients write it when a reader joins, and never look at it. */
const UNKNOWN_DISTANCE = 2n ** 64n - 1n

/**
 * The state of a group as its table has it; undefined: nobody has made a group of the table. Lags are left out: the table has
 * the same one for every reader.
 *
 * @param table - Name of the table's segment, for errors.
 * @throws PravegaError `CORRUPT_STATE`
 */
export function stateOf(table: string, view: TableView): ReaderGroupState | undefined {
  const config = view.get(CONFIG, CONFIG_NAME)
  if (config === undefined) return undefined
  const read = <T>(outer: string, inner: string, data: () => unknown, decode: (data: unknown) => T): T => {
    try {
      return decode(data())
    } catch (cause) {
      const what = `Entry ${outer}/${inner} of the reader group in table ${table} cannot be read`
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new PravegaError('CORRUPT_STATE', `${what}: ${why}. Delete the group and create it again`, {
        cause,
        details: { table, outer, inner },
      })
    }
  }
  const readMap = <T>(outer: string, decode: (data: unknown) => T): Map<string, T> =>
    new Map([...view.innerMap(outer)].map(([inner, value]) => [inner, read(outer, inner, () => value.data, decode)]))
  const assigned = readMap(ASSIGNED, documents.readOffsets)
  const unassigned = readMap(UNASSIGNED, documents.readOffset)
  return {
    config: read(CONFIG, CONFIG_NAME, () => config.data, documents.readConfig),
    assigned,
    unassigned,
    future: readMap(FUTURE, documents.readWaiting),
    lag: new Map(),
    lastRead: new Map([...unassigned, ...[...assigned.values()].flatMap(owned => [...owned])]),
    end: new Map(),
    ranges: new Map(),
    checkpoints: { list: [], last: undefined, published: true },
    updatingConfig: false,
  }
}

/** What makes a table that stands for `before` stand for `after`: what is the same is not written again. */
export function changesBetween(before: ReaderGroupState | undefined, after: ReaderGroupState): TableChanges {
  const puts: TableValuePut[] = []
  const removals: TableValueRemoval[] = []
  if (before === undefined) {
    const data = documents.configDocument(after.config)
    puts.push({ outer: CONFIG, inner: CONFIG_NAME, typeId: 'ReaderGroupConfigVersioned', data })
  }
  const compare = <T>(
    outer: string,
    typeId: string,
    [old, now]: readonly [ReadonlyMap<string, T> | undefined, ReadonlyMap<string, T>],
    isSame: (a: T, b: T) => boolean,
    document: (value: T) => unknown,
  ): void => {
    for (const [inner, value] of now) {
      const known = old?.get(inner)
      if (known === undefined || !isSame(known, value)) puts.push({ outer, inner, typeId, data: document(value) })
    }
    for (const inner of old?.keys() ?? []) if (!now.has(inner)) removals.push({ outer, inner })
  }
  compare(
    ASSIGNED,
    'HashMap<ScopedSegment, Offset>',
    [before?.assigned, after.assigned],
    sameOffsets,
    documents.offsetsDocument,
  )
  const unassigned = [before?.unassigned, after.unassigned] as const
  compare(UNASSIGNED, 'Offset', unassigned, (a, b) => a === b, documents.offsetDocument)
  compare(FUTURE, 'HashSet<i64>', [before?.future, after.future], sameIds, documents.waitingDocument)
  compare(
    DISTANCE,
    'u64',
    [before?.assigned, after.assigned],
    () => true,
    () => UNKNOWN_DISTANCE,
  )
  return { puts, removals }
}

function sameOffsets(a: Offsets, b: Offsets): boolean {
  return a.size === b.size && [...a].every(([segment, offset]) => b.get(segment) === offset)
}

function sameIds(a: ReadonlySet<bigint>, b: ReadonlySet<bigint>): boolean {
  return a.size === b.size && [...a].every(id => b.has(id))
}
