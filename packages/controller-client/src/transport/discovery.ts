import { type ClientConfig, silentLogger } from '@pravega-ts/config'
import { type Endpoint, formatEndpoint, PravegaError } from '@pravega-ts/model'
import { endpointsChanged } from '../diagnostics.ts'

export const REFRESH_MS = 120_000
export const REFRESH_AFTER_FAILURE_MS = 10_000

export interface DiscoveryOptions {
  /** Asks a controller for the list. */
  readonly fetch: () => Promise<readonly Endpoint[]>
  /** Takes over a list. */
  readonly apply: (endpoints: readonly Endpoint[]) => void
  readonly logger?: ClientConfig['logger']
}

/**
 * Keeps the list of controllers up to date for `pravega://` and `pravegas://`: asked for before the first call, then every
 * 120 s, 10 s after a failure. While there is no answer the list that the URI gives is used.
 */
export class Discovery {
  private readonly options: DiscoveryOptions
  private first: Promise<void> | undefined
  private running: Promise<void> | undefined
  private timer: NodeJS.Timeout | undefined
  private askedAt = -Infinity
  private known = ''
  private closed = false

  constructor(options: DiscoveryOptions) {
    this.options = options
  }

  /** Settles after the first question, answered or not. Never rejects. */
  prepare(): Promise<void> {
    this.first ??= this.refresh()
    return this.first
  }

  /** Brings the next question forward, but not below 10 s after the last one. */
  hint(): void {
    if (performance.now() - this.askedAt >= REFRESH_AFTER_FAILURE_MS) void this.refresh()
  }

  close(): void {
    this.closed = true
    clearTimeout(this.timer)
  }

  private refresh(): Promise<void> {
    if (this.closed) return Promise.resolve()
    this.running ??= this.ask().finally(() => {
      this.running = undefined
    })
    return this.running
  }

  private async ask(): Promise<void> {
    const { fetch, apply, logger = silentLogger } = this.options
    clearTimeout(this.timer)
    this.askedAt = performance.now()
    let nextMs = REFRESH_MS
    try {
      const endpoints = await fetch()
      const names = endpoints.map(formatEndpoint).sort()
      if (!this.closed && names.length > 0 && names.join() !== this.known) {
        this.known = names.join()
        apply(endpoints)
        logger.debug('controllers discovered', { endpoints: names })
        if (endpointsChanged.hasSubscribers) endpointsChanged.publish({ endpoints: names })
      }
    } catch (thrown) {
      const error = PravegaError.from(thrown)
      // A standalone server keeps no list: that will not change soon, and the given list is right.
      if (error.code !== 'UNIMPLEMENTED') nextMs = REFRESH_AFTER_FAILURE_MS
      logger.debug('no list of controllers, the given one is used', { code: error.code, reason: error.message })
    }
    if (!this.closed) this.timer = setTimeout(() => void this.refresh(), nextMs).unref()
  }
}
