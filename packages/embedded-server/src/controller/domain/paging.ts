/** A part of a listing and where the next part begins. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly token: string
}

/** Entries of one page. */
export const PAGE_SIZE = 1000

/** Lists of streams by tag come in this many parts. */
const TAG_BUCKETS = 25

/**
 * The page after a token, in the order of the names: what comes and goes between two pages shifts nothing. The last
 * page, which is empty, gives the token back; so does a token of another list.
 *
 * @param list - Name of the list. Tokens are bound to it.
 * @param token - Empty for the first page.
 */
export function pageByName(list: string, names: Iterable<string>, token: string): Page<string> {
  const after = token === '' ? '' : decodeToken(list, token)
  if (after === undefined) return { items: [], token }
  const items = [...names]
    .filter(name => name > after)
    .sort()
    .slice(0, PAGE_SIZE)
  const last = items.at(-1)
  return { items, token: last === undefined ? token : encodeToken(list, last) }
}

/**
 * The next bucket of names that has any. Pages are short on purpose: Pravega pages its tag index this way, and a client
 * that stops at the first short page would miss streams there.
 */
export function pageByBucket(list: string, names: Iterable<string>, token: string): Page<string> {
  const after = token === '' ? '-1' : decodeToken(list, token)
  if (after === undefined) return { items: [], token }
  const all = [...names]
  for (let bucket = Number(after) + 1; bucket < TAG_BUCKETS; bucket += 1) {
    const items = all.filter(name => bucketOf(name) === bucket)
    if (items.length > 0) return { items: items.sort(), token: encodeToken(list, String(bucket)) }
  }
  return { items: [], token: encodeToken(list, String(TAG_BUCKETS - 1)) }
}

function bucketOf(name: string): number {
  let hash = 0
  for (const character of name) hash = (Math.imul(hash, 37) + (character.codePointAt(0) ?? 0)) >>> 0
  return hash % TAG_BUCKETS
}

function encodeToken(list: string, position: string): string {
  return Buffer.from(`${list}\n${position}`).toString('base64url')
}

function decodeToken(list: string, token: string): string | undefined {
  const text = Buffer.from(token, 'base64url').toString()
  return text.startsWith(`${list}\n`) ? text.slice(list.length + 1) : undefined
}
