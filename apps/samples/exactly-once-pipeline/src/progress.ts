import type { Table } from '@pravega-ts/client'
import type { Versioned } from '@pravega-ts/synchronizer'

/** What is known of a worker, whatever has become of its process. Positions are texts of `ReaderPosition`. */
export interface Progress {
  /** Id of the reader in the group that the worker's process has. */
  readonly reader: string
  /** What is before it is in the output. Segments that are not in it are where the group says. */
  readonly position: string
  /** The transaction that carries the worker further on, if it is committed. */
  readonly pending?: { readonly transaction: string; readonly position: string } | undefined
}

/** The progress of every worker, by its name. */
export type ProgressTable = Table<string, Progress>

/** Another process goes on under the worker's name; this one must not do anything more. */
export class Superseded extends Error {
  override readonly name = 'Superseded'
}

/** The progress of one worker, for one process at a time: who writes it last keeps all others from writing it. */
export class ProgressRecord {
  readonly worker: string
  readonly #table: ProgressTable
  #stored: Versioned<Progress> | undefined

  private constructor(table: ProgressTable, worker: string, stored: Versioned<Progress> | undefined) {
    this.#table = table
    this.worker = worker
    this.#stored = stored
  }

  static async load(table: ProgressTable, worker: string): Promise<ProgressRecord> {
    return new ProgressRecord(table, worker, await table.get(worker))
  }

  /** Undefined: no process of this worker has begun yet. */
  get progress(): Progress | undefined {
    return this.#stored?.value
  }

  /**
   * Writes it, on the condition that nobody has since it was loaded or written here.
   *
   * @throws Superseded
   */
  async replace(progress: Progress): Promise<void> {
    const version =
      this.#stored === undefined
        ? await this.#table.putIfAbsent(this.worker, progress)
        : await this.#table.putIfVersion(this.worker, progress, this.#stored.version)
    if (version === undefined) throw new Superseded(`another process goes on as ${this.worker}`)
    this.#stored = { value: progress, version }
  }
}
