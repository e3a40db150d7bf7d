import { segmentEpoch } from '@pravega-ts/model'
import { epochAt, findSegment, overlap } from './epochs.ts'
import type { Cut, EpochRecord, SegmentRecord } from './stream-record.ts'

/** The last time and position that a writer noted. */
export interface WriterMark {
  readonly timestamp: bigint
  readonly position: Cut
  readonly removed: boolean
  /** Unix time in milliseconds at which its time was first seen to be no later than the last watermark. */
  readonly behindSince?: number | undefined
}

/** Up to these positions, all writers have noted times between the two bounds. */
export interface Watermark {
  readonly lower: bigint
  readonly upper: bigint
  /** One offset for each key. */
  readonly positions: readonly WatermarkPosition[]
}

export interface WatermarkPosition {
  readonly segment: SegmentRecord
  readonly offset: bigint
}

export interface WatermarkQuestion {
  readonly epochs: readonly EpochRecord[]
  readonly writers: readonly (readonly [writer: string, mark: WriterMark])[]
  readonly previous: Watermark | undefined
  /** Milliseconds for which a writer that notes no more times holds back the watermark. */
  readonly timeoutMs: bigint
  /** Unix time in milliseconds. */
  readonly now: number
}

export interface WatermarkDecision {
  /** Writers to forget. */
  readonly gone: readonly string[]
  /** Writers that have not noted a later time since the last watermark, for the first time. */
  readonly behind: readonly string[]
  readonly watermark: Watermark | undefined
}

/** A time that no watermark can be later than. */
const EARLIEST = -(2n ** 63n)

/**
 * The next watermark of a stream: none as long as a writer that counts has not gone beyond the last one. A writer that
 * has not counts until it is removed or has been behind for too long.
 */
export function decideWatermark({ epochs, writers, previous, timeoutMs, now }: WatermarkQuestion): WatermarkDecision {
  const last = previous?.lower ?? EARLIEST
  const ahead = writers.filter(([, { timestamp }]) => previous === undefined || timestamp > last)
  const behind = writers.filter(writer => !ahead.includes(writer))
  const isOver = ({ removed, behindSince = now }: WriterMark): boolean =>
    removed || BigInt(now - behindSince) >= timeoutMs
  const gone = behind.filter(([, mark]) => isOver(mark))
  const waitedFor = behind.filter(([, mark]) => !isOver(mark))
  return {
    gone: gone.map(([writer]) => writer),
    behind: waitedFor.filter(([, mark]) => mark.behindSince === undefined).map(([writer]) => writer),
    watermark:
      waitedFor.length > 0
        ? undefined
        : watermarkOf(
            epochs,
            ahead.map(([, mark]) => mark),
            previous,
          ),
  }
}

function watermarkOf(
  epochs: readonly EpochRecord[],
  marks: readonly WriterMark[],
  previous: Watermark | undefined,
): Watermark | undefined {
  const times = marks.map(({ timestamp }) => timestamp).sort((a, b) => (a < b ? -1 : 1))
  const lower = times[0]
  const upper = times.at(-1)
  if (lower === undefined || upper === undefined || lower === EARLIEST) return undefined
  const bound = new UpperBound(epochs)
  for (const { position } of marks) for (const [id, offset] of position) bound.add(id, offset)
  if (bound.isEmpty) return undefined
  const open = bound.gaps()
  for (const { segment, offset } of previous?.positions ?? []) bound.add(segment.id, offset)
  bound.fill(open)
  return { lower, upper, positions: bound.positions() }
}

interface Gap {
  readonly low: number
  readonly high: number
}

/** The earliest positions that are behind none of those that were added. */
class UpperBound {
  readonly #epochs: readonly EpochRecord[]
  readonly #added = new Map<SegmentRecord, bigint>()

  constructor(epochs: readonly EpochRecord[]) {
    this.#epochs = epochs
  }

  get isEmpty(): boolean {
    return this.#added.size === 0
  }

  add(id: bigint, offset: bigint): void {
    const segment = findSegment(this.#epochs, id)
    if (segment === undefined) return
    const known = this.#added.get(segment)
    if (known === undefined || offset > known) this.#added.set(segment, offset)
  }

  /** Keys without a position. */
  gaps(): Gap[] {
    const gaps: Gap[] = []
    let reached = 0
    for (const { segment } of this.positions()) {
      if (segment.low > reached) gaps.push({ low: reached, high: segment.low })
      reached = segment.high
    }
    if (reached < 1) gaps.push({ low: reached, high: 1 })
    return gaps
  }

  /** Gives positions to keys without one: the start of the newest segments there that any position knows of. */
  fill(gaps: readonly Gap[]): void {
    for (let open = [...gaps, ...this.gaps()]; open.length > 0; open = this.gaps()) {
      const newest = Math.max(...[...this.#added.keys()].map(({ id }) => segmentEpoch(id)))
      const filling = epochAt(this.#epochs, newest).segments.filter(segment => open.some(gap => overlap(gap, segment)))
      for (const { id } of filling) this.add(id, 0n)
    }
  }

  /** Those that no later one has taken even a part of: a segment is done before what follows it begins. Ascending by range. */
  positions(): readonly WatermarkPosition[] {
    const isLast = (segment: SegmentRecord): boolean =>
      [...this.#added.keys()].every(
        other => !overlap(other, segment) || segmentEpoch(other.id) <= segmentEpoch(segment.id),
      )
    return [...this.#added]
      .filter(([segment]) => isLast(segment))
      .map(([segment, offset]) => ({ segment, offset }))
      .sort((a, b) => a.segment.low - b.segment.low)
  }
}
