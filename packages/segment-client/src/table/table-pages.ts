import type { Reply } from '@pravega-ts/wire-protocol'
import type { TableEntry, TableKey } from './table-segment.ts'

/** One page of an iteration. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly token: Uint8Array
}

/** Where a page begins. */
export interface PageStart {
  readonly token: Uint8Array
  readonly from: Uint8Array
  readonly to: Uint8Array
}

const NOTHING = new Uint8Array(0)

/**
 * Goes through pages until one has no items. Tables whose keys have one length take no token: they go on behind the last key.
 *
 * @param keyLength - 0 for keys of any length.
 */
export async function* pages<T extends { readonly key: Uint8Array }>(
  keyLength: number,
  from: Uint8Array | undefined,
  to: Uint8Array | undefined,
  next: (start: PageStart) => Promise<Page<T>>,
): AsyncGenerator<T, void, undefined> {
  let start: PageStart = { token: NOTHING, from: from ?? NOTHING, to: to ?? NOTHING }
  for (;;) {
    const page = await next(start)
    yield* page.items
    const last = page.items.at(-1)
    if (last === undefined) return
    if (keyLength === 0) {
      start = { ...start, token: page.token }
      continue
    }
    const after = keyAfter(last.key)
    if (after === undefined || (start.to.length > 0 && Buffer.compare(after, start.to) > 0)) return
    start = { ...start, from: after }
  }
}

/** The key behind this one, of the same length; undefined behind the last. */
export function keyAfter(key: Uint8Array): Uint8Array | undefined {
  const after = Uint8Array.from(key)
  for (let index = after.length - 1; index >= 0; index--) {
    const digit = after[index] ?? 0
    after[index] = (digit + 1) & 0xff
    if (digit !== 0xff) return after
  }
  return undefined
}

export function keysOf(reply: Reply): { readonly value: Page<TableKey> } | undefined {
  if (reply.command !== 'TableKeysRead') return undefined
  const items = reply.keys.map(key => ({ key: key.data, version: key.keyVersion }))
  return { value: { items, token: reply.continuationToken } }
}

export function entriesOf(reply: Reply): { readonly value: Page<TableEntry> } | undefined {
  if (reply.command !== 'TableEntriesRead') return undefined
  return { value: { items: reply.entries.map(toEntry), token: reply.continuationToken } }
}

/** An entry as it travels, as it is shown. */
export function toEntry(entry: {
  readonly key: { readonly data: Uint8Array; readonly keyVersion: bigint }
  readonly value: { readonly data: Uint8Array }
}): TableEntry {
  return { key: entry.key.data, value: entry.value.data, version: entry.key.keyVersion }
}
