import { setImmediate } from 'node:timers/promises'
import type { TableEntry, TableKey } from '@pravega-ts/wire-protocol'
import type { StoredEntry, StoredPage, StoredTable, TablePageLimit, TableRange } from '../storage/segment-storage.ts'
import { UNSET } from './attributes.ts'
import { violation } from './violation.ts'

/** Why a table request is refused. */
export type TableRefusal =
  | { readonly refused: 'sealed' | 'badVersion' | 'keyMissing' | 'unsupported' }
  | { readonly refused: 'badOffset'; readonly length: bigint }
  | { readonly refused: 'illegal'; readonly message: string }

/** One reply's worth of an iteration. */
export interface TablePage {
  readonly entries: readonly StoredEntry[]
  /** Where to go on; empty when there was nothing. */
  readonly token: Uint8Array
}

/** One reply's worth of the changes since a position. */
export interface TableDelta {
  readonly entries: readonly StoredEntry[]
  readonly reachedEnd: boolean
  readonly lastPosition: bigint
}

const NO_CONDITION = UNSET
const MUST_NOT_EXIST = -1n
const MAX_KEY_BYTES = 8192
const MAX_ENTRY_BYTES = 1024 * 1024
const ENTRY_OVERHEAD = 17
/** A reply takes entries until they pass this size, with what each one costs on the wire. */
const REPLY_BYTES = 2 * 1024 * 1024
/** What fits into a frame with the longest segment name. */
const MAX_REPLY_BYTES = 16_700_000
const WIRE_OVERHEAD = 24
const HASH_TOKEN_BYTES = 16
const NOTHING = new Uint8Array(0)

/** The rules of one table segment over its stored entries. */
export class TableSegment {
  readonly kind = 'table'
  readonly stored: StoredTable

  constructor(stored: StoredTable) {
    this.stored = stored
  }

  get name(): string {
    return this.stored.name
  }

  /** Puts all entries or none. Conditions are on the table as it was before the batch. Returns their versions. */
  update(entries: readonly TableEntry[], tableOffset: bigint): readonly bigint[] | TableRefusal {
    const keys = entries.map(entry => entry.key)
    const refusal = this.#illegalEntry(entries) ?? this.#checkChange(keys, tableOffset)
    if (refusal !== undefined) return refusal
    return this.stored.apply(entries.map(({ key, value }) => ({ key: key.data, value: value.data })))
  }

  /** Removes all keys or none. */
  remove(keys: readonly TableKey[], tableOffset: bigint): undefined | TableRefusal {
    const refusal = this.#illegalKey(keys) ?? this.#checkChange(keys, tableOffset)
    if (refusal !== undefined) return refusal
    this.stored.apply(keys.map(key => ({ key: key.data, value: undefined })))
    return undefined
  }

  /** The entry of each key, in order; a missing one has version -1 and no value. */
  read(keys: readonly TableKey[]): readonly TableEntry[] | TableRefusal {
    const refusal = this.#illegalLength(keys)
    if (refusal !== undefined) return refusal
    let bytes = 0
    const entries: TableEntry[] = []
    for (const { data } of keys) {
      const entry = wireEntry(this.stored.get(data) ?? { key: data, value: NOTHING, version: -1n })
      bytes += entrySize(entry.key.data, entry.value.data)
      if (bytes > MAX_REPLY_BYTES) return illegal(`the values of ${keys.length} keys do not fit into one reply`)
      entries.push(entry)
    }
    return entries
  }

  /** As `read`, with a pause after so many keys. */
  async readInParts(keys: readonly TableKey[], atOnce: number): Promise<readonly TableEntry[] | TableRefusal> {
    const entries: TableEntry[] = []
    let bytes = 0
    for (let from = 0; from < keys.length; from += atOnce) {
      const part = this.read(keys.slice(from, from + atOnce))
      if ('refused' in part) return part
      for (const entry of part) {
        bytes += entrySize(entry.key.data, entry.value.data)
        entries.push(entry)
      }
      if (bytes > MAX_REPLY_BYTES) return illegal(`the values of ${keys.length} keys do not fit into one reply`)
      await setImmediate()
    }
    return entries
  }

  /** Up to `count` entries behind a token, or between two keys. `withValues` only matters for how many fit. */
  page(
    count: number,
    range: { readonly token: Uint8Array; readonly from: Uint8Array; readonly to: Uint8Array },
    withValues: boolean,
  ): TablePage | TableRefusal | Promise<TablePage> {
    const checked = this.#checkRange(range.token, range.from, range.to)
    if ('refused' in checked) return checked
    if (count <= 0) return { entries: [], token: NOTHING }
    const limit = replyLimit(count, withValues)
    return whenThere(this.stored.entries(checked, limit), ({ entries }) => {
      const last = entries.at(-1)
      return { entries, token: last === undefined ? NOTHING : this.stored.positionOf(last) }
    })
  }

