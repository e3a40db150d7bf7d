import { DEFAULT_RETRY, DEFAULT_TIMEOUTS, silentLogger } from '@pravega-ts/config'
import type { CommitOptions, SegmentWithRange } from '@pravega-ts/controller-client'
import {
  type CallOptions,
  type CloseOptions,
  PravegaError,
  ScopedSegment,
  ScopedStream,
  splitKeyRange,
  uuidFromHalves,
} from '@pravega-ts/model'
import {
  type SegmentInfo,
  type SegmentReader,
  type SegmentReference,
  type SegmentWriterOptions,
  segmentName,
} from '@pravega-ts/segment-client'
import type { TransactionStatus, TransactionStore } from '../../src/index.ts'
import { ManualClock } from './manual-clock.ts'
import { MemorySegment, MemorySegmentWriter } from './memory-segment-writer.ts'

interface MemoryTransaction {
  readonly id: string
  readonly createdAt: number
  status: TransactionStatus
  expiresAt: number
}

/** What happens to a call: it fails `before` it is carried out, or `after` that, when the answer is lost. */
export interface Mishap {
  readonly call: string
  readonly when: 'before' | 'after'
  readonly error?: PravegaError | undefined
}

/** One stream with transactions, in memory; its leases run on a clock that stands still. */
export class MemoryCluster implements TransactionStore {
  readonly stream = new ScopedStream('s', 't')
  readonly clock = new ManualClock()
  readonly config = { logger: silentLogger, retry: DEFAULT_RETRY, timeouts: { ...DEFAULT_TIMEOUTS } }
  readonly transactions = new Map<string, MemoryTransaction>()
  readonly segments = new Map<string, MemorySegment>()
  readonly writers = new Set<MemorySegmentWriter>()
  /** Names of calls, in order. */
  readonly calls: string[] = []
  /** Used up one by one. */
  readonly mishaps: Mishap[] = []
  /** Calls that get no answer. */
  readonly silent = new Set<string>()
  readonly noted: [writer: string, timestamp: bigint | number, position: ReadonlyMap<bigint, bigint> | undefined][] = []
  readonly removed: string[] = []
  readonly dependents = new Set<(options: CloseOptions) => Promise<void>>()
  /** While it is true, appends wait for {@link step}. */
  held = false
  /** While it is true, commits are decided but not carried out. */
  slow = false
  sealed = false
  /** Whether segment stores say nothing. */
  storesFail = false
  /** Milliseconds that a transaction may live. */
  longestLife = Number.POSITIVE_INFINITY
  readonly #current: readonly SegmentWithRange[]
  #ids = 0n

