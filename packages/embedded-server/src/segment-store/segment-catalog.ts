import { randomUUID } from 'node:crypto'
import type { AttributeUpdate } from '@pravega-ts/wire-protocol'
import type { AttributeChange, SegmentStorage, StoredSegment } from '../storage/segment-storage.ts'
import { type Clock, systemClock } from '../time/clock.ts'
import { ATTRIBUTE, resolveUpdates } from './attributes.ts'
import type { SegmentRates } from './rates/rate-meter.ts'
import type { RateMeters } from './rates/rate-meters.ts'
import type {
  AttributeValue,
  CreateSegmentOptions,
  CreateTableSegmentOptions,
  SegmentEngine,
  SegmentSummary,
} from './segment-engine.ts'
import { StreamSegment } from './stream-segment.ts'
import { TableSegment } from './table-segment.ts'
import { violation } from './violation.ts'

/** What Pravega stores in the segment type attribute. */
const SEGMENT_TYPE = { stream: 0n, table: 1n, fixedKeyTable: 5n, transient: 128n }
/**
 * How long a transient segment stays when its client has gone, in milliseconds. A client that has lost its connection asks again for the
 * merge, and takes a segment that is not there any more for one that was merged.
 */
const ABANDONED_MS = 60 * 60 * 1000
const DEFAULT_TABLE_ROLLOVER = 16_777_216n

export type Segment = StreamSegment | TableSegment

/** How the merge of one source ended; `length` is that of the target. */
export type MergeOutcome =
  | { readonly outcome: 'merged'; readonly length: bigint }
  | { readonly outcome: 'missingSource' | 'missingTarget' | 'sealed' | 'conditionFailed' }

export interface SegmentCatalogOptions {
  /** Default: the system's time. */
  readonly clock?: Clock | undefined
  /** Measure the segments that have a scaling policy. Default: nothing is measured. */
  readonly meters?: RateMeters | undefined
}

/**
 * All segments of the store by name. Changes are made at once and in order; `commit` then makes them durable, after
 * which readers see them and they may be acknowledged.
 */
