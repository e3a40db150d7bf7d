import { type CallOptions, type CloseOptions, Deadline, PravegaError, ScopedStream } from '@pravega-ts/model'
import type { ReaderClock } from '../reader/reader-clock.ts'
import type { ReaderGroupStore } from '../reader-group-store.ts'
import type { ReaderGroupState } from '../state/reader-group-state.ts'
import type { StateStore } from '../stores/state-store.ts'
import { StreamTime } from './stream-time.ts'
import type { TimeWindow } from './time-window.ts'

/** What an {@link EventTime} works with. */
export interface EventTimeParts {
  readonly store: ReaderGroupStore
  /** It only looks at what is known. */
  readonly state: Pick<StateStore, 'state'>
  readonly clock: Pick<ReaderClock, 'now'>
  /** `scope/group` */
  readonly groupText: string
  /** Milliseconds of a call that names none. */
  readonly timeoutMs: number
}

/** The time windows of a reader, for the streams of which somebody asks. */
export class EventTime {
  readonly #parts: EventTimeParts
  readonly #streams = new Map<string, StreamTime>()
  readonly #life = new AbortController()

  constructor(parts: EventTimeParts) {
    this.#parts = parts
  }

  /** @throws PravegaError `INVALID_ARGUMENT` for a stream that the group does not read */
  async window(stream: ScopedStream | string, call: CallOptions | undefined): Promise<TimeWindow> {
    const name = String(stream)
    const life = this.#life.signal
    const signal = call?.signal === undefined ? life : AbortSignal.any([life, call.signal])
    const what = `Asking for the time window of stream ${name} in reader group ${this.#parts.groupText}`
    using deadline = new Deadline(what, { ...call, signal }, this.#parts.timeoutMs)
    return await this.#streamTime(name).window(deadline)
  }

  /** @param reason - What calls that are under way, and later ones, fail with. */
  async close(reason: PravegaError, options?: CloseOptions): Promise<void> {
    this.#life.abort(reason)
    await Promise.all([...this.#streams.values()].map(stream => stream.close(options)))
  }

  #streamTime(name: string): StreamTime {
    const { store, clock, groupText } = this.#parts
    const isRead = this.#state().config.streams.some(({ stream }) => String(stream) === name)
    if (!isRead) {
      this.#streams.delete(name)
      throw new PravegaError(
        'INVALID_ARGUMENT',
        `Reader group ${groupText} does not read stream ${name}: ask for the time window of one that it reads, as scope/stream`,
        { details: { group: groupText, stream: name } },
      )
    }
    const known = this.#streams.get(name)
    if (known !== undefined) return known
    const host = { store, state: () => this.#state(), now: () => clock.now() }
    const made = new StreamTime(host, ScopedStream.parse(name))
    this.#streams.set(name, made)
    return made
  }

  #state(): ReaderGroupState {
    const { state } = this.#parts.state
    if (state !== undefined) return state
    throw new PravegaError('INTERNAL', `The state of reader group ${this.#parts.groupText} is not known to its reader`)
  }
}