  constructor(segments = 1) {
    this.#current = splitKeyRange(segments).map((range, n) => {
      const segment = ScopedSegment.of('s', 't', n, 0)
      this.segments.set(String(segment), new MemorySegment(String(segment)))
      return { segment, range }
    })
  }

  /** What can be read, segment by segment. */
  get events(): readonly string[] {
    return this.#current.flatMap(({ segment }) => this.segments.get(String(segment))?.events ?? [])
  }

  /** How often a method was called. */
  count(call: string): number {
    return this.calls.filter(name => name === call).length
  }

  mishap(call: string, when: Mishap['when'], error?: PravegaError): void {
    this.mishaps.push({ call, when, error })
  }

  /** From now on all calls are answered. */
  speak(): void {
    this.silent.clear()
    this.mishaps.length = 0
  }

  /** Carries out the appends that wait. */
  step(): void {
    for (const writer of this.writers) writer.step()
  }

  /** Carries out the commits that are decided. */
  publish(): void {
    this.slow = false
    for (const { id, status } of this.transactions.values()) if (status === 'committing') this.#publish(id)
  }

  /** Ends a transaction as somebody else would. */
  commit(id: string): void {
    this.#of(id).status = 'committing'
    if (!this.slow) this.#publish(id)
  }

  abort(id: string): void {
    this.#of(id).status = 'aborted'
    for (const segment of this.#segmentsOf(id)) segment.deleted = true
  }

  readonly controller: TransactionStore['controller'] = {
    getCurrentSegments: (_, call) =>
      this.#called('getCurrentSegments', call, () => ({
        segments: this.sealed ? [] : this.#current,
        delegationToken: '',
      })),
    getSuccessors: () => Promise.reject(new Error('transactions do not ask for successors')),
    getEpochSegments: (_, epoch, call) =>
      this.#called(`getEpochSegments ${epoch}`, call, () => ({ segments: this.#current, delegationToken: '' })),
    noteTimestampFromWriter: (_, writer, timestamp, position, call) =>
      this.#called('noteTimestampFromWriter', call, () => {
        this.noted.push([writer, timestamp, position])
      }),
    removeWriter: (_, writer, call) =>
      this.#called('removeWriter', call, () => {
        this.removed.push(writer)
        return true
      }),
    createTransaction: (_, leaseMs, call) => this.#called('createTransaction', call, () => this.#create(leaseMs)),
    pingTransaction: (_, id, leaseMs, call) => this.#called('pingTransaction', call, () => this.#ping(id, leaseMs)),
    commitTransaction: (_, id, call) => this.#called('commitTransaction', call, () => this.#commit(id, call)),
    abortTransaction: (_, id, call) =>
      this.#called('abortTransaction', call, () => {
        const { status } = this.#of(id)
        if (status === 'committing' || status === 'committed') throw failed('committed')
        this.abort(id)
      }),
    checkTransactionState: (_, id, call) =>
      this.#called('checkTransactionState', call, () => {
        this.#expire()
        return this.#of(id).status
      }),
  }

  openWriter(segment: SegmentReference, options: SegmentWriterOptions = {}): MemorySegmentWriter {
    const name = segmentName(segment)
    const target = this.segments.get(name) ?? new MemorySegment(name)
    if (!this.segments.has(name)) target.deleted = true
    const writer = new MemorySegmentWriter(segment, target, options, () => this.held)
    this.writers.add(writer)
    return writer
  }

  async getInfo(segment: SegmentReference): Promise<SegmentInfo> {
    const name = segmentName(segment)
    this.calls.push(`getInfo ${name}`)
    if (this.storesFail) throw new PravegaError('PERMISSION_DENIED', 'nobody may ask')
    const found = this.segments.get(name)
    if (found === undefined || found.deleted) throw new PravegaError('NO_SUCH_SEGMENT', `${name} does not exist`)
    const { data, sealed } = found
    const writeOffset = BigInt(data.length)
    return { segment, isSealed: sealed, startOffset: 0n, writeOffset, lastModified: new Date(0) }
  }

  beforeClose(close: (options: CloseOptions) => Promise<void>): () => void {
    this.dependents.add(close)
    return () => this.dependents.delete(close)
  }

  openReader(): SegmentReader {
    throw new Error('transactions do not read')
  }

  async createTransient(): Promise<never> {
    throw new Error('no large events here')
  }

  async merge(): Promise<never> {
    throw new Error('no large events here')
  }

  async delete(): Promise<never> {
    throw new Error('no large events here')
  }

  #create(leaseMs: number): Awaited<ReturnType<TransactionStore['controller']['createTransaction']>> {
    if (this.sealed) throw new PravegaError('STREAM_SEALED', 'the stream is sealed')
    this.#ids += 1n
    const id = uuidFromHalves(0n, this.#ids)
    const now = this.clock.now()
    this.transactions.set(id, { id, createdAt: now, status: 'open', expiresAt: now + leaseMs })
    const segments = this.#current.map(({ segment, range }) => ({ segment: segment.inTransaction(id), range }))
    for (const { segment } of segments) this.segments.set(String(segment), new MemorySegment(String(segment)))
    return { id, segments, delegationToken: '' }
  }

  #ping(id: string, leaseMs: number): 'open' | 'committed' | 'aborted' {
    this.#expire()
    const transaction = this.#of(id)
    if (transaction.status === 'committing' || transaction.status === 'committed') return 'committed'
    if (transaction.status !== 'open') return 'aborted'
    const expiresAt = this.clock.now() + leaseMs
    if (expiresAt > transaction.createdAt + this.longestLife) {
      throw new PravegaError('LEASE_REFUSED', 'the transaction would live longer than a transaction may')
    }
    transaction.expiresAt = expiresAt
    return 'open'
  }

  #commit(id: string, options: CommitOptions | undefined): void {
    this.#expire()
    const transaction = this.transactions.get(id)
    if (transaction === undefined || transaction.status === 'aborted') throw failed('aborted')
    if (transaction.status === 'open') this.commit(id)
    if (options?.writerId !== undefined) this.noted.push([options.writerId, options.timestamp ?? 0n, undefined])
  }

  #publish(id: string): void {
    this.#of(id).status = 'committed'
    for (const { segment } of this.#current) {
      const source = this.segments.get(String(segment.inTransaction(id)))
      const target = this.segments.get(String(segment))
      if (source === undefined || target === undefined) throw new Error('a segment is gone')
      target.data = Buffer.concat([target.data, source.data])
      source.deleted = true
    }
  }

  #segmentsOf(id: string): readonly MemorySegment[] {
    return this.#current.flatMap(({ segment }) => this.segments.get(String(segment.inTransaction(id))) ?? [])
  }

  #expire(): void {
    for (const { id, status, expiresAt } of this.transactions.values()) {
      if (status === 'open' && expiresAt <= this.clock.now()) this.abort(id)
    }
  }

  #of(id: string): MemoryTransaction {
    const found = this.transactions.get(id)
    if (found === undefined) throw new PravegaError('TRANSACTION_NOT_FOUND', `there is no transaction ${id}`)
    return found
  }

  async #called<R>(call: string, options: CallOptions | undefined, carryOut: () => R): Promise<R> {
    this.calls.push(call)
    options?.signal?.throwIfAborted()
    await Promise.resolve()
    if (this.silent.has(call)) return await unanswered(options)
    const [next] = this.mishaps
    if (next === undefined || !call.startsWith(next.call)) return carryOut()
    this.mishaps.shift()
    if (next.when === 'after') carryOut()
    throw next.error ?? new PravegaError('UNAVAILABLE', 'the connection is gone')
  }
}

function failed(outcome: string): PravegaError {
  return new PravegaError('TRANSACTION_FAILED', `it is ${outcome}`)
}

/** As a call does whose answer does not come. */
async function unanswered({ signal, timeoutMs }: CallOptions = {}): Promise<never> {
  return await new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(PravegaError.from(signal.reason)), { once: true })
    if (timeoutMs === undefined) return
    setTimeout(() => reject(new PravegaError('DEADLINE_EXCEEDED', 'no answer in time')), timeoutMs).unref()
  })
}
