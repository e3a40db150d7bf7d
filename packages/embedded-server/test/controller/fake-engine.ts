import type { SegmentRates } from '../../src/segment-store/rates/rate-meter.ts'
import type {
  AttributeValue,
  CreateSegmentOptions,
  CreateTableSegmentOptions,
  SegmentEngine,
  SegmentSummary,
} from '../../src/segment-store/segment-engine.ts'

export interface FakeSegment {
  startOffset: bigint
  length: bigint
  isSealed: boolean
  /** What was merged into it, in order. */
  merged: string[]
  /** What the controller appended itself, in order. */
  appended: Uint8Array[]
  attributes: Map<string, bigint>
  options: CreateSegmentOptions & CreateTableSegmentOptions
  isTable: boolean
}

/** A segment store that knows lengths but no bytes. */
export class FakeEngine implements SegmentEngine {
  readonly segments: Map<string, FakeSegment> = new Map()
  /** What is called before each change; it may wait or throw. */
  before: (change: keyof SegmentEngine, segment: string) => void | Promise<void> = () => {}
  /** What is measured of a segment. */
  ratesOf: (segment: string) => SegmentRates | undefined = () => undefined
  /** Tells the controller that something is written. */
  trafficBegins: () => void = () => {}

  get(name: string): FakeSegment {
    const segment = this.segments.get(name)
    if (segment === undefined) throw new Error(`no segment ${name} among ${[...this.segments.keys()].join(', ')}`)
    return segment
  }

  /** Names of the segments of a stream or a table. */
  namesOf(owner: string): string[] {
    return [...this.segments.keys()].filter(name => name.startsWith(`${owner}/`)).sort()
  }

  async createSegment(name: string, options: CreateSegmentOptions = {}): Promise<'created' | 'exists'> {
    await this.before('createSegment', name)
    return this.#create(name, false, options)
  }

  async createTableSegment(name: string, options: CreateTableSegmentOptions = {}): Promise<'created' | 'exists'> {
    await this.before('createTableSegment', name)
    return this.#create(name, true, options)
  }

  async sealSegment(name: string): Promise<'sealed' | 'alreadySealed' | 'missing'> {
    await this.before('sealSegment', name)
    const segment = this.segments.get(name)
    if (segment === undefined) return 'missing'
    if (segment.isSealed) return 'alreadySealed'
    segment.isSealed = true
    return 'sealed'
  }

  async truncateSegment(name: string, offset: bigint): Promise<'truncated' | 'missing' | 'outOfRange'> {
    await this.before('truncateSegment', name)
    const segment = this.segments.get(name)
    if (segment === undefined) return 'missing'
    if (offset < segment.startOffset || offset > segment.length) return 'outOfRange'
    segment.startOffset = offset
    return 'truncated'
  }

  async deleteSegment(name: string): Promise<'deleted' | 'missing'> {
    await this.before('deleteSegment', name)
    return this.segments.delete(name) ? 'deleted' : 'missing'
  }

  async mergeSegments(target: string, sources: readonly string[]): Promise<'merged' | 'missing' | 'sealed'> {
    await this.before('mergeSegments', target)
    const into = this.segments.get(target)
    if (into === undefined) return 'missing'
    if (into.isSealed) return 'sealed'
    for (const source of sources) {
      const from = this.segments.get(source)
      if (from === undefined) continue
      into.length += from.length
      into.merged.push(source)
      this.segments.delete(source)
    }
    return 'merged'
  }

  async updatePolicy(
    name: string,
    policy: { readonly scaleType: number; readonly targetRate: number },
  ): Promise<'updated' | 'missing' | 'sealed'> {
    await this.before('updatePolicy', name)
    const segment = this.segments.get(name)
    if (segment === undefined) return 'missing'
    if (segment.isSealed) return 'sealed'
    segment.options = { ...segment.options, ...policy }
    return 'updated'
  }

  async append(
    name: string,
    data: Uint8Array,
    attributes: readonly AttributeValue[] = [],
  ): Promise<'appended' | 'missing' | 'sealed'> {
    await this.before('append', name)
    const segment = this.segments.get(name)
    if (segment === undefined) return 'missing'
    if (segment.isSealed) return 'sealed'
    segment.appended.push(data)
    segment.length += BigInt(data.length)
    for (const { id, value } of attributes) segment.attributes.set(id, value)
    return 'appended'
  }

  getInfo(name: string): SegmentSummary | undefined {
    const segment = this.segments.get(name)
    return segment && { ...segment, lastModified: 0 }
  }

  getRates(name: string): SegmentRates | undefined {
    return this.segments.get(name)?.isSealed === false ? this.ratesOf(name) : undefined
  }

  onTraffic(listener: () => void): () => void {
    this.trafficBegins = listener
    return () => {
      this.trafficBegins = () => {}
    }
  }

  #create(name: string, isTable: boolean, options: FakeSegment['options']): 'created' | 'exists' {
    if (this.segments.has(name)) return 'exists'
    this.segments.set(name, {
      startOffset: 0n,
      length: 0n,
      isSealed: false,
      merged: [],
      appended: [],
      attributes: new Map(),
      options,
      isTable,
    })
    return 'created'
  }
}
