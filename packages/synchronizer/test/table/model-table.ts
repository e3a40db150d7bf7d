import { type CallOptions, PravegaError, ScopedSegment } from '@pravega-ts/model'
import type {
  TableDelta,
  TableEntry,
  TableInfo,
  TableKey,
  TablePut,
  TableRemoval,
  TableSegment,
  VersionCondition,
} from '@pravega-ts/segment-client'

/** What becomes of a change: its answer may be lost, before or after it takes effect, or it takes effect later. */
export type Fate = 'answered' | 'made, answer lost' | 'never arrived' | 'arrives later'

interface LogRecord {
  readonly offset: bigint
  /** The offset, or for what was copied by a compaction the one of the original. */
  readonly version: bigint
  readonly key: string
  /** undefined: removed. */
  readonly value: Uint8Array | undefined
}

const OVERHEAD = 17n
const LONGEST_PAGE_BYTES = 2n * 1024n * 1024n

/** A table segment that answers as a server of release 0.13, seen through its client. */
export class ModelTable implements TableSegment {
  readonly segment: ScopedSegment
  /** Requests so far, by name. */
  readonly requests: string[] = []
  /** Asked for each put and removal. */
  fate: () => Fate = () => 'answered'
  /** Awaited before each request is carried out. */
  turn: () => Promise<void> = async () => {}
  exists = true
  keyLength = 0
  #log: LogRecord[] = []
  #live = new Map<string, { value: Uint8Array; version: bigint }>()
  #start = 0n
  #length = 0n
  #late: (() => void)[] = []

  constructor(name = 's/t_kvtable/0.#epoch.0') {
    this.segment = ScopedSegment.parse(name)
  }

  async create(): Promise<boolean> {
    await this.#begin('create', false)
    if (this.exists) return false
    this.exists = true
    return true
  }

  async delete(): Promise<boolean> {
    await this.#begin('delete', false)
    if (!this.exists) return false
    this.exists = false
    this.#log = []
    this.#live = new Map()
    this.#start = 0n
    this.#length = 0n
    return true
  }

