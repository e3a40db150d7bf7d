import type { Deadline, ScopedStream } from '@pravega-ts/model'
import { awaitEnd } from './outcome/await-end.ts'
import type { TransactionController } from './transaction-store.ts'

/** Servers carry commits out in the order of the calls: what was asked for before so many others is done. */
const MOST_REMEMBERED = 1_000
const ASKED_AT_ONCE = 16

/** Transactions whose commit is certain, and of which it is not known whether it is carried out. */
export class AcceptedCommits {
  readonly #stream: ScopedStream
  readonly #controller: Pick<TransactionController, 'checkTransactionState'>
  readonly #ids = new Set<string>()

  constructor(stream: ScopedStream, controller: Pick<TransactionController, 'checkTransactionState'>) {
    this.#stream = stream
    this.#controller = controller
  }

  add(id: string): void {
    this.#ids.add(id)
    if (this.#ids.size <= MOST_REMEMBERED) return
    for (const oldest of this.#ids) {
      this.#ids.delete(oldest)
      return
    }
  }

  delete(id: string): void {
    this.#ids.delete(id)
  }

  /** Resolves when the events of all of them can be read. */
  async carriedOut(deadline: Deadline): Promise<void> {
    const ids = [...this.#ids].values()
    const ask = async (): Promise<void> => {
      for (const id of ids) {
        await awaitEnd(
          call => this.#controller.checkTransactionState(this.#stream, id, call),
          deadline,
          () => {},
        )
        this.#ids.delete(id)
      }
    }
    await Promise.all(Array.from({ length: ASKED_AT_ONCE }, ask))
  }
}
