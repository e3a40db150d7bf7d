import { type CallOptions, type Deadline, PravegaError, type ScopedSegment } from '@pravega-ts/model'
import type { TableEntry, TableInfo, TableSegment } from '@pravega-ts/segment-client'
import { OpenCalls } from '../open-calls.ts'
import type {
  KeyedValue,
  KeyRemoval,
  Table,
  TableOptions,
  TableScanOptions,
  ValuePut,
  Versioned,
  VersionedKey,
} from './table.ts'
import type { TableCodec } from './table-codec.ts'

type Codecs<K, V> = Pick<TableOptions<K, V>, 'key' | 'value'>

/** A {@link Table} over a table segment. */
export class SegmentTable<K, V> implements Table<K, V> {
  readonly #table: TableSegment
  readonly #codecs: Codecs<K, V>
  readonly #calls: OpenCalls

  constructor(table: TableSegment, codecs: Codecs<K, V>, callTimeoutMs: number) {
    this.#table = table
    this.#codecs = codecs
    this.#calls = new OpenCalls(`Table ${table.segment}`, callTimeoutMs)
  }

  get segment(): ScopedSegment {
    return this.#table.segment
  }

  async get(key: K, call?: CallOptions): Promise<Versioned<V> | undefined> {
    const [found] = await this.getMany([key], call)
    return found
  }

  async getMany(keys: readonly K[], call?: CallOptions): Promise<readonly (Versioned<V> | undefined)[]> {
    const encoded = keys.map(key => this.#encode('key', this.#codecs.key, key))
    const entries = await this.#run('reading', call, deadline => this.#table.get(encoded, deadline.rest()))
    return entries.map(entry => (entry === undefined ? undefined : this.#value(entry)))
  }

  async put(key: K, value: V, call?: CallOptions): Promise<bigint> {
    const version = await this.#putOne({ key, value }, call)
    if (version === undefined) throw this.#incomplete()
    return version
  }

  async putIfAbsent(key: K, value: V, call?: CallOptions): Promise<bigint | undefined> {
    return await this.#putOne({ key, value, version: 'absent' }, call)
  }

  async putIfVersion(key: K, value: V, version: bigint, call?: CallOptions): Promise<bigint | undefined> {
    return await this.#putOne({ key, value, version }, call)
  }

  async putMany(puts: readonly ValuePut<K, V>[], call?: CallOptions): Promise<readonly bigint[] | undefined> {
    const entries = puts.map(({ key, value, version }) => ({
      key: this.#encode('key', this.#codecs.key, key),
      value: this.#encode('value', this.#codecs.value, value),
      version,
    }))
    if (entries.length === 0) return []
    return await this.#run('putting', call, deadline => unlessRefused(this.#table.put(entries, deadline.rest())))
  }

  async remove(key: K, call?: CallOptions): Promise<void> {
    await this.removeMany([{ key }], call)
  }

  async removeIfVersion(key: K, version: bigint, call?: CallOptions): Promise<boolean> {
    return await this.removeMany([{ key, version }], call)
  }

  async removeMany(removals: readonly KeyRemoval<K>[], call?: CallOptions): Promise<boolean> {
    const keys = removals.map(({ key, version }) => ({ key: this.#encode('key', this.#codecs.key, key), version }))
    if (keys.length === 0) return true
    const done = await this.#run('removing', call, deadline =>
      unlessRefused(this.#table.remove(keys, deadline.rest()).then(() => true)),
    )
    return done === true
  }

  async *entries(options: TableScanOptions = {}): AsyncGenerator<KeyedValue<K, V>, void, undefined> {
    for await (const entry of this.#steps('iterating', options, call => this.#table.entries(call))) {
      yield { key: this.#key(entry.key), ...this.#value(entry) }
    }
  }

  async *keys(options: TableScanOptions = {}): AsyncGenerator<VersionedKey<K>, void, undefined> {
    for await (const { key, version } of this.#steps('iterating', options, call => this.#table.keys(call))) {
      yield { key: this.#key(key), version }
    }
  }

  async info(call?: CallOptions): Promise<TableInfo> {
    return await this.#run('describing', call, deadline => this.#table.info(deadline.rest()))
  }

  async close(): Promise<void> {
    await this.#calls.close(async () => {})
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #putOne(put: ValuePut<K, V>, call: CallOptions | undefined): Promise<bigint | undefined> {
    const versions = await this.putMany([put], call)
    if (versions === undefined) return undefined
    if (versions[0] === undefined) throw this.#incomplete()
    return versions[0]
  }

  #run<T>(what: string, call: CallOptions | undefined, work: (deadline: Deadline) => Promise<T>): Promise<T> {
    return this.#calls.run(what, call, deadline => deadline.race(work(deadline)))
  }

  /** Steps of an iteration, each a call by itself, so that it may take as long as its consumer likes. */
  async *#steps<T>(
    what: string,
    options: TableScanOptions,
    open: (call: TableScanOptions) => AsyncIterable<T>,
  ): AsyncGenerator<T, void, undefined> {
    const iterator = open(options)[Symbol.asyncIterator]()
    try {
      for (;;) {
        const next = await this.#run(what, options, () => iterator.next())
        if (next.done === true) return
        yield next.value
      }
    } finally {
      // Not awaited: a step that was given up may still be under way, and the iteration ends behind it.
      iterator.return?.().catch(() => {})
    }
  }

  #value({ key, value, version }: TableEntry): Versioned<V> {
    return { value: this.#decode('value', this.#codecs.value, value, key), version }
  }

  #key(key: Uint8Array): K {
    return this.#decode('key', this.#codecs.key, key, key)
  }

  #encode<T>(part: string, codec: TableCodec<T>, value: T): Uint8Array {
    try {
      return codec.encode(value)
    } catch (cause) {
      const remedy = `Give what its codec takes, or use another codec`
      throw new PravegaError('SERIALIZATION_FAILED', `A ${part} for table ${this.segment} has no bytes. ${remedy}`, {
        cause,
      })
    }
  }

  #decode<T>(part: string, codec: TableCodec<T>, bytes: Uint8Array, key: Uint8Array): T {
    try {
      return codec.decode(bytes)
    } catch (cause) {
      const hex = Buffer.from(key).toString('hex')
      throw new PravegaError(
        'SERIALIZATION_FAILED',
        `The ${part} of the entry with key ${hex} in table ${this.segment} cannot be read by its codec. Use the codec that it was written with`,
        { cause, details: { segment: this.segment.toString(), key: hex } },
      )
    }
  }

  #incomplete(): PravegaError {
    return new PravegaError('PROTOCOL_VIOLATION', `A change of table ${this.segment} was answered without a version`)
  }
}

/** undefined when a condition did not hold. */
async function unlessRefused<T>(change: Promise<T>): Promise<T | undefined> {
  try {
    return await change
  } catch (error) {
    if (PravegaError.is(error, 'TABLE_KEY_BAD_VERSION', 'TABLE_KEY_NOT_FOUND')) return undefined
    throw error
  }
}
