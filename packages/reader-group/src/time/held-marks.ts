import type { Watermark, WatermarkPosition } from '../codec/watermark.ts'
import { newestPassed, standing, type TimeWindow, timeWindow } from './time-window.ts'

/** So many are kept at most between the newest passed one and the first one ahead. */
const MOST = 256

/** The watermarks that matter: the newest that was passed, and what comes behind it up to the first one ahead. */
export class HeldMarks {
  /** Oldest first. */
  #marks: Watermark[] = []
  /** Whether the first one was passed, and others before it dropped. */
  #begunPassed = false
  #added = 0
  /**
   * While one segment stays behind there is no end of marks between. Every one of so many is kept then, and the last: they give a window
   * too, if a wider one.
   */
  #stride = 1

  get size(): number {
    return this.#marks.length
  }

  window(positions: readonly WatermarkPosition[]): TimeWindow {
    return timeWindow(this.#marks, positions)
  }

  /** Whether the positions have gone back to where marks that were dropped are needed again. */
  isTooLate(positions: readonly WatermarkPosition[]): boolean {
    const [first] = this.#marks
    return this.#begunPassed && first !== undefined && standing(first, positions) !== 'passed'
  }

  /** Whether later marks cannot change the window. */
  isEnough(positions: readonly WatermarkPosition[]): boolean {
    const last = this.#marks.at(-1)
    return last !== undefined && standing(last, positions) === 'ahead'
  }

  /** Adds one that is newer than all, after which more are wanted only while it is not ahead; drops those before the newest passed one. */
  add(mark: Watermark, positions: readonly WatermarkPosition[]): void {
    if (this.#marks.length > 1 && this.#added % this.#stride !== 0) this.#marks.pop()
    this.#marks.push(mark)
    this.#added += 1
    this.advance(positions)
    if (this.#marks.length <= MOST) return
    const last = this.#marks.length - 1
    this.#marks = this.#marks.filter((_, index) => index % 2 === 0 || index === last)
    this.#stride *= 2
  }

  advance(positions: readonly WatermarkPosition[]): void {
    const passed = newestPassed(this.#marks, positions)
    if (passed < 0) return
    this.#marks.splice(0, passed)
    this.#begunPassed = true
    if (this.#marks.length < MOST / 4) this.#stride = 1
  }

  clear(): void {
    this.#marks = []
    this.#begunPassed = false
    this.#stride = 1
  }
}
