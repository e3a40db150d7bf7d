import type { Clock, Scheduled } from '../../time/clock.ts'

/** What is done in each round. */
export interface RoundWork {
  /** Never rejects. */
  run(): Promise<void>
  /** Whether another round is to come. */
  isNeeded(): boolean
}

/** Work that comes round at equal distances, as long as there is something to do. */
export class Rounds {
  readonly #clock: Clock
  readonly #periodMs: number
  #work: RoundWork | undefined
  #timer: Scheduled | undefined
  #underWay: Promise<void> | undefined

  /** @param periodMs - Milliseconds. */
  constructor(clock: Clock, periodMs: number) {
    this.#clock = clock
    this.#periodMs = periodMs
  }

  /** What is done from now on. */
  begin(work: RoundWork): void {
    this.#work = work
    this.#armIfNeeded()
  }

  /** There is something to do. */
  arm(): void {
    if (this.#timer !== undefined || this.#underWay !== undefined || this.#work === undefined) return
    this.#timer = this.#clock.schedule(this.#periodMs, () => {
      this.#timer = undefined
      this.#round()
    })
  }

  /** Resolves when the round that is under way is done. */
  async settled(): Promise<void> {
    await this.#underWay
  }

  close(): void {
    this.#work = undefined
    this.#timer?.cancel()
    this.#timer = undefined
  }

  /** The distance to the next round begins when this one is done. */
  #round(): void {
    if (this.#work === undefined) return
    this.#underWay = this.#work.run().finally(() => {
      this.#underWay = undefined
      this.#armIfNeeded()
    })
  }

  #armIfNeeded(): void {
    if (this.#work?.isNeeded() === true) this.arm()
  }
}
