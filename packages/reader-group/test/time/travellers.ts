import { type KeyRange, makeSegmentId } from '@pravega-ts/model'
import type { WatermarkPosition } from '../../src/index.ts'
import { positionsOfKeys } from '../../src/time/stream-positions.ts'

const LENGTH = 6

/** How many of these neighbouring keys the segments of an epoch take, in order. */
export type Epoch = readonly number[]
export const KEYS = 4

interface Segment {
  readonly id: bigint
  readonly epoch: number
  readonly keys: readonly number[]
}

/** A place of one key, as a pair to compare by. */
type Place = readonly [epoch: number, offset: number]

/** Somebody who goes through a stream that scales, all segments of it at a time, in any order that a stream allows. */
export class Traveller {
  readonly #segments: readonly Segment[]
  readonly #last: number
  /** By segment; those that are done are at their end. */
  readonly #offsets = new Map<Segment, number>()
  readonly #done = new Set<Segment>()

  constructor(epochs: readonly Epoch[]) {
    this.#segments = epochs.flatMap((counts, epoch) => {
      let next = 0
      return counts.map((count, number) => {
        const keys = Array.from({ length: count }, () => next++)
        return { id: makeSegmentId(number, epoch), epoch, keys }
      })
    })
    this.#last = epochs.length - 1
  }

  /** Goes on in one of the segments that can be read. */
  step(pick: number, bytes: number): void {
    const open = this.#open()
    const segment = open[pick % open.length]
    if (segment === undefined) return
    const offset = Math.min(LENGTH, (this.#offsets.get(segment) ?? 0) + bytes)
    this.#offsets.set(segment, offset)
    if (offset === LENGTH && segment.epoch < this.#last) this.#done.add(segment)
  }

  /** As a group has it: segments that wait for others stand for keys that are done before. */
  positions(): readonly WatermarkPosition[] {
    const open = this.#open()
    const waiting = this.#segments.filter(segment => {
      const before = this.#before(segment)
      return before.some(one => this.#done.has(one)) && !before.every(one => this.#done.has(one))
    })
    const reading = new Map(open.map(segment => [segment.id, BigInt(this.#offsets.get(segment) ?? 0)]))
    return positionsOfKeys({ reading, waiting: waiting.map(({ id }) => id) }, id => this.#rangeOf(id))
  }

  /** As the controller has it: one segment for each key. Undefined while some keys of one go on elsewhere, and others cannot. */
  mark(): readonly WatermarkPosition[] | undefined {
    const newest = (key: number): Segment => {
      const found = this.#segments.findLast(one => one.keys.includes(key) && this.#canBeRead(one))
      if (found === undefined) throw new Error(`no segment has key ${key}`)
      return found
    }
    const segments = new Set(Array.from({ length: KEYS }, (_, key) => newest(key)))
    if ([...segments].flatMap(({ keys }) => keys).length !== KEYS) return undefined
    return [...segments].map(segment => ({
      segmentId: segment.id,
      range: this.#rangeOf(segment.id),
      offset: BigInt(this.#offsets.get(segment) ?? 0),
    }))
  }

  #open(): readonly Segment[] {
    return this.#segments.filter(segment => this.#canBeRead(segment) && !this.#done.has(segment))
  }

  #canBeRead(segment: Segment): boolean {
    return this.#before(segment).every(one => this.#done.has(one))
  }

  #before({ epoch, keys }: Segment): readonly Segment[] {
    return this.#segments.filter(one => one.epoch === epoch - 1 && one.keys.some(key => keys.includes(key)))
  }

  #rangeOf(id: bigint): KeyRange {
    const keys = this.#segments.find(one => one.id === id)?.keys ?? []
    return { low: (keys[0] ?? 0) / KEYS, high: ((keys.at(-1) ?? 0) + 1) / KEYS }
  }
}

/** The place of each key. */
export function placesOfKeys(positions: readonly WatermarkPosition[]): readonly Place[] {
  return Array.from({ length: KEYS }, (_, key) => {
    const middle = (key + 0.5) / KEYS
    const there = positions.filter(({ range }) => range.low < middle && middle < range.high)
    if (there.length !== 1) throw new Error(`key ${key} has ${there.length} positions`)
    return [Number((there[0]?.segmentId ?? 0n) >> 32n), Number(there[0]?.offset)]
  })
}

export function isBefore([epoch, offset]: Place, [otherEpoch, otherOffset]: Place): boolean {
  return epoch < otherEpoch || (epoch === otherEpoch && offset < otherOffset)
}
