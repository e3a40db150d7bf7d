/**
 * How many of `count` ordered things come before the first for which `isBefore` does not hold. It is asked about a few of them, by index.
 */
export function countLeading(count: number, isBefore: (index: number) => boolean): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isBefore(middle)) low = middle + 1
    else high = middle
  }
  return low
}
