import type { SegmentWithRange, Successor } from '@pravega-ts/controller-client'
import {
  type CallOptions,
  type KeyRange,
  keyRangesOverlap,
  PravegaError,
  ScopedSegment,
  ScopedStream,
  splitKeyRange,
} from '@pravega-ts/model'
import {
  type SegmentInfo,
  type SegmentReader,
  type SegmentReference,
  type SegmentWriterOptions,
  segmentName,
  type TransientSegment,
} from '@pravega-ts/segment-client'
import type { EventStore } from '../../../src/event-store.ts'
import { ModelSegment } from './model-segment.ts'
import { ModelWriter } from './model-writer.ts'

/** One stream, with segments in memory and the history of its scales. */
export class ModelStore implements EventStore {
  readonly stream = new ScopedStream('s', 't')
  readonly segments = new Map<string, ModelSegment>()
  readonly writers: ModelWriter[] = []
  /** While it is true, appends wait for {@link step}. */
  held = false
  /** Answers of the controller and of requests that fail, by the name of the call, used up one by one. */
  readonly failures: [call: string, error: PravegaError][] = []
  /** Names of calls, in order. */
  readonly calls: string[] = []
  /** Called before each call. */
  onCall: (call: string) => void | Promise<void> = () => {}
  /** Segments whose successors the controller does not tell. */
  readonly forgotten = new Set<string>()
  readonly noted: [writer: string, timestamp: bigint | number, position: ReadonlyMap<bigint, bigint>][] = []
  readonly removed: string[] = []
  deleted = false
  sealed = false
  current: readonly SegmentWithRange[]
  readonly #history: { readonly sealed: readonly SegmentWithRange[]; readonly made: readonly SegmentWithRange[] }[] = []
  #numbers = 0
  #epoch = 0
  #transients = 0

  constructor(segments = 1) {
    this.current = this.#make(splitKeyRange(segments))
  }

  /** All segments of the stream, the older ones first. */
  get all(): readonly ModelSegment[] {
    return [...this.segments.values()]
  }

  /** The segment of this number. */
  segment(number: number): ModelSegment {
    const found = this.all.find(({ name }) => name.startsWith(`s/t/${number}.`))
    if (found === undefined) throw new Error(`there is no segment ${number}`)
    return found
  }

  get payloads(): readonly string[] {
    return this.all.flatMap(segment => segment.payloads)
  }

  get waitingBlocks(): number {
    return this.writers.reduce((sum, writer) => sum + writer.waitingBlocks, 0)
  }

  /** Seals current segments and makes others of their ranges. The new ones are there before the old ones are sealed. */
  scale(numbers: readonly number[], ranges: readonly KeyRange[]): void {
    const sealed = this.current.filter(({ segment }) => numbers.includes(segment.number))
    this.#epoch += 1
    const made = this.#make(ranges)
    this.current = [...this.current.filter(one => !sealed.includes(one)), ...made].sort(
      (a, b) => a.range.low - b.range.low,
    )
    this.#history.push({ sealed, made })
    for (const { segment } of sealed) this.#contents(segment).sealed = true
  }

  seal(): void {
    for (const { segment } of this.current) this.#contents(segment).sealed = true
    this.current = []
    this.sealed = true
  }

  /** Carries out a block that waits, of some writer. */
  step(writer = this.writers.find(({ waitingBlocks }) => waitingBlocks > 0)): boolean {
    return writer?.step() ?? false
  }

  /** Nothing waits any more. */
  release(): void {
    this.held = false
    while (this.step()) {}
  }

  readonly controller: EventStore['controller'] = {
    getCurrentSegments: async (_stream, options) => {
      await this.#called('getCurrentSegments', options)
      if (this.deleted) throw new PravegaError('STREAM_NOT_FOUND', 'there is no such stream')
      return { segments: this.current, delegationToken: '' }
    },
    getSuccessors: async (segment, options) => {
      await this.#called(`getSuccessors ${segment.number}`, options)
      if (this.deleted) throw new PravegaError('STREAM_NOT_FOUND', 'there is no such stream')
      return this.forgotten.has(segment.toString()) ? [] : this.#successors(segment)
    },
    getEpochSegments: async () => {
      throw new Error('event writers do not ask for epochs')
    },
    noteTimestampFromWriter: async (_stream, writer, timestamp, position, options) => {
      await this.#called('noteTimestampFromWriter', options)
      this.noted.push([writer, timestamp, position])
    },
    removeWriter: async (_stream, writer, options) => {
      await this.#called('removeWriter', options)
      this.removed.push(writer)
      return true
    },
  }

