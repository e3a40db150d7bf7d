import type { Conversation } from './conversation.ts'

/** What look-ups need of their connection. */
export type LookUpOutput = Pick<Conversation, 'waitFor' | 'whenSent'>

/**
 * The requests of one connection whose answers may have to be fetched. They are fetched one at a time, and the next one when the peer
 * has taken enough of what it was sent: a peer that asks much and takes nothing costs the memory of one answer.
 */
export class LookUps {
  readonly #output: LookUpOutput
  readonly #waiting: (() => void)[] = []
  #underWay = false

  constructor(output: LookUpOutput) {
    this.#output = output
  }

  /**
   * Calls `answer` with what `find` gives: at once, if that is there at once and nothing else is waited for; never, if the connection
   * is gone by then. When it has to be fetched and cannot be, `failed` is called in its place.
   * @throws PravegaError PROTOCOL_VIOLATION when too many requests of the connection wait.
   */
  add<T>(find: () => T | Promise<T>, answer: (found: T) => void, failed: (cause: unknown) => void): void {
    if (this.#underWay) {
      const callOff = this.#output.waitFor(() => {})
      this.#waiting.push(() => {
        callOff()
        this.#fetch(Promise.resolve(find()), answer, failed)
      })
      return
    }
    const found = find()
    if (found instanceof Promise) this.#fetch(found, answer, failed)
    else answer(found)
  }

  #fetch<T>(found: Promise<T>, answer: (found: T) => void, failed: (cause: unknown) => void): void {
    this.#underWay = true
    let callOff = (): void => {}
    const whenSent = (say: () => void): void => {
      this.#output.whenSent(() => {
        callOff()
        say()
        this.#next()
      })
    }
    found.then(
      value => whenSent(() => answer(value)),
      cause => whenSent(() => failed(cause)),
    )
    callOff = this.#output.waitFor(() => {})
  }

  #next(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#underWay = false
    else this.#output.whenSent(next)
  }
}
