import {
  type KeyRange,
  keyRangesOverlap,
  ScopedSegment,
  ScopedStream,
  StreamCut,
  splitKeyRange,
} from '@pravega-ts/model'
import type { Init, ReaderGroupUpdate } from '../../src/index.ts'

interface Segment {
  readonly name: string
  readonly id: bigint
  readonly range: KeyRange
  readonly predecessors: readonly bigint[]
}

const STREAM = new ScopedStream('scope', 'stream')

/** A stream whose segments split and merge when they are read to their ends; knows what a group must still read. */
export class ScalingStream {
  readonly completed: Set<bigint> = new Set()
  readonly #starts: readonly Segment[]
  readonly #segments: Map<string, Segment> = new Map()
  readonly #successors: Map<bigint, readonly Segment[]> = new Map()
  #epoch = 0
  #next: number

  constructor(segments: number) {
    this.#starts = splitKeyRange(segments).map((range, number) => this.#add(number, range, []))
    this.#next = segments
  }

  init(): Init {
    return {
      type: 'init',
      config: {
        streams: [{ stream: STREAM, from: StreamCut.UNBOUNDED, to: StreamCut.UNBOUNDED }],
        retention: 'none',
        refreshTimeMs: 3000n,
        automaticCheckpointIntervalMs: 30_000n,
        maxOutstandingCheckpoints: 3,
        id: '01234567-89ab-cdef-fedc-ba9876543210',
        generation: 0n,
      },
      starts: new Map(this.#starts.map(({ name }) => [name, 0n])),
      ends: new Map(),
      ranges: new Map(this.#starts.map(({ name, range }) => [name, range])),
      updatingConfig: false,
    }
  }

  predecessorsOf(name: string): readonly bigint[] {
    return this.#segments.get(name)?.predecessors ?? []
  }

  /** What a reader writes that has come to the end of this segment. */
  complete(reader: string, name: string, pick: number): ReaderGroupUpdate {
    const segment = this.#segments.get(name)
    if (segment === undefined) throw new Error(`there is no segment ${name}`)
    const successors = this.#successors.get(segment.id) ?? this.#scale(segment, pick)
    this.completed.add(segment.id)
    return {
      type: 'segmentCompleted',
      reader,
      segment: name,
      successors: new Map(successors.map(one => [one.name, one.predecessors])),
      ranges: new Map([segment, ...successors].map(one => [one.name, one.range])),
    }
  }

  /** Segments that a group must know now: not read to their ends, and at least one segment before them is. */
  expectedPlaces(): Set<string> {
    const known = [...this.#segments.values()].filter(
      ({ id, predecessors }) =>
        !this.completed.has(id) && (predecessors.length === 0 || predecessors.some(one => this.completed.has(one))),
    )
    return new Set(known.map(({ name }) => name))
  }

  /** Splits the segment, merges it with its open neighbours, or ends it without successors. */
  #scale(segment: Segment, pick: number): readonly Segment[] {
    if (pick % 10 === 0) return this.#follow([segment], [])
    if (pick % 2 === 0) return this.#follow([segment], splitKeyRange(2, segment.range))
    const open = [...this.#segments.values()].filter(
      one => one !== segment && !this.completed.has(one.id) && !this.#successors.has(one.id),
    )
    const touching = open.find(({ range }) => range.low === segment.range.high || range.high === segment.range.low)
    if (touching === undefined) return this.#follow([segment], [segment.range])
    const low = Math.min(segment.range.low, touching.range.low)
    const high = Math.max(segment.range.high, touching.range.high)
    return this.#follow([segment, touching], [{ low, high }])
  }

  #follow(before: readonly Segment[], ranges: readonly KeyRange[]): readonly Segment[] {
    this.#epoch += 1
    const after = ranges.map(range => {
      const predecessors = before.filter(one => keyRangesOverlap(one.range, range)).map(({ id }) => id)
      const added = this.#add(this.#next, range, predecessors)
      this.#next += 1
      return added
    })
    for (const { id } of before) this.#successors.set(id, after)
    return after
  }

  #add(number: number, range: KeyRange, predecessors: readonly bigint[]): Segment {
    const scoped = ScopedSegment.of(STREAM.scope, STREAM.stream, number, this.#epoch)
    const segment = { name: String(scoped), id: scoped.segmentId, range, predecessors }
    this.#segments.set(segment.name, segment)
    return segment
  }
}
