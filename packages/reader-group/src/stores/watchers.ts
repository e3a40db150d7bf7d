import type { ReaderGroupState } from '../state/reader-group-state.ts'

type Look = (state: ReaderGroupState) => void

/** Those who want to see every state that a member comes through. */
export class Watchers {
  readonly #looks = new Set<Look>()

  add(look: Look): Disposable {
    // One function may watch several times.
    const own: Look = state => look(state)
    this.#looks.add(own)
    return { [Symbol.dispose]: () => void this.#looks.delete(own) }
  }

  /** @returns the state */
  show(state: ReaderGroupState): ReaderGroupState {
    for (const look of this.#looks) look(state)
    return state
  }
}
