import { DEFAULT_RETRY, DEFAULT_TIMEOUTS, type Logger, silentLogger } from '@pravega-ts/config'
import type { ReaderGroupRecord, StoredReaderGroupSettings } from '@pravega-ts/controller-client'
import { PravegaError, ScopedSegment, ScopedStream, type StreamCut } from '@pravega-ts/model'
import type { SegmentInfo, SegmentReference } from '@pravega-ts/segment-client'
import { ModelStore } from '../../../synchronizer/test/support/model-store.ts'
import { ModelTable } from '../../../synchronizer/test/table/model-table.ts'
import type { ReaderGroupStore } from '../../src/index.ts'

interface FakeSegment {
  start: bigint
  end: bigint
  sealed: boolean
  deleted: boolean
}

interface FakeStream {
  /** The segments of each epoch. */
  readonly epochs: ScopedSegment[][]
  sealed: boolean
}

/** A controller and segment stores as far as reader groups see them. Streams hold lengths, not events. */
export class FakeCluster {
  readonly streams = new Map<string, FakeStream>()
  readonly segments = new Map<string, FakeSegment>()
  readonly successors = new Map<string, { segment: ScopedSegment; predecessors: bigint[] }[]>()
  readonly groups = new Map<string, ReaderGroupRecord>()
  readonly tables = new Map<string, ModelTable>()
  readonly logs: ModelStore = new ModelStore()
  /** Cuts that the controller was told of. */
  readonly retained: StreamCut[] = []
  /** Names of the calls so far. */
  readonly calls: string[] = []
  readonly warnings: string[] = []
  /** May throw in place of a call, after or before it has taken effect. */
  before: (call: string) => Promise<void> | void = () => {}
  after: (call: string) => Promise<void> | void = () => {}
  #ids = 0

  createStream(name: string, lengths: readonly bigint[], firstNumber = 0): ScopedStream {
    const stream = ScopedStream.parse(name)
    const made = lengths.map((_, n) => ScopedSegment.of(stream.scope, stream.stream, firstNumber + n, 0))
    this.streams.set(name, { epochs: [made], sealed: false })
    for (const [n, segment] of made.entries()) this.#make(segment, lengths[n] ?? 0n)
    return stream
  }

  /** Replaces some segments by new ones. */
  scale(stream: ScopedStream, sealed: readonly ScopedSegment[], lengths: readonly bigint[]): ScopedSegment[] {
    const { epochs } = this.#stream(stream)
    const current = epochs.at(-1) ?? []
    const epoch = epochs.length
    const first = Math.max(...epochs.flat().map(segment => segment.number)) + 1
    const made = lengths.map((_, n) => ScopedSegment.of(stream.scope, stream.stream, first + n, epoch))
    epochs.push([...current.filter(segment => !sealed.some(one => one.equals(segment))), ...made])
    for (const [n, segment] of made.entries()) this.#make(segment, lengths[n] ?? 0n)
    const predecessors = sealed.map(segment => segment.segmentId)
    for (const segment of sealed) {
      this.segment(segment).sealed = true
      this.successors.set(
        String(segment),
        made.map(next => ({ segment: next, predecessors })),
      )
    }
    return made
  }

  segment(segment: SegmentReference | string): FakeSegment {
    const found = this.segments.get(String(segment))
    if (found === undefined || found.deleted) throw new PravegaError('NO_SUCH_SEGMENT', `${segment} does not exist`)
    return found
  }

  client(): ReaderGroupStore {
    const log = this.logs.client()
    const unused = (): never => {
      throw new Error('reader groups read no events')
    }
    return {
      config: { logger: this.#logger(), timeouts: DEFAULT_TIMEOUTS, retry: DEFAULT_RETRY },
      controller: this.#controller(),
      openWriter: segment => log.openWriter(segment),
      read: (segment, offset, maxBytes, call) => log.read(segment, offset, maxBytes, call),
      getAttribute: (segment, id, call) => log.getAttribute(segment, id, call),
      compareAndSetAttribute: (segment, id, expected, value, call) =>
        log.compareAndSetAttribute(segment, id, expected, value, call),
      truncate: (segment, offset, call) => log.truncate(segment, offset, call),
      getInfo: (segment, call) =>
        String(segment).includes('_RG') ? log.getInfo(segment, call) : this.#call('getInfo', () => this.#info(segment)),
      table: segment => this.table(segment),
      openReader: unused,
      createTransient: unused,
      merge: unused,
      delete: unused,
    } as ReaderGroupStore
  }

  table(segment: ScopedSegment): ModelTable {
    const found = this.tables.get(String(segment)) ?? new ModelTable(String(segment))
    if (!this.tables.has(String(segment))) found.exists = false
    this.tables.set(String(segment), found)
    return found
  }

  #logger(): Logger {
    return { ...silentLogger, warn: message => void this.warnings.push(message) }
  }

