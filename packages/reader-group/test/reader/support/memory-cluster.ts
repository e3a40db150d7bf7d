import type { ReaderGroupRecord } from '@pravega-ts/controller-client'
import { type KeyRange, keyRangesOverlap, PravegaError, ScopedSegment, ScopedStream } from '@pravega-ts/model'
import type { ReadResult, SegmentReader, SegmentReaderOptions, SegmentReference } from '@pravega-ts/segment-client'
import type { ReaderGroupStore } from '../../../src/index.ts'

/** A segment in memory, and those that follow it. */
export class MemorySegment {
  readonly segment: ScopedSegment
  readonly range: KeyRange
  readonly predecessors: readonly bigint[]
  successors: readonly MemorySegment[] = []
  data: Buffer = Buffer.alloc(0)
  start = 0
  isSealed = false
  isDeleted = false
  /** Reading fails with this. */
  failure: PravegaError | undefined
  readonly #readers = new Set<MemoryReader>()

  constructor(segment: ScopedSegment, range: KeyRange, predecessors: readonly bigint[]) {
    this.segment = segment
    this.range = range
    this.predecessors = predecessors
  }

  get name(): string {
    return String(this.segment)
  }

  /** Readers that are open. */
  get readers(): number {
    return this.#readers.size
  }

  write(...texts: readonly string[]): this {
    this.data = Buffer.concat([this.data, ...texts.map(eventOf)])
    return this.tell()
  }

  seal(): this {
    this.isSealed = true
    return this.tell()
  }

  truncate(offset: number): this {
    this.start = offset
    return this.tell()
  }

  delete(): this {
    this.isDeleted = true
    return this.tell()
  }

  fail(failure: PravegaError | undefined): this {
    this.failure = failure
    return this.tell()
  }

