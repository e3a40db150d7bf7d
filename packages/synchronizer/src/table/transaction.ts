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
  type TransactionId,
  valueBody,
} from './entry-format.ts'
import { ABSENT, type Entry, type TableContents } from './table-contents.ts'
import type { TableChanges } from './table-synchronizer.ts'
import { withWrite } from './write-history.ts'

/** Entries that are written together, if nothing they touch has changed. */
export interface Transaction {
  readonly id: TransactionId
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
export function prepare(contents: TableContents, changes: TableChanges, id: TransactionId): Transaction | undefined {
  const bodies = new Map<string, EntryName & { readonly body: EntryBody }>()
  const add = (name: EntryName, body: EntryBody): void => {
    const key = JSON.stringify([name.outer, name.inner])
    if (bodies.has(key)) {
      const rule = 'all changes of a transaction take effect together'
      throw new PravegaError('INVALID_ARGUMENT', `Entry ${entryText(name)} is changed twice; ${rule}. Change it once`)
    }
    bodies.set(key, { ...name, body })
  }
  for (const { outer, inner, typeId, data } of changes.puts ?? []) {
    const name = { outer, inner }
    add(name, valueBody(typeId, document(name, data)))
  }
  for (const { outer, inner } of changes.removals ?? []) {
    if (contents.get(outer, inner) !== undefined) add({ outer, inner }, TOMBSTONE_BODY)
  }
  if (bodies.size === 0) return undefined
  const items = [...bodies.values()]
  return transactionOf(contents, new Set(items.map(item => item.outer)), items, id)
}

/** What says, in the version entries of outer maps, that tombstones before a position may be gone. */
export function prepareNotice(
  contents: TableContents,
  outers: ReadonlySet<string>,
  purgedTo: bigint,
  id: TransactionId,
): Transaction {
  return transactionOf(contents, outers, [], id, purgedTo)
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
  id: TransactionId,
  purgedTo = 0n,
): Transaction {
  const versions = [...outers].map(outer => {
    const { version, history, purgedTo: before } = contents.outerMap(outer)
    const body = mapVersionBody(withWrite(history, id, version), purgedTo > before ? purgedTo : before)
    return { outer, inner: undefined, body }
  })
  const entries = [...versions, ...items].map(entry => ({ ...entry, base: contents.versionOf(entry) }))
  const puts = entries.map(entry => ({
    key: encodeKey(entry),
    value: encodeBody(entry.body),
    version: entry.base === ABSENT ? ('absent' as const) : entry.base,
  }))
  return { id, entries, puts }
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