  async info(call?: CallOptions): Promise<TableInfo> {
    await this.#begin('info')
    call?.signal?.throwIfAborted()
    const entryCount = BigInt(this.#live.size)
    return { startOffset: this.#start, length: this.#length, entryCount, keyLength: this.keyLength }
  }

  async get(keys: readonly Uint8Array[]): Promise<readonly (TableEntry | undefined)[]> {
    await this.#begin('get')
    return keys.map(key => {
      const found = this.#live.get(hex(key))
      return found === undefined ? undefined : { key, ...found }
    })
  }

  async put(entries: readonly TablePut[]): Promise<readonly bigint[]> {
    await this.#begin('put')
    return await this.#change(() => {
      this.#check(entries)
      return entries.map(({ key, value }) => this.#append(hex(key), value))
    })
  }

  async remove(keys: readonly TableRemoval[]): Promise<void> {
    await this.#begin('remove')
    await this.#change(() => {
      this.#check(keys)
      for (const { key } of keys) this.#append(hex(key), undefined)
    })
  }

  async *keys(): AsyncGenerator<TableKey, void, undefined> {
    for await (const { key, version } of this.entries()) yield { key, version }
  }

  async *entries({ pageSize = 100 }: { pageSize?: number | undefined } = {}): AsyncGenerator<TableEntry, void> {
    await this.#begin('entries')
    let done = 0
    // Like a server, without a snapshot: each page shows what there is at its moment.
    for (const key of [...this.#live.keys()].sort()) {
      const found = this.#live.get(key)
      if (found !== undefined) yield { key: Buffer.from(key, 'hex'), ...found }
      if (++done % Math.min(pageSize, 3) === 0) await this.#begin('entries')
    }
  }

  async delta(
    from: bigint,
    { maxEntries = 100, timeoutMs }: { maxEntries?: number | undefined; timeoutMs?: number | undefined } = {},
  ): Promise<TableDelta> {
    await this.#begin('delta')
    if (from > this.#length) throw new PravegaError('ILLEGAL_REQUEST', `position ${from} exceeds ${this.#length}`)
    if (from < this.#start) throw new PravegaError('RETRIES_EXHAUSTED', 'the connection was dropped, again and again')
    const newest = new Map<string, LogRecord>()
    let position = from
    for (const record of this.#log) {
      if (record.offset < from) continue
      if (newest.size === maxEntries && !newest.has(record.key)) break
      newest.set(record.key, record)
      position = record.offset + sizeOf(record)
      if (position - from > LONGEST_PAGE_BYTES) {
        await new Promise(resolve => setTimeout(resolve, timeoutMs))
        throw new PravegaError('DEADLINE_EXCEEDED', `no answer in ${timeoutMs} ms`)
      }
    }
    const entries = [...newest.values()].flatMap(({ key, value, version }) =>
      value === undefined ? [] : [{ key: Buffer.from(key, 'hex'), value, version }],
    )
    return { entries, shouldClear: false, reachedEnd: position === this.#length, position }
  }

  /** What was under way for long now takes effect, if its conditions still hold. */
  deliverLate(): void {
    for (const arrive of this.#late.splice(0)) {
      try {
        arrive()
      } catch {
        // Refused, and nobody waits for the answer.
      }
    }
  }

  /** Copies what is live to the end of the log; copies keep their versions. An old entry may be copied by mistake. */
  copyLive(mistake?: { readonly key: Uint8Array; readonly value: Uint8Array; readonly version: bigint }): void {
    for (const [key, { value, version }] of this.#live) this.#write({ key, value, version })
    if (mistake !== undefined) this.#write({ ...mistake, key: hex(mistake.key) })
  }

  /** Drops the log up to a position. */
  truncate(start: bigint): void {
    this.#start = start
    this.#log = this.#log.filter(record => record.offset >= start)
  }

  /** Copies what is live, and drops everything before. */
  compact(): void {
    const start = this.#length
    this.copyLive()
    this.truncate(start)
  }

  /** Values as somebody else would put them, all at once. */
  putDirectly(entries: readonly { readonly key: Uint8Array; readonly value: Uint8Array }[]): void {
    for (const { key, value } of entries) this.#append(hex(key), value)
  }

  versionOf(key: Uint8Array): bigint | undefined {
    return this.#live.get(hex(key))?.version
  }

  valueOf(key: Uint8Array): Uint8Array | undefined {
    return this.#live.get(hex(key))?.value
  }

  get length(): bigint {
    return this.#length
  }

  async #begin(request: string, mustExist = true): Promise<void> {
    this.requests.push(request)
    await this.turn()
    if (mustExist && !this.exists) throw new PravegaError('NO_SUCH_SEGMENT', `table ${this.segment} does not exist`)
  }

  async #change<T>(make: () => T): Promise<T> {
    switch (this.fate()) {
      case 'answered':
        return make()
      case 'made, answer lost':
        make()
        break
      case 'never arrived':
        break
      case 'arrives later':
        this.#late.push(make)
        break
    }
    const details = { outcome: 'unknown' }
    throw new PravegaError('CONNECTION_LOST', 'the answer was lost', { retriable: false, details })
  }

  #check(items: readonly { readonly key: Uint8Array; readonly version?: VersionCondition | undefined }[]): void {
    for (const { key, version = 'any' } of items) {
      if (version === 'any') continue
      const found = this.#live.get(hex(key))?.version
      if (version === 'absent' ? found === undefined : found === version) continue
      const code = found === undefined ? 'TABLE_KEY_NOT_FOUND' : 'TABLE_KEY_BAD_VERSION'
      throw new PravegaError(code, `the entry has version ${found}, not ${version}`)
    }
  }

  #append(key: string, value: Uint8Array | undefined): bigint {
    const version = this.#write({ key, value, version: this.#length })
    if (value === undefined) this.#live.delete(key)
    else this.#live.set(key, { value, version })
    return version
  }

  #write(record: Omit<LogRecord, 'offset'>): bigint {
    const whole = { ...record, offset: this.#length }
    this.#log.push(whole)
    this.#length += sizeOf(whole)
    return whole.offset
  }
}

function sizeOf({ key, value }: LogRecord): bigint {
  return OVERHEAD + BigInt(key.length / 2 + (value?.length ?? 0))
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