export class SegmentCatalog implements SegmentEngine {
  readonly #storage: SegmentStorage
  readonly #clock: Clock
  readonly #meters: RateMeters | undefined
  readonly #segments = new Map<string, Segment>()
  readonly #touched = new Set<StreamSegment>()
  /** Transient segments whose client has gone, with the time of that; oldest first. */
  readonly #abandoned = new Map<string, number>()
  readonly #touch = (segment: StreamSegment): void => {
    this.#touched.add(segment)
  }

  constructor(storage: SegmentStorage, { clock = systemClock, meters }: SegmentCatalogOptions = {}) {
    this.#storage = storage
    this.#clock = clock
    this.#meters = meters
    for (const stored of storage.segments()) {
      this.#segments.set(stored.name, stored.kind === 'stream' ? this.#streamSegment(stored) : new TableSegment(stored))
      if (stored.attribute(ATTRIBUTE.segmentType) === SEGMENT_TYPE.transient) this.abandonTransient(stored.name)
    }
  }

  segments(): IterableIterator<Segment> {
    return this.#segments.values()
  }

  find(name: string): Segment | undefined {
    return this.#segments.get(name)
  }

  /** Makes what was done so far durable and visible: undefined when that was possible at once. */
  commit(): Promise<void> | undefined {
    const published = [...this.#touched].map(segment => ({ segment, length: segment.stored.length }))
    this.#touched.clear()
    const publish = (): void => {
      for (const { segment, length } of published) segment.publish(length)
    }
    const durable = this.#storage.commit()
    if (durable !== undefined) return durable.then(publish)
    publish()
    return undefined
  }

  addStream(name: string, options: CreateSegmentOptions = {}): 'created' | 'exists' {
    return this.#add(name, [
      { id: ATTRIBUTE.creationTime, value: BigInt(this.#clock.now()) },
      { id: ATTRIBUTE.scaleType, value: BigInt(options.scaleType ?? 0) },
      { id: ATTRIBUTE.scaleRate, value: BigInt(options.targetRate ?? 0) },
      { id: ATTRIBUTE.rolloverSize, value: positive(options.rolloverSizeBytes) ?? 0n },
      { id: ATTRIBUTE.segmentType, value: SEGMENT_TYPE.stream },
    ])
  }

  /** Makes a segment for the parts of a large event, which is going to be merged into `parent`. Returns its name. */
  addTransient(parent: string, writerId: string): string {
    this.#removeAbandoned()
    const name = `${parent}#transient.${hex(writerId)}.${hex(randomUUID())}`
    this.#add(name, [
      { id: ATTRIBUTE.creationTime, value: BigInt(this.#clock.now()) },
      { id: ATTRIBUTE.segmentType, value: SEGMENT_TYPE.transient },
    ])
    return name
  }

  /** Its client has gone. It stays for a while, because that client may come back. */
  abandonTransient(name: string): void {
    if (this.#segments.has(name)) this.#abandoned.set(name, this.#clock.now())
  }

  addTable(name: string, options: CreateTableSegmentOptions = {}): 'created' | 'exists' {
    if (this.#segments.has(name)) return 'exists'
    const keyLength = Math.max(0, options.keyLength ?? 0)
    const attributes: AttributeChange[] = [
      { id: ATTRIBUTE.rolloverSize, value: positive(options.rolloverSizeBytes) ?? DEFAULT_TABLE_ROLLOVER },
      { id: ATTRIBUTE.segmentType, value: keyLength > 0 ? SEGMENT_TYPE.fixedKeyTable : SEGMENT_TYPE.table },
    ]
    if (keyLength > 0) attributes.push({ id: ATTRIBUTE.keyLength, value: BigInt(keyLength) })
    this.#segments.set(name, new TableSegment(this.#storage.createTable(name, { keyLength, attributes })))
    return 'created'
  }

  seal(name: string): 'sealed' | 'alreadySealed' | 'missing' {
    const segment = this.#segments.get(name)
    if (segment === undefined) return 'missing'
    if (segment.kind === 'stream') return segment.seal()
    if (segment.stored.isSealed) return 'alreadySealed'
    segment.stored.seal()
    return 'sealed'
  }

  remove(name: string): 'deleted' | 'missing' {
    const segment = this.#segments.get(name)
    if (segment === undefined) return 'missing'
    this.#segments.delete(name)
    this.#storage.delete(name)
    if (segment.kind === 'stream') segment.markDeleted()
    return 'deleted'
  }

  setPolicy(
    name: string,
    policy: { readonly scaleType: number; readonly targetRate: number },
  ): 'updated' | 'missing' | 'sealed' {
    const segment = this.#segments.get(name)
    if (segment === undefined) return 'missing'
    if (segment.stored.isSealed) return 'sealed'
    segment.stored.changeAttributes([
      { id: ATTRIBUTE.scaleType, value: BigInt(policy.scaleType) },
      { id: ATTRIBUTE.scaleRate, value: BigInt(policy.targetRate) },
    ])
    if (segment.kind === 'stream') this.#measure(segment)
    return 'updated'
  }

  /**
   * Seals the source if it is open, appends it to the target and deletes it. A source whose merge fails stays, sealed.
   * @throws PravegaError PROTOCOL_VIOLATION for what cannot be merged: tables and truncated sources.
   */
  merge(targetName: string, sourceName: string, updates: readonly AttributeUpdate[]): MergeOutcome {
    const source = this.#segments.get(sourceName)
    if (source === undefined) return { outcome: 'missingSource' }
    const target = this.#segments.get(targetName)
    if (target === undefined) return { outcome: 'missingTarget' }
    if (source.kind === 'table' || target.kind === 'table') throw violation('a merge of a table segment')
    source.seal()
    if (target.stored.isSealed) return { outcome: 'sealed' }
    if (source.stored.startOffset > 0n) throw violation('a merge of a truncated segment')
    const changes = resolveUpdates(target.stored, updates)
    if (changes === undefined) return { outcome: 'conditionFailed' }
    this.#countMerge(target, source)
    this.#segments.delete(sourceName)
    this.#storage.merge(target.stored, source.stored, changes)
    this.#touched.add(target)
    return { outcome: 'merged', length: target.stored.length }
  }

  createSegment(name: string, options?: CreateSegmentOptions): Promise<'created' | 'exists'> {
    return this.#durably(() => this.addStream(name, options))
  }

  createTableSegment(name: string, options?: CreateTableSegmentOptions): Promise<'created' | 'exists'> {
    return this.#durably(() => this.addTable(name, options))
  }

  sealSegment(name: string): Promise<'sealed' | 'alreadySealed' | 'missing'> {
    return this.#durably(() => this.seal(name))
  }

  truncateSegment(name: string, offset: bigint): Promise<'truncated' | 'missing' | 'outOfRange'> {
    return this.#durably(() => {
      const segment = this.#segments.get(name)
      return segment?.kind === 'stream' ? segment.truncate(offset) : 'missing'
    })
  }

  deleteSegment(name: string): Promise<'deleted' | 'missing'> {
    return this.#durably(() => this.remove(name))
  }

  mergeSegments(target: string, sources: readonly string[]): Promise<'merged' | 'missing' | 'sealed'> {
    return this.#durably(() => {
      const into = this.#segments.get(target)
      if (into === undefined) return 'missing'
      if (into.stored.isSealed) return 'sealed'
      for (const source of sources) this.merge(target, source, [])
      return 'merged'
    })
  }

  updatePolicy(
    name: string,
    policy: { readonly scaleType: number; readonly targetRate: number },
  ): Promise<'updated' | 'missing' | 'sealed'> {
    return this.#durably(() => this.setPolicy(name, policy))
  }

  append(
    name: string,
    data: Uint8Array,
    attributes: readonly AttributeValue[] = [],
  ): Promise<'appended' | 'missing' | 'sealed'> {
    return this.#durably(() => {
      const segment = this.#segments.get(name)
      return segment?.kind === 'stream' ? segment.appendUnnumbered(data, attributes) : 'missing'
    })
  }

  getInfo(name: string): SegmentSummary | undefined {
    const stored = this.#segments.get(name)?.stored
    if (stored === undefined) return undefined
    const { startOffset, length, isSealed, lastModified } = stored
    return { startOffset, length, isSealed, lastModified }
  }

  getRates(name: string): SegmentRates | undefined {
    const segment = this.#segments.get(name)
    return segment?.kind === 'stream' ? segment.meter?.read() : undefined
  }

  onTraffic(listener: () => void): () => void {
    this.#meters?.onTraffic(listener)
    return () => this.#meters?.close()
  }

  #removeAbandoned(): void {
    const end = this.#clock.now() - ABANDONED_MS
    for (const [name, since] of this.#abandoned) {
      if (since > end) return
      this.#abandoned.delete(name)
      this.remove(name)
    }
  }

  #add(name: string, attributes: readonly AttributeChange[]): 'created' | 'exists' {
    if (this.#segments.has(name)) return 'exists'
    this.#segments.set(name, this.#streamSegment(this.#storage.createSegment(name, { attributes })))
    return 'created'
  }

  #streamSegment(stored: StoredSegment): StreamSegment {
    const segment = new StreamSegment(stored, this.#touch)
    if (!stored.isSealed) this.#measure(segment)
    return segment
  }

  /** Begins anew when the unit is another one. */
  #measure(segment: StreamSegment): void {
    if (this.#meters === undefined) return
    const meter = this.#meters.meterFor(Number(segment.stored.attribute(ATTRIBUTE.scaleType) ?? 0n))
    if (meter?.unit !== segment.meter?.unit) segment.meter = meter
  }

  #countMerge(target: StreamSegment, { stored }: StreamSegment): void {
    const created = stored.attribute(ATTRIBUTE.creationTime)
    if (target.meter === undefined || created === undefined) return
    const events = Number(stored.attribute(ATTRIBUTE.eventCount) ?? 0n)
    target.meter.addMerged(Number(stored.length), events, this.#clock.now() - Number(created))
  }

  async #durably<Outcome>(change: () => Outcome): Promise<Outcome> {
    const outcome = change()
    await this.commit()
    return outcome
  }
}

function positive(value: bigint | undefined): bigint | undefined {
  return value !== undefined && value > 0n ? value : undefined
}

function hex(uuid: string): string {
  return uuid.replaceAll('-', '')
}