  /** Up to `count` live entries that were put at `from` or later. Removals do not show. */
  delta(from: bigint, count: number): TableDelta | TableRefusal | Promise<TableDelta> {
    if (this.stored.keyLength > 0) return { refused: 'unsupported' }
    const { length } = this.stored
    if (from < 0n) return illegal('fromPosition must not be negative')
    if (from > length) return illegal(`fromPosition ${from} exceeds the length ${length} of the table`)
    if (from === length || count <= 0) return { entries: [], reachedEnd: true, lastPosition: 0n }
    const limit = replyLimit(count, true)
    return whenThere(this.stored.changedSince(from, limit), ({ entries, more }) => {
      const last = entries.at(-1)
      if (!more || last === undefined) return { entries, reachedEnd: true, lastPosition: length }
      return { entries, reachedEnd: false, lastPosition: last.version + BigInt(logSize(last.key, last.value)) }
    })
  }

  #checkChange(keys: readonly TableKey[], tableOffset: bigint): TableRefusal | undefined {
    if (this.stored.isSealed) return { refused: 'sealed' }
    // Any negative one is no condition.
    if (tableOffset >= 0n && tableOffset !== this.stored.length) {
      return { refused: 'badOffset', length: this.stored.length }
    }
    for (const { data, keyVersion } of keys) {
      if (keyVersion === NO_CONDITION) continue
      const version = this.stored.get(data)?.version
      if (version === undefined ? keyVersion === MUST_NOT_EXIST : version === keyVersion) continue
      if (version === undefined && this.stored.keyLength === 0) return { refused: 'keyMissing' }
      return { refused: 'badVersion' }
    }
    return undefined
  }

  #illegalEntry(entries: readonly TableEntry[]): TableRefusal | undefined {
    for (const { key, value } of entries) {
      // A real server takes an empty key, and then fails every iteration of the table.
      if (key.data.byteLength === 0) return illegal('a table key must not be empty')
      const size = logSize(key.data, value.data)
      if (size > MAX_ENTRY_BYTES) return illegal(`a table entry takes ${size} bytes, the limit is ${MAX_ENTRY_BYTES}`)
    }
    return this.#illegalKey(entries.map(entry => entry.key))
  }

  #illegalKey(keys: readonly TableKey[]): TableRefusal | undefined {
    for (const { data, keyVersion } of keys) {
      if (keyVersion < MUST_NOT_EXIST && keyVersion !== NO_CONDITION) throw violation(`the key version ${keyVersion}`)
      if (data.byteLength > MAX_KEY_BYTES)
        return illegal(`a key has ${data.byteLength} bytes, the limit is ${MAX_KEY_BYTES}`)
    }
    return this.#illegalLength(keys)
  }

  #illegalLength(keys: readonly TableKey[]): TableRefusal | undefined {
    const { keyLength, name } = this.stored
    for (const { data } of keys) {
      if (keyLength > 0 && data.byteLength !== keyLength) {
        return illegal(`a key has ${data.byteLength} bytes, but the table ${name} takes keys of ${keyLength}`)
      }
    }
    return undefined
  }

  #checkRange(token: Uint8Array, from: Uint8Array, to: Uint8Array): TableRange | TableRefusal {
    const { keyLength } = this.stored
    if (keyLength === 0) {
      if (from.byteLength > 0 || to.byteLength > 0)
        return illegal('only tables with keys of one length have key ranges')
      if (token.byteLength === 0) return {}
      if (token.byteLength !== HASH_TOKEN_BYTES) throw violation('a continuation token that this server did not make')
      return { after: token }
    }
    if (token.byteLength > 0) return illegal('tables with keys of one length take no continuation token, but fromKey')
    for (const key of [from, to]) {
      if (key.byteLength > 0 && key.byteLength !== keyLength) {
        return illegal(`a key of the range has ${key.byteLength} bytes, but the keys of the table have ${keyLength}`)
      }
    }
    if (from.byteLength > 0 && to.byteLength > 0 && Buffer.compare(from, to) > 0) {
      return illegal('the first key of the range is behind its last one')
    }
    return { from: from.byteLength > 0 ? from : undefined, to: to.byteLength > 0 ? to : undefined }
  }
}

/** An entry as it goes over the wire. */
export function wireEntry(entry: StoredEntry): TableEntry {
  return { key: { data: entry.key, keyVersion: entry.version }, value: { data: entry.value } }
}

function replyLimit(count: number, values: boolean): TablePageLimit {
  return { count, bytes: REPLY_BYTES, sizeOf: ({ key, value }) => entrySize(key, values ? value : NOTHING), values }
}

function whenThere<T>(page: StoredPage | Promise<StoredPage>, use: (page: StoredPage) => T): T | Promise<T> {
  return page instanceof Promise ? page.then(use) : use(page)
}

function illegal(message: string): TableRefusal {
  return { refused: 'illegal', message }
}

function logSize(key: Uint8Array, value: Uint8Array): number {
  return ENTRY_OVERHEAD + key.byteLength + value.byteLength
}

function entrySize(key: Uint8Array, value: Uint8Array): number {
  return WIRE_OVERHEAD + key.byteLength + value.byteLength
}
