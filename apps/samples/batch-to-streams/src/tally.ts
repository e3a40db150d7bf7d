import { createHash } from 'node:crypto'
import { jsonLines, type TableVersion } from '@pravega-ts/batch-destination'
import type { Row } from './tables/table.ts'

/** Columns without a key: all that is wanted of a row here is its bytes. */
const ANY: TableVersion = {
  table: '',
  version: 1,
  generation: 1,
  columns: [],
  primaryKey: [],
  routing: [],
  format: jsonLines.name,
  metadata: {},
}

/** Counts rows, and adds up what they are, in whatever order they come. */
export class Tally {
  rows = 0
  readonly #digests: string[] = []

  add(row: Row): void {
    const sorted = Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)))
    for (const { event } of jsonLines.events([sorted], ANY)) {
      this.#digests.push(createHash('sha256').update(event).digest('base64'))
    }
    this.rows += 1
  }

  /** Equal for equal rows, whatever their order. */
  get checksum(): string {
    const hash = createHash('sha256')
    for (const digest of this.#digests.sort()) hash.update(digest)
    return hash.digest('hex')
  }
}
