import { setTimeout as sleep } from 'node:timers/promises'
import { type Deadline, PravegaError } from '@pravega-ts/model'
import { reloadChannel } from '../diagnostics.ts'
import type { SegmentLog, Step } from '../log/segment-log.ts'
import type { Revision } from '../revision.ts'
import type { StateModel } from '../state-synchronizer.ts'
import { afterRecord, type StateCopy } from './state-copy.ts'

/** Most milliseconds between attempts to begin at the last full state. */
const LONGEST_PAUSE_MS = 200

/** Keeps one member's copy of the state by what stands in the log. */
export class LogFollower<S, I, U> {
  readonly #log: SegmentLog
  readonly #model: StateModel<S, I, U>
  #copy: StateCopy<S> | undefined

  constructor(log: SegmentLog, model: StateModel<S, I, U>) {
    this.#log = log
    this.#model = model
  }

  get copy(): StateCopy<S> | undefined {
    return this.#copy
  }

  /** What this member has written itself. */
  adopt(copy: StateCopy<S>): void {
    this.#copy = copy
  }

  /**
   * Reads everything that was written before the call.
   *
   * @param hasNews - Something was written behind the copy's revision; otherwise that is asked first.
   * @returns where the log was known to end
   */
  async readOn(deadline: Deadline, hasNews = false): Promise<bigint> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        if (this.#copy === undefined || attempt > 0) return await this.#begin(deadline)
        return await this.#goOn(this.#copy.revision, hasNews, deadline)
      } catch (error) {
        if (PravegaError.is(error, 'CORRUPT_EVENT', 'OFFSET_OUT_OF_RANGE')) throw unreadable(error)
        if (!PravegaError.is(error, 'SEGMENT_TRUNCATED')) throw error
        const segment = String(this.#log.segment)
        reloadChannel.publish({ segment, attempt: attempt + 1, cause: error })
        // Somebody compacts just now; the mark is about to be set.
        if (attempt > 0) await deadline.race(sleep(Math.min(LONGEST_PAUSE_MS, 5 * 2 ** attempt)))
      }
    }
  }

  async #goOn({ offset }: Revision, hasNews: boolean, deadline: Deadline): Promise<bigint> {
    const end = hasNews ? 'news' : await this.#log.endFrom(offset, deadline.rest())
    if (end === offset) return offset
    return await this.#apply(this.#copy, offset, end, deadline)
  }

  /** From the mark on, or if there is no full state there, from the start. */
  async #begin(deadline: Deadline): Promise<bigint> {
    const call = deadline.rest()
    const [mark, { startOffset, writeOffset }] = await Promise.all([this.#log.getMark(call), this.#log.getInfo(call)])
    if (mark !== undefined && mark > startOffset && mark < writeOffset) {
      const end = await this.#apply(undefined, mark, writeOffset, deadline)
      if (this.#copy !== undefined) return end
    }
    return await this.#apply(undefined, startOffset, writeOffset, deadline)
  }

  /**
   * Applies records to a copy, which this member has from then on. Behind a record that cannot be applied only a full state is
   * taken; without one the error is thrown, and the copy is the one before that record.
   */
  async #apply(
    from: StateCopy<S> | undefined,
    offset: bigint,
    to: bigint | 'news',
    deadline: Deadline,
  ): Promise<bigint> {
    const step: Step = request => request(deadline)
    const { segment } = this.#log
    let copy = from
    let end = offset
    let failure: unknown
    for await (const records of this.#log.read({ from: offset, to }, step)) {
      for (const record of records) {
        try {
          const base = failure === undefined ? copy : undefined
          const next = afterRecord(this.#model, segment, base, (copy ?? this.#copy)?.state, record)
          if (next !== undefined) failure = undefined
          copy = next ?? copy
        } catch (error) {
          failure ??= error
        }
        end = record.endOffset
      }
      // What has been read is kept when the call ends early.
      this.#copy = copy ?? this.#copy
    }
    this.#copy = copy
    if (failure !== undefined) throw failure
    return end
  }
}

function unreadable(cause: PravegaError): PravegaError {
  return new PravegaError('CORRUPT_STATE', `The shared state cannot be read: ${cause.message}`, {
    cause,
    details: cause.details,
  })
}
