import { Deadline, PravegaError } from '@pravega-ts/model'
import { explainMissingSegment } from '../group/missing-segment.ts'
import type { ReaderGroupStore } from '../reader-group-store.ts'
import type { SegmentName } from '../state/reader-group-state.ts'
import type { Completion } from './attendance.ts'
import { completionOf, NO_SUCCESSORS } from './completion.ts'
import type { OwnedSegment } from './owned-segment.ts'
import type { Alarm, ReaderClock } from './reader-clock.ts'

/** Between two questions about the successors of one segment. */
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000

/** What a {@link CompletionDesk} needs and tells. */
export interface CompletionDeskHost<T> {
  readonly store: ReaderGroupStore
  /** `scope/group` */
  readonly group: string
  readonly clock: ReaderClock
  readonly timeoutMs: number
  /** It is known what follows a segment. */
  onKnown(): void
  /** What follows cannot be found out for now; it will be tried again. Undefined: it could again. */
  onTrouble(cause: PravegaError | undefined): void
  /** A segment that is in its stream no more, and that nothing follows. */
  onStale(owned: OwnedSegment<T>, cause: PravegaError): void
}

/** Finds out what follows the segments that were read to their end, or truncated away. */
export class CompletionDesk<T> {
  readonly #host: CompletionDeskHost<T>
  readonly #known = new Map<SegmentName, Completion>()
  readonly #asking = new Map<SegmentName, AbortController>()

  constructor(host: CompletionDeskHost<T>) {
    this.#host = host
  }

  /** Segments of which it is known what follows. */
  get known(): ReadonlyMap<SegmentName, Completion> {
    return this.#known
  }

  /** @param endOffset - Where the group ends to read it; nothing follows then. */
  ended(owned: OwnedSegment<T>, endOffset: bigint | undefined): void {
    if (endOffset === undefined || (owned.acknowledged >= 0n && owned.acknowledged < endOffset)) {
      this.#ask(owned, false)
      return
    }
    this.#known.set(owned.name, NO_SUCCESSORS)
    this.#host.onKnown()
  }

  /** The servers do not know it: it was truncated away as a whole, or its stream was deleted. */
  missing(owned: OwnedSegment<T>): void {
    this.#ask(owned, true)
  }

  forget(name: SegmentName): void {
    this.#known.delete(name)
    this.#asking.get(name)?.abort()
    this.#asking.delete(name)
  }

  forgetAll(): void {
    for (const name of [...this.#known.keys(), ...this.#asking.keys()]) this.forget(name)
  }

  #ask(owned: OwnedSegment<T>, isMissing: boolean): void {
    if (this.#asking.has(owned.name)) return
    const abort = new AbortController()
    this.#asking.set(owned.name, abort)
    void this.#find(owned, isMissing, abort.signal)
  }

  async #find(owned: OwnedSegment<T>, isMissing: boolean, signal: AbortSignal): Promise<void> {
    let hadTrouble = false
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
      try {
        const found = await this.#lookUp(owned, isMissing, signal)
        if (signal.aborted) return
        if (hadTrouble) this.#host.onTrouble(undefined)
        hadTrouble = false
        if (found !== undefined) {
          this.#found(owned, found)
          return
        }
      } catch (error) {
        if (signal.aborted) return
        hadTrouble = true
        this.#host.onTrouble(PravegaError.from(error))
      }
      await this.#pause(pauseMs, signal)
      if (signal.aborted) return
    }
  }

  #found(owned: OwnedSegment<T>, found: Completion | PravegaError): void {
    this.#asking.delete(owned.name)
    if (PravegaError.is(found)) {
      this.#host.onStale(owned, found)
      return
    }
    owned.end()
    this.#known.set(owned.name, found)
    this.#host.onKnown()
  }

  async #lookUp(
    { name, segment }: OwnedSegment<T>,
    isMissing: boolean,
    signal: AbortSignal,
  ): Promise<Completion | PravegaError | undefined> {
    const { store, group, timeoutMs } = this.#host
    using deadline = new Deadline(`Asking what follows segment ${name}`, { signal }, timeoutMs)
    if (isMissing) {
      const stale = await explainMissingSegment(store, group, segment, deadline.rest())
      if (stale !== undefined) return stale
    }
    try {
      return await completionOf(store.controller, segment, deadline.rest())
    } catch (error) {
      // The stream was deleted after everything in it was read.
      if (!isMissing && PravegaError.is(error, 'STREAM_NOT_FOUND')) return NO_SUCCESSORS
      throw error
    }
  }

  #pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      let alarm: Alarm | undefined
      const end = (): void => {
        alarm?.cancel()
        signal.removeEventListener('abort', end)
        resolve()
      }
      alarm = this.#host.clock.schedule(ms, end)
      signal.addEventListener('abort', end, { once: true })
    })
  }
}
