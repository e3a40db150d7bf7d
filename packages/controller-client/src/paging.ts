import type { CallOptions } from '@pravega-ts/model'

/** One page of a listing and the token of the next one. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly token: string | undefined
}

/** Options of a listing. `timeoutMs` is the deadline of each page, not of the whole listing. */
export interface ListOptions extends CallOptions {
  /** Also what Pravega makes itself: names with a leading underscore. Default `false`. */
  readonly includeInternal?: boolean | undefined
}

/**
 * All items of a listing, page by page, each page asked for when its first item is wanted. The first empty page is the end,
 * a short one is not. Ending the iteration ends a question under way. Each iteration starts anew.
 *
 * @param keep - Whether an item is handed on. Default: all are.
 */
export function allPages<T>(
  options: CallOptions,
  fetch: (token: string, call: CallOptions) => Promise<Page<T>>,
  keep: (item: T) => boolean = () => true,
): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator](): AsyncIterator<T> {
      const stop = new AbortController()
      const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal])
      const items = iterate(token => fetch(token, { ...options, signal }), keep, stop.signal)
      return {
        next: () => items.next(),
        return: () => {
          stop.abort()
          return items.return(undefined)
        },
      }
    },
  }
}

async function* iterate<T>(
  fetch: (token: string) => Promise<Page<T>>,
  keep: (item: T) => boolean,
  stopped: AbortSignal,
): AsyncGenerator<T, undefined, undefined> {
  let token = ''
  while (!stopped.aborted) {
    const page = await fetch(token).catch((error: unknown) => {
      if (stopped.aborted) return undefined
      throw error
    })
    if (page === undefined || page.items.length === 0) return
    for (const item of page.items) if (keep(item)) yield item
    // With the same token the same page would come again.
    if (page.token === undefined || page.token === token) return
    token = page.token
  }
}