  #make(segment: ScopedSegment, end: bigint): void {
    this.segments.set(String(segment), { start: 0n, end, sealed: false, deleted: false })
  }

  #stream(stream: ScopedStream): FakeStream {
    const found = this.streams.get(String(stream))
    if (found === undefined) throw new PravegaError('STREAM_NOT_FOUND', `${stream} does not exist`)
    return found
  }

  #info(segment: SegmentReference): SegmentInfo {
    const table = this.tables.get(String(segment))
    if (table !== undefined) {
      if (!table.exists) throw new PravegaError('NO_SUCH_SEGMENT', `${segment} does not exist`)
      return { segment, isSealed: false, startOffset: 0n, writeOffset: 0n, lastModified: new Date(0) }
    }
    const { start, end, sealed } = this.segment(segment)
    return { segment, isSealed: sealed, startOffset: start, writeOffset: end, lastModified: new Date(0) }
  }

  async #call<T>(name: string, work: () => T): Promise<T> {
    this.calls.push(name)
    await this.before(name)
    const result = work()
    await this.after(name)
    return result
  }

  #group({ scope, name }: { readonly scope: string; readonly name: string }): ReaderGroupRecord {
    const found = this.groups.get(`${scope}/${name}`)
    if (found === undefined) throw new PravegaError('READER_GROUP_NOT_FOUND', `group ${scope}/${name} does not exist`)
    return found
  }

  #controller(): ReaderGroupStore['controller'] {
    const ranged = (segments: readonly ScopedSegment[]) => ({
      segments: segments.map(segment => ({ segment, range: { low: 0, high: 1 } })),
      delegationToken: '',
    })
    const unused = (): never => {
      throw new Error('reader groups do not ask for this')
    }
    return {
      getCurrentSegments: (stream, options) =>
        stream.stream.startsWith('_RG')
          ? this.logs.client().controller.getCurrentSegments(stream, options)
          : this.#call('getCurrentSegments', () => {
              const { epochs, sealed } = this.#stream(stream)
              return ranged(sealed ? [] : (epochs.at(-1) ?? []))
            }),
      getEpochSegments: (stream, epoch) =>
        this.#call('getEpochSegments', () => {
          const found = this.#stream(stream).epochs[epoch]
          if (found === undefined) throw new PravegaError('NOT_FOUND', `no epoch ${epoch}`)
          return ranged(found)
        }),
      getHeadSegments: stream =>
        this.#call('getHeadSegments', () =>
          (this.#stream(stream).epochs[0] ?? []).map(segment => ({ segment, offset: this.segment(segment).start })),
        ),
      getSegmentsBetween: stream => this.#call('getSegmentsBetween', () => this.#stream(stream).epochs.flat()),
      getSuccessors: segment =>
        this.#call('getSuccessors', () =>
          (this.successors.get(String(segment)) ?? []).map(({ segment: next, predecessors }) => ({
            segment: { segment: next, range: { low: 0, high: 1 } },
            predecessors,
          })),
        ),
      async *listStreams(scope) {
        yield new ScopedStream(scope, 'orders')
        yield new ScopedStream(scope, '_MARK_RGgroup')
        yield new ScopedStream(scope, '_RGgroup')
      },
      createReaderGroup: ({ scope, name }, settings) =>
        this.#call('createReaderGroup', () => {
          const old = this.groups.get(`${scope}/${name}`)
          if (old !== undefined) return { created: false, group: old }
          const id = `00000000-0000-4000-8000-${String(++this.#ids).padStart(12, '0')}`
          const group = { scope, name, id, generation: 0n, settings: settings as StoredReaderGroupSettings }
          this.groups.set(`${scope}/${name}`, group)
          this.logs.createStream(new ScopedStream(scope, `_RG${name}`))
          return { created: true, group }
        }),
      getReaderGroup: group => this.#call('getReaderGroup', () => this.#group(group)),
      updateReaderGroup: (group, settings) =>
        this.#call('updateReaderGroup', () => {
          const old = this.#group(group)
          if (old.id !== group.id || old.generation !== group.generation) {
            throw new PravegaError('READER_GROUP_CONFIG_MISMATCH', 'id or generation are others')
          }
          const generation = old.generation + 1n
          const { scope, name } = group
          const stored = settings as StoredReaderGroupSettings
          this.groups.set(`${scope}/${name}`, { ...old, generation, settings: stored })
          return generation
        }),
      deleteReaderGroup: ({ scope, name }) =>
        this.#call('deleteReaderGroup', () => {
          this.#group({ scope, name })
          this.logs.segment(ScopedSegment.of(scope, `_RG${name}`, 0, 0)).deleted = true
          return this.groups.delete(`${scope}/${name}`)
        }),
      updateSubscriberStreamCut: (_, cut) =>
        this.#call('updateSubscriberStreamCut', () => void this.retained.push(cut)),
      sealStream: stream => this.#call(`sealStream ${stream}`, () => {}),
      deleteStream: ({ scope, stream }) =>
        this.#call('deleteStream', () => {
          this.logs.segment(ScopedSegment.of(scope, stream, 0, 0)).deleted = true
          return true
        }),
      noteTimestampFromWriter: unused,
      removeWriter: unused,
    }
  }
}