  tell(): this {
    for (const reader of this.#readers) queueMicrotask(() => reader.tell())
    return this
  }

  open(options: SegmentReaderOptions): SegmentReader {
    const reader = new MemoryReader(this, options, () => this.#readers.delete(reader))
    this.#readers.add(reader)
    return reader
  }
}

class MemoryReader implements SegmentReader {
  readonly #source: MemorySegment
  readonly #options: SegmentReaderOptions
  readonly #onClosed: () => void
  #offset: number
  #isClosed = false

  constructor(source: MemorySegment, options: SegmentReaderOptions, onClosed: () => void) {
    this.#source = source
    this.#options = options
    this.#onClosed = onClosed
    this.#offset = Number(options.offset ?? 0)
  }

  get segment(): ScopedSegment {
    return this.#source.segment
  }

  get offset(): bigint {
    return BigInt(this.#offset)
  }

  get available(): number {
    return Math.max(0, this.#source.data.length - this.#offset)
  }

  tell(): void {
    if (!this.#isClosed) this.#options.onReadable?.()
  }

  tryRead(): ReadResult | undefined {
    const { data, start, isSealed, isDeleted, failure } = this.#source
    const { offset } = this
    if (this.#isClosed) throw new PravegaError('CLOSED', 'the segment reader is closed')
    if (failure !== undefined) throw failure
    if (isDeleted) throw new PravegaError('NO_SUCH_SEGMENT', `segment ${this.segment} does not exist`)
    if (this.#offset < start) return { kind: 'truncated', offset, startOffset: BigInt(start) }
    if (this.available === 0) return isSealed ? { kind: 'endOfSegment', offset } : undefined
    const bytes = data.subarray(this.#offset, this.#offset + (this.#options.requestLength ?? 1024 * 1024))
    this.#offset += bytes.length
    return { kind: 'data', offset, bytes }
  }

  read(): Promise<ReadResult> {
    throw new Error('readers of a group do not wait for one segment')
  }

  readInto(): Promise<ReadResult> {
    throw new Error('readers of a group do not read into memory of their own')
  }

  seek(offset: bigint): void {
    this.#offset = Number(offset)
    queueMicrotask(() => this.tell())
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#onClosed()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** One stream in memory, that scales, and the calls that readers make about it. */
export class MemoryCluster {
  readonly stream: ScopedStream = new ScopedStream('shop', 'orders')
  readonly segments: Map<string, MemorySegment> = new Map()
  active: MemorySegment[]
  isSealed = false
  /** While this is set, nothing is known of the successors of sealed segments. */
  hidesSuccessors = false
  /** Calls to the controller. */
  readonly calls: string[] = []
  readonly published: string[] = []
  /** What the controller has of the group. */
  record: ReaderGroupRecord | undefined
  /** What calls to the controller fail with. */
  failure: PravegaError | undefined
  #epoch = 0
  #next = 0

  constructor(segments: number) {
    this.active = Array.from({ length: segments }, (_, index) =>
      this.#make({ low: index / segments, high: (index + 1) / segments }, []),
    )
  }

  segment(number: number): MemorySegment {
    const found = [...this.segments.values()].find(({ segment }) => segment.number === number)
    if (found === undefined) throw new Error(`there is no segment ${number}`)
    return found
  }

  /** Writes an event with a key; events of a key are in the segment of its place in the key space. */
  write(place: number, text: string): void {
    const target = this.active.find(({ range }) => place >= range.low && place < range.high)
    if (target === undefined) throw new Error('the stream is sealed')
    target.write(text)
  }

  /** Replaces segments by others that cover the same keys. */
  scale(sealed: readonly MemorySegment[], ranges: readonly KeyRange[]): readonly MemorySegment[] {
    this.#epoch += 1
    const made = ranges.map(range => {
      const before = sealed.filter(old => keyRangesOverlap(old.range, range))
      return this.#make(
        range,
        before.map(({ segment }) => segment.segmentId),
      )
    })
    for (const old of sealed) {
      old.successors = made.filter(({ range }) => keyRangesOverlap(old.range, range))
      old.seal()
    }
    this.active = [...this.active.filter(segment => !sealed.includes(segment)), ...made]
    return made
  }

  seal(): void {
    this.isSealed = true
    for (const segment of this.active) segment.seal()
    this.active = []
  }

  #make(range: KeyRange, predecessors: readonly bigint[]): MemorySegment {
    const { scope, stream } = this.stream
    const segment = new MemorySegment(ScopedSegment.of(scope, stream, this.#next++, this.#epoch), range, predecessors)
    this.segments.set(segment.name, segment)
    return segment
  }

  get store(): ReaderGroupStore {
    const called = (what: string): void => {
      this.calls.push(what)
      if (this.failure !== undefined) throw this.failure
    }
    const described = ({ segment, range }: MemorySegment) => ({ segment, range })
    const controller: Partial<ReaderGroupStore['controller']> = {
      getSuccessors: async segment => {
        called('getSuccessors')
        if (this.hidesSuccessors) return []
        return (this.segments.get(String(segment))?.successors ?? []).map(next => ({
          segment: described(next),
          predecessors: next.predecessors,
        }))
      },
      getCurrentSegments: async () => {
        called('getCurrentSegments')
        return { segments: this.active.map(described), delegationToken: '' }
      },
      getEpochSegments: async (_, epoch) => {
        called('getEpochSegments')
        const segments = [...this.segments.values()].filter(({ segment }) => segment.epoch === epoch).map(described)
        return { segments, delegationToken: '' }
      },
      getHeadSegments: async () => {
        called('getHeadSegments')
        return [...this.segments.values()]
          .filter(({ predecessors }) => predecessors.length === 0)
          .map(({ segment, start }) => ({ segment, offset: BigInt(start) }))
      },
      getReaderGroup: async () => {
        called('getReaderGroup')
        if (this.record === undefined) throw new PravegaError('READER_GROUP_NOT_FOUND', 'the group is unknown')
        return this.record
      },
      updateSubscriberStreamCut: async (_, cut) => {
        called('updateSubscriberStreamCut')
        this.published.push(String(cut))
      },
    }
    const store: Partial<ReaderGroupStore> = {
      controller: controller as ReaderGroupStore['controller'],
      openReader: (segment: SegmentReference, options: SegmentReaderOptions = {}) => this.#open(segment, options),
    }
    return store as ReaderGroupStore
  }

  #open(reference: SegmentReference, options: SegmentReaderOptions): SegmentReader {
    const name = String(reference)
    const known = this.segments.get(name)
    if (known !== undefined) return known.open(options)
    return new MemorySegment(ScopedSegment.parse(name), { low: 0, high: 1 }, []).delete().open(options)
  }
}

export function eventOf(text: string): Buffer {
  const payload = Buffer.from(text)
  const header = Buffer.alloc(8)
  header.writeInt32BE(payload.length, 4)
  return Buffer.concat([header, payload])
}
