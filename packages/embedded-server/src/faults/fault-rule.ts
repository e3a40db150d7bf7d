import { PravegaError } from '@pravega-ts/model'
import type { FaultRule, FaultTiming } from './faults.ts'

/** Counts the occurrences of something and says which of them a fault strikes. */
export class CountedRule<Fault> implements FaultRule {
  readonly fault: Fault
  readonly #first: number
  readonly #last: number
  readonly #remove: (rule: CountedRule<Fault>) => void
  #occurrences = 0
  #hits = 0
  #next: PromiseWithResolvers<void> | undefined

  /** @throws PravegaError INVALID_ARGUMENT for a wrong `nth`, `times` or `delayMs`. */
  constructor(fault: Fault, timing: FaultTiming, remove: (rule: CountedRule<Fault>) => void) {
    const { nth = 1, times = timing.nth === undefined ? Number.POSITIVE_INFINITY : 1, delayMs = 0 } = timing
    requireCount('nth', nth)
    if (times !== Number.POSITIVE_INFINITY) requireCount('times', times)
    if (!(delayMs >= 0)) throw invalid(`delayMs is ${delayMs}; it must be 0 or more milliseconds`)
    this.fault = fault
    this.#first = nth
    this.#last = nth + times - 1
    this.#remove = remove
  }

  get hits(): number {
    return this.#hits
  }

  /** Counts an occurrence; true when the fault strikes it, unless another rule struck it already. */
  occurs(taken: boolean): boolean {
    this.#occurrences++
    const due = !taken && this.#occurrences >= this.#first && this.#occurrences <= this.#last
    if (due) this.strike()
    return due
  }

  strike(): void {
    this.#hits++
    this.#next?.resolve()
    this.#next = undefined
  }

  nextHit(): Promise<void> {
    this.#next ??= Promise.withResolvers<void>()
    return this.#next.promise
  }

  remove(): void {
    this.#remove(this)
  }

  [Symbol.dispose](): void {
    this.remove()
  }
}

/** @throws PravegaError INVALID_ARGUMENT unless `value` is a whole number from 1 on. */
export function requireCount(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1)
    throw invalid(`${name} is ${value}; it must be a whole number from 1 on`)
}

export function invalid(problem: string): PravegaError {
  return new PravegaError('INVALID_ARGUMENT', `a fault cannot be set: ${problem}`)
}
