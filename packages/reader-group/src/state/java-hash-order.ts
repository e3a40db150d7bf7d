import { javaStringHash } from '@pravega-ts/model'

const SMALLEST_TABLE = 16
const FULL = 0.75

/**
 * `items` in the order in which a Java hash map with these keys is iterated, as far as it depends on the keys alone. Members break
 * ties by it, and have to break them in the same way.
 */
export function inJavaHashOrder<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  let table = SMALLEST_TABLE
  while (items.length > table * FULL) table *= 2
  const slot = (item: T): number => {
    const hash = javaStringHash(keyOf(item))
    return (hash ^ (hash >>> 16)) & (table - 1)
  }
  return items
    .map(item => ({ item, slot: slot(item) }))
    .sort((a, b) => a.slot - b.slot)
    .map(({ item }) => item)
}