  openWriter(segment: SegmentReference, options: SegmentWriterOptions = {}): ModelWriter {
    const writer = new ModelWriter(segment, this.#contents(segment), options)
    this.writers.push(writer)
    return writer
  }

  openReader(): SegmentReader {
    throw new Error('event writers do not read')
  }

  async getInfo(segment: SegmentReference, call?: CallOptions): Promise<SegmentInfo> {
    const isSource = segmentName(segment).includes('#transient')
    await this.#called(isSource ? 'getInfo of source' : 'getInfo', call)
    const { deleted, sealed, length } = this.#contents(segment)
    if (deleted) throw new PravegaError('NO_SUCH_SEGMENT', `${segmentName(segment)} does not exist`)
    return { segment, isSealed: sealed, startOffset: 0n, writeOffset: BigInt(length), lastModified: new Date(0) }
  }

  async createTransient(parent: ScopedSegment, _writerId: string, call?: CallOptions): Promise<TransientSegment> {
    await this.#called('createTransient', call)
    const target = this.#contents(parent)
    if (target.deleted) throw new PravegaError('NO_SUCH_SEGMENT', `${parent} does not exist`)
    const name = `${parent}#transient.${this.#transients++}`
    this.segments.set(name, new ModelSegment(name, () => false))
    return { parent, name }
  }

  async merge(target: ScopedSegment, source: SegmentReference, _: unknown, call?: CallOptions): Promise<bigint> {
    await this.#called('merge', call)
    return this.mergeNow(target, source)
  }

  mergeNow(target: ScopedSegment, source: SegmentReference): bigint {
    const from = this.#contents(source)
    const to = this.#contents(target)
    const refusal = to.refusal()
    if (refusal !== undefined) throw refusal
    if (from.deleted) throw new PravegaError('NO_SUCH_SEGMENT', `${segmentName(source)} does not exist`)
    to.append(from.bytes, 0)
    from.deleted = true
    this.segments.delete(from.name)
    return BigInt(to.length)
  }

  async delete(segment: SegmentReference): Promise<boolean> {
    await this.#called('delete', undefined)
    const contents = this.segments.get(segmentName(segment))
    if (contents === undefined) return false
    contents.deleted = true
    return this.segments.delete(segmentName(segment))
  }

  #successors(segment: ScopedSegment): readonly Successor[] {
    const scale = this.#history.find(({ sealed }) => sealed.some(one => one.segment.equals(segment)))
    const old = scale?.sealed.find(one => one.segment.equals(segment))
    if (scale === undefined || old === undefined) return []
    return scale.made
      .filter(({ range }) => keyRangesOverlap(range, old.range))
      .map(made => ({
        segment: made,
        predecessors: scale.sealed
          .filter(({ range }) => keyRangesOverlap(range, made.range))
          .map(one => one.segment.segmentId),
      }))
  }

  #make(ranges: readonly KeyRange[]): readonly SegmentWithRange[] {
    return ranges.map(range => {
      const segment = ScopedSegment.of('s', 't', this.#numbers++, this.#epoch)
      this.segments.set(segment.toString(), new ModelSegment(segment.toString(), () => this.held))
      return { segment, range }
    })
  }

  #contents(segment: SegmentReference): ModelSegment {
    const name = segmentName(segment)
    const found = this.segments.get(name)
    if (found !== undefined) return found
    const gone = new ModelSegment(name, () => this.held)
    gone.deleted = true
    return gone
  }

  async #called(call: string, options: CallOptions | undefined): Promise<void> {
    this.calls.push(call)
    options?.signal?.throwIfAborted()
    await this.onCall(call)
    const [next] = this.failures
    if (next !== undefined && call.startsWith(next[0])) {
      this.failures.shift()
      throw next[1]
    }
  }
}

/** Lets everything that waits for nothing else go on. */
export async function turn(times = 1): Promise<void> {
  for (let n = 0; n < times; n++) await new Promise<void>(resolve => setImmediate(resolve))
}

/** Waits until something is so. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  for (let n = 0; n < 5_000; n++) {
    if (condition()) return
    await turn()
  }
  throw new Error(`it did not come to ${what}`)
}
