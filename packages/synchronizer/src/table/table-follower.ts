import { type Deadline, PravegaError } from '@pravega-ts/model'
import type { TableDelta, TableInfo, TableSegment } from '@pravega-ts/segment-client'
import { tableReloadChannel } from '../diagnostics.ts'
import { readEntry } from './read-entry.ts'
import { TableContents } from './table-contents.ts'
import { made, type Transaction } from './transaction.ts'

/** A server gives no answer to a page of changes that spans more than 2 MiB of log; this is safely less. */
const LONGEST_DELTA_BYTES = 1024n * 1024n
const DELTA_ENTRIES = 1000
const PAGE_ENTRIES = 1000
const ENTRY_OVERHEAD_BYTES = 17
const PAUSE_BEFORE_RELOAD_MS = 50

/** What is known of a table. */
interface Known {
  readonly contents: TableContents
  /** Where its log had been read to. */
  readonly position: bigint
  /** Where its log began. */
  readonly start: bigint
}

/** A copy of a table, brought up to date when asked. */
export class TableFollower {
  readonly #table: TableSegment
  readonly #deltaTimeoutMs: number
  #known: Known

  constructor(table: TableSegment, deltaTimeoutMs: number) {
    this.#table = table
    this.#deltaTimeoutMs = deltaTimeoutMs
    this.#known = { contents: new TableContents(table.segment.toString()), position: 0n, start: 0n }
  }

  get contents(): TableContents {
    return this.#known.contents
  }

  /** Where the log of the table had been read to. */
  get position(): bigint {
    return this.#known.position
  }

  /** Reads the whole table. */
  async load(deadline: Deadline): Promise<void> {
    for (;;) {
      const info = await this.#table.info(deadline.rest())
      this.#checkKeys(info)
      const { startOffset: start, length: position } = info
      const entries = []
      for await (const entry of this.#table.entries({ ...deadline.rest(), pageSize: PAGE_ENTRIES })) {
        entries.push(readEntry(this.#table.segment, entry))
      }
      const contents = new TableContents(this.#table.segment.toString()).with(entries)
      // An iteration shows some of what changes meanwhile. Only with all of it the contents are those of one moment.
      const known = await this.#catchUp({ contents, position, start }, deadline)
      if (known !== undefined) {
        this.#known = known
        return
      }
      await deadline.pause(PAUSE_BEFORE_RELOAD_MS)
    }
  }

  /** Reads what has changed. */
  async refresh(deadline: Deadline): Promise<void> {
    const known = await this.#catchUp(this.#known, deadline)
    if (known === undefined) await this.load(deadline)
    else this.#known = known
  }

  /** Takes over a transaction that was made. */
  adopt(transaction: Transaction, versions: readonly bigint[]): void {
    const { contents, position, start } = this.#known
    const entries = made(transaction, versions)
    // Written right behind what had been read: then there is nothing to read.
    const follows = versions[0] === position
    this.#known = {
      contents: contents.with(entries),
      position: follows ? endOf(transaction, versions) : position,
      start,
    }
  }

  /** Takes over that tombstones were removed. */
  forget(tombstones: readonly { readonly outer: string; readonly inner: string }[]): void {
    this.#known = { ...this.#known, contents: this.contents.withoutTombstones(tombstones) }
  }

  /**
   * What is known, with all later changes; undefined when they cannot be had, and the whole table must be read.
   *
   * The log is asked for its length first: asked for changes that it does not have any more, or too many of them, a server would drop
   * the connection, which other requests use too. When its start has moved, it was compacted: that copies old entries to its end, and
   * a copy may have hidden a newer entry from an earlier look (seen on servers of release 0.13).
   */
  async #catchUp(known: Known, deadline: Deadline): Promise<Known | undefined> {
    const { position, start } = known
    const { startOffset, length } = await this.#table.info(deadline.rest())
    if (length < position) return this.#reload(`its log ends at ${length}, before ${position}: it was made again`)
    if (startOffset !== start) return this.#reload(`its log begins at ${startOffset}, no longer at ${start}`)
    if (length - position > LONGEST_DELTA_BYTES)
      return this.#reload(`${length - position} bytes of changes are too many`)
    return length === position ? known : await this.#readChanges(known, deadline)
  }

  async #readChanges({ contents, position, start }: Known, deadline: Deadline): Promise<Known | undefined> {
    let at = position
    let newer = contents
    for (;;) {
      const delta = await this.#delta(at, deadline)
      if (delta === undefined) return undefined
      if (delta.shouldClear) return this.#reload('its server says that it was cleared')
      if (delta.entries.some(({ version }) => version < position)) return this.#reload('its log is being compacted')
      const entries = delta.entries.map(entry => readEntry(this.#table.segment, entry))
      if (entries.some(({ inner, body }) => inner === undefined && body.purgedTo > position)) {
        return this.#reload('tombstones that were not seen yet may have been removed')
      }
      newer = newer.with(entries)
      const isStuck = delta.position === at && !delta.reachedEnd
      if (delta.position < at || isStuck) return this.#reload(`its changes do not go on at ${at}`)
      if (delta.reachedEnd) return { contents: newer, position: delta.position, start }
      at = delta.position
    }
  }

  async #delta(position: bigint, deadline: Deadline): Promise<TableDelta | undefined> {
    const rest = deadline.rest()
    const timeoutMs = Math.min(this.#deltaTimeoutMs, rest.timeoutMs ?? Number.POSITIVE_INFINITY)
    try {
      return await this.#table.delta(position, { ...rest, timeoutMs, maxEntries: DELTA_ENTRIES })
    } catch (caught) {
      deadline.check()
      if (PravegaError.is(caught, 'NO_SUCH_SEGMENT', 'CLOSED')) throw caught
      return this.#reload('its changes were not to be had', caught)
    }
  }

  #reload(why: string, cause?: unknown): undefined {
    tableReloadChannel.publish({ segment: this.#table.segment.toString(), why, cause })
    return undefined
  }

  #checkKeys({ keyLength }: TableInfo): void {
    if (keyLength === 0) return
    throw new PravegaError(
      'CORRUPT_STATE',
      `Table ${this.#table.segment} has keys of ${keyLength} bytes each: it belongs to a key-value table, not to a table ` +
        'synchronizer. Use another name',
      { details: { segment: this.#table.segment.toString(), keyLength } },
    )
  }
}

function endOf({ puts }: Transaction, versions: readonly bigint[]): bigint {
  const last = puts.at(-1)
  const version = versions.at(-1)
  if (last === undefined || version === undefined) return 0n
  return version + BigInt(ENTRY_OVERHEAD_BYTES + last.key.length + last.value.length)
}
