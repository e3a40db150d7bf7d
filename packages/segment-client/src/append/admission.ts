import { type Deadline, PravegaError } from '@pravega-ts/model'

/** Something that waits for room behind others that came earlier. */
interface Waiter {
  /** Does what it can. Returns whether that was all. */
  readonly admit: () => boolean
  readonly resolve: () => void
  readonly reject: (error: PravegaError) => void
  readonly forget: () => void
}

/** Those who wait for room, first come first served. */
export class Admission {
  readonly #waiters: Waiter[] = []

  get empty(): boolean {
    return this.#waiters.length === 0
  }

  /**
   * Waits until `admit` returns true. It is asked each time there is new room and nobody waits in front.
   *
   * @throws PravegaError why the deadline ended, or what {@link rejectAll} was given
   */
  wait(admit: () => boolean, deadline: Deadline): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const { signal } = deadline
      const waiter: Waiter = {
        admit,
        resolve,
        reject,
        forget: () => signal.removeEventListener('abort', onAbort),
      }
      const onAbort = (): void => {
        const at = this.#waiters.indexOf(waiter)
        if (at >= 0) this.#waiters.splice(at, 1)
        reject(PravegaError.from(signal.reason))
      }
      if (signal.aborted) return onAbort()
      signal.addEventListener('abort', onAbort, { once: true })
      this.#waiters.push(waiter)
    })
  }

  /** There is new room. */
  proceed(): void {
    for (let first = this.#waiters[0]; first?.admit() === true; first = this.#waiters[0]) {
      if (this.#waiters[0] !== first) continue
      this.#waiters.shift()
      first.forget()
      first.resolve()
    }
  }

  rejectAll(error: PravegaError): void {
    for (const waiter of this.#waiters.splice(0)) {
      waiter.forget()
      waiter.reject(error)
    }
  }
}
