/** Calls of which Pravega takes only one at a time and refuses the others, instead of queueing them. */
export class ExclusiveCalls {
  readonly #running = new Map<string, { readonly input: string | undefined; readonly result: Promise<unknown> }>()

  /**
   * @param key - Names the call and what it works on.
   * @param input - A call with the same key and the same input gets the answer of the one that is running.
   * @param refused - What any other call with that key gets.
   */
  run<T>(key: string, input: string | undefined, work: () => Promise<T>, refused: T): Promise<T> {
    const running = this.#running.get(key)
    if (running !== undefined) {
      const same = input !== undefined && running.input === input
      return same ? (running.result as Promise<T>) : Promise.resolve(refused)
    }
    const result = work().finally(() => this.#running.delete(key))
    this.#running.set(key, { input, result })
    return result
  }
}
