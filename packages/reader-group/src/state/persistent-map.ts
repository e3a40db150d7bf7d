/** A copy with `key` at `value`; keeps the place of a key that is there. */
export function withEntry<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  if (map.get(key) === value && map.has(key)) return map
  return new Map(map).set(key, value)
}

/** A copy with all of `entries`; the map itself when there are none. */
export function withEntries<K, V>(map: ReadonlyMap<K, V>, entries: Iterable<readonly [K, V]>): ReadonlyMap<K, V> {
  let copy: Map<K, V> | undefined
  for (const [key, value] of entries) {
    copy ??= new Map(map)
    copy.set(key, value)
  }
  return copy ?? map
}

/** A copy without `key`; the map itself when it is not there. */
export function without<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
  if (!map.has(key)) return map
  const copy = new Map(map)
  copy.delete(key)
  return copy
}

/** A copy with the values of those keys of `entries` that are there already; the map itself when none changes. */
export function withReplaced<K, V>(map: ReadonlyMap<K, V>, entries: Iterable<readonly [K, V]>): ReadonlyMap<K, V> {
  let copy: Map<K, V> | undefined
  for (const [key, value] of entries) {
    if (!map.has(key) || (copy ?? map).get(key) === value) continue
    copy ??= new Map(map)
    copy.set(key, value)
  }
  return copy ?? map
}
