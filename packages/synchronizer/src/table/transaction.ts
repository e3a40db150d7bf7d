import { PravegaError } from '@pravega-ts/model'
import type { TablePut } from '@pravega-ts/segment-client'
import { toCbor } from './cbor.ts'
import {
  type EntryBody,
  type EntryName,
  encodeBody,
  encodeKey,
  entryText,
  mapVersionBody,
  TOMBSTONE_BODY,
} from './entry-format.ts'
import { ABSENT, type Entry, type TableContents } from './table-contents.ts'
import type { TableChanges } from './table-synchronizer.ts'

/** How many of its last changes the version entry of an outer map names. */
const WRITES_KEPT = 6

/** Entries that are written together, if nothing they touch has changed. */
export interface Transaction {
  /** A random number that only this transaction has. */
  readonly mark: bigint
  /** Version entries first, one for each outer map that is touched. */
  readonly entries: readonly Touched[]
  readonly puts: readonly TablePut[]
}

/** An entry, and the version that it replaces (-1: none). */
export interface Touched extends EntryName {
  readonly base: bigint
  readonly body: EntryBody
}

/**
 * What is to be written for some changes; undefined: nothing.
 *
 * @throws PravegaError `INVALID_ARGUMENT` for names that cannot be written, values that CBOR has no form for, an entry that is
 * changed twice
 */
export function prepare(contents: TableContents, changes: TableChanges, mark: bigint): Transaction | undefined {
  const bodies = new Map<string, EntryName & { readonly body: EntryBody }>()
  const add = (name: EntryName, body: EntryBody): void => {
    const id = JSON.stringify([name.outer, name.inner])
    if (bodies.has(id)) {
      const rule = 'all changes of a transaction take effect together'
      throw new PravegaError('INVALID_ARGUMENT', `Entry ${entryText(name)} is changed twice; ${rule}. Change it once`)
    }
    bodies.set(id, { ...name, body })
  }
  for (const { outer, inner, typeId, data } of changes.puts ?? []) {
    const name = { outer, inner }
    add(name, { typeId, document: document(name, data), writes: [], purgedTo: 0n })
  }
  for (const { outer, inner } of changes.removals ?? []) {
    if (contents.get(outer, inner) !== undefined) add({ outer, inner }, TOMBSTONE_BODY)
  }
  if (bodies.size === 0) return undefined
  const items = [...bodies.values()]
  return transactionOf(contents, new Set(items.map(item => item.outer)), items, mark)
}

/** What says, in the version entries of outer maps, that tombstones before a position may be gone. */
export function prepareNotice(
  contents: TableContents,
  outers: ReadonlySet<string>,
  purgedTo: bigint,
  mark: bigint,
): Transaction {
  return transactionOf(contents, outers, [], mark, purgedTo)
}

/** The entries of a transaction that was made, with their versions. */
export function made(transaction: Transaction, versions: readonly bigint[]): Entry[] {
  return transaction.entries.map(({ outer, inner, body }, index) => {
    const version = versions[index]
    if (version !== undefined) return { outer, inner, body, version }
    const found = `${versions.length} versions for ${transaction.entries.length} entries`
    throw new PravegaError('PROTOCOL_VIOLATION', `A change of a table was answered with ${found}`)
  })
}

function transactionOf(
  contents: TableContents,
  outers: ReadonlySet<string>,
  items: readonly (EntryName & { readonly body: EntryBody })[],
  mark: bigint,
  purgedTo = 0n,
): Transaction {
  const versions = [...outers].map(outer => {
    const { version: base, writes, purgedTo: before } = contents.outerMap(outer)
    const kept = [...writes, { base, mark }].slice(-WRITES_KEPT)
    return { outer, inner: undefined, body: mapVersionBody(kept, purgedTo > before ? purgedTo : before) }
  })
  const entries = [...versions, ...items].map(entry => ({ ...entry, base: contents.versionOf(entry) }))
  const puts = entries.map(entry => ({
    key: encodeKey(entry),
    value: encodeBody(entry.body),
    version: entry.base === ABSENT ? ('absent' as const) : entry.base,
  }))
  return { mark, entries, puts }
}

function document(name: EntryName, data: unknown): Uint8Array {
  try {
    return toCbor(data)
  } catch (cause) {
    const problem = `The value of entry ${entryText(name)} is refused: CBOR has no form for it`
    throw new PravegaError('INVALID_ARGUMENT', `${problem}. Give maps, arrays, texts, numbers, bigint or bytes`, {
      cause,
    })
  }
}
