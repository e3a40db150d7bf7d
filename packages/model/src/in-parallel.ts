/** Requests of one call that are under way at the same time; a stream that scales often has thousands of segments. */
const PARALLEL_REQUESTS = 8

/**
 * Does the work for each item, 8 at a time. The results are in the order of the items.
 *
 * @throws whatever the first work that failed has thrown; no other is begun then
 */
export async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length)
  const todo = items.entries()
  const lane = async (): Promise<void> => {
    try {
      // The lanes share one iterator; leaving the loop ends it for all of them.
      for (const [index, item] of todo) results[index] = await work(item)
    } catch (error) {
      for (const _ of todo);
      throw error
    }
  }
  await Promise.all(Array.from({ length: Math.min(PARALLEL_REQUESTS, items.length) }, lane))
  return results
}
