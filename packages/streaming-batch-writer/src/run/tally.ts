import type { Kind } from '../messages/messages.ts'
import type { RowCounts, WriteSummary } from '../summary.ts'
import type { BatchFailure } from '../write-error.ts'

type Outcome = keyof RowCounts
type Counts = { -readonly [K in Outcome]: number }

const MOST_FAILURES = 1000

function nothing(): Counts {
  return { delivered: 0, failed: 0, dropped: 0 }
}

/** Keeps count of everything that a write takes in. */
export class Tally {
  messages = 0
  invalid = 0
  empty = 0
  batches = 0
  readonly failures: BatchFailure[] = []
  omitted = 0
  readonly #kinds: Record<Kind, Counts> = {
    migrateTable: nothing(),
    insert: nothing(),
    deleteStale: nothing(),
    deleteRecord: nothing(),
  }
  readonly #tables = new Map<string, Counts>()

  /** Adds rows of a table, or of a kind where `table` is undefined. */
  count(kind: Kind, table: string | undefined, outcome: Outcome, rows: number): void {
    this.#kinds[kind][outcome] += rows
    if (table === undefined) return
    let counts = this.#tables.get(table)
    if (counts === undefined) {
      counts = nothing()
      this.#tables.set(table, counts)
    }
    counts[outcome] += rows
  }

  fail(failure: BatchFailure): void {
    if (this.failures.length < MOST_FAILURES) this.failures.push(failure)
    else this.omitted += 1
  }

  /** Rows that were taken in and not delivered. */
  get undelivered(): number {
    return Object.values(this.#kinds).reduce((sum, { failed, dropped }) => sum + failed + dropped, 0)
  }

  summary(): WriteSummary {
    const { messages, invalid, empty, batches } = this
    const { migrateTable, insert, deleteStale, deleteRecord } = this.#kinds
    return {
      messages,
      invalid,
      empty,
      batches,
      kinds: {
        migrateTable: { ...migrateTable },
        insert: { ...insert },
        deleteStale: { ...deleteStale },
        deleteRecord: { ...deleteRecord },
      },
      tables: new Map([...this.#tables].map(([table, counts]) => [table, { ...counts }])),
    }
  }
}
