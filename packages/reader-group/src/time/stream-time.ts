import type { CloseOptions, Deadline, ScopedStream } from '@pravega-ts/model'
import type { WatermarkPosition } from '../codec/watermark.ts'
import type { ReaderGroupStore } from '../reader-group-store.ts'
import type { ReaderGroupState } from '../state/reader-group-state.ts'
import { HeldMarks } from './held-marks.ts'
import { MarkReader } from './mark-reader.ts'
import { SegmentRanges } from './segment-ranges.ts'
import { placesIn, positionsOfKeys } from './stream-positions.ts'
import { standing, type TimeWindow } from './time-window.ts'

/** What a {@link StreamTime} looks at. */
export interface StreamTimeHost {
  readonly store: ReaderGroupStore
  readonly state: () => ReaderGroupState
  /** Milliseconds. */
  readonly now: () => number
}

interface Look {
  readonly state: ReaderGroupState
  /** The time at which there may be new watermarks, though the group's state is the same. */
  readonly dueAt: number
  readonly window: TimeWindow
}

/** Follows a group through the watermarks of one stream, when somebody asks. */
export class StreamTime {
  readonly #host: StreamTimeHost
  readonly #stream: ScopedStream
  readonly #marks: MarkReader
  readonly #ranges: SegmentRanges
  readonly #held = new HeldMarks()
  #last: Look | undefined
  /** One look at a time; fulfilled when it has ended, however. */
  #looking: Promise<void> | undefined

  constructor(host: StreamTimeHost, stream: ScopedStream) {
    this.#host = host
    this.#stream = stream
    this.#marks = new MarkReader(host.store, stream)
    this.#ranges = new SegmentRanges(host.store, stream)
  }

  /** The window as of the last look at the group's state. Looks for new watermarks once in the group's refresh time. */
  async window(deadline: Deadline): Promise<TimeWindow> {
    while (this.#looking !== undefined) await deadline.race(this.#looking)
    deadline.check()
    const state = this.#host.state()
    const now = this.#host.now()
    if (this.#last?.state === state && now < this.#last.dueAt) return this.#last.window
    const looking = this.#look(state, deadline)
    const ended = (): void => {
      this.#looking = undefined
    }
    this.#looking = looking.then(ended, ended)
    const window = await looking
    this.#last = { state, dueAt: now + Number(state.config.refreshTimeMs), window }
    return window
  }

  async close(options?: CloseOptions): Promise<void> {
    await this.#marks.close(options)
  }

  async #look(state: ReaderGroupState, deadline: Deadline): Promise<TimeWindow> {
    const places = placesIn(state, this.#stream)
    const positions = positionsOfKeys(places, await this.#ranges.of(places, deadline))
    if (this.#held.isTooLate(positions)) {
      this.#held.clear()
      this.#marks.restart()
    }
    this.#held.advance(positions)
    if (!this.#held.isEnough(positions)) await this.#readMarks(positions, deadline)
    return this.#held.window(positions)
  }

  async #readMarks(positions: readonly WatermarkPosition[], deadline: Deadline): Promise<void> {
    const held = this.#held
    await this.#marks.read(
      {
        isPassed: mark => standing(mark, positions) === 'passed',
        take(mark) {
          held.add(mark, positions)
          return !held.isEnough(positions)
        },
      },
      deadline,
    )
  }
}
