import * as fc from 'fast-check'
import { activeEpoch } from '../../src/controller/domain/epochs.ts'
import type { RecordedCut } from '../../src/controller/domain/retention.ts'
import { withRecorded } from '../../src/controller/domain/retention.ts'
import { placeCut } from '../../src/controller/domain/stream-cut.ts'
import type { Cut, RetentionSettings, StreamRecord } from '../../src/controller/domain/stream-record.ts'
import { bytesBefore } from '../../src/controller/domain/stream-size.ts'
import { newStream, requestFor, scaled } from './random-stream.ts'
import { ReaderWalk } from './reader-walk.ts'

/** A stream with what was written to it, when it was looked at, and where some readers are. */
export interface History {
  readonly stream: StreamRecord
  readonly sizes: ReadonlyMap<bigint, bigint>
  readonly recorded: readonly RecordedCut[]
  readonly readers: readonly Cut[]
  readonly now: number
}

type Step =
  | { readonly do: 'write'; readonly where: number; readonly bytes: bigint }
  | { readonly do: 'scale'; readonly first: number; readonly count: number; readonly parts: number }
  | { readonly do: 'record'; readonly after: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('write' as const), where: fc.nat(9), bytes: fc.bigInt(1n, 50n) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('scale' as const),
      first: fc.nat(9),
      count: fc.integer({ min: 1, max: 3 }),
      parts: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('record' as const), after: fc.integer({ min: 1, max: 50 }) }) },
)

const path = fc.array(fc.tuple(fc.nat(30), fc.boolean()), { maxLength: 40 })

export const retentionPolicy: fc.Arbitrary<RetentionSettings> = fc
  .tuple(fc.constantFrom(1, 2), fc.bigInt(0n, 300n), fc.option(fc.bigInt(0n, 300n), { nil: undefined }))
  .map(([type, min, more]) => ({ type, min, max: more === undefined ? 2n ** 63n - 1n : min + more }))

/** Histories whose last step is a look at the tail, as in a round of retention. */
export const randomHistory: fc.Arbitrary<History> = fc
  .tuple(fc.integer({ min: 1, max: 3 }), fc.array(step, { maxLength: 40 }), fc.array(path, { maxLength: 3 }))
  .map(([segments, steps, paths]) => {
    const history = new Writing(segments)
    for (const next of steps) history.apply(next)
    history.apply({ do: 'record', after: 1 })
    const { stream, sizes, recorded, now } = history
    return { stream, sizes, recorded, now, readers: paths.map(steps => readerAt(stream, sizes, steps)) }
  })

export function sizeUpTo({ stream, sizes }: Pick<History, 'stream' | 'sizes'>, cut: Cut): bigint {
  const placed = placeCut(stream.epochs, cut)
  if (!placed.valid) throw new Error(`a good cut was refused as ${placed.reason}`)
  return bytesBefore(stream.epochs, placed.placements, id => sizes.get(id) ?? 0n)
}

class Writing {
  stream: StreamRecord
  readonly sizes: Map<bigint, bigint> = new Map()
  recorded: readonly RecordedCut[] = []
  now = 1000

  constructor(segments: number) {
    this.stream = newStream(segments)
  }

  apply(next: Step): void {
    const { segments } = activeEpoch(this.stream)
    if (next.do === 'scale') this.stream = scaled(this.stream, requestFor(this.stream, next))
    if (next.do === 'write') {
      const id = segments[next.where % segments.length]?.id ?? 0n
      this.sizes.set(id, (this.sizes.get(id) ?? 0n) + next.bytes)
    }
    if (next.do === 'record') {
      this.now += next.after
      const cut = new Map(segments.map(({ id }) => [id, this.sizes.get(id) ?? 0n]))
      this.recorded = withRecorded(this.recorded, { recordedAt: this.now, bytes: sizeUpTo(this, cut), cut })
    }
  }
}

function readerAt(
  stream: StreamRecord,
  sizes: ReadonlyMap<bigint, bigint>,
  steps: readonly (readonly [number, boolean])[],
): Cut {
  const reader = new ReaderWalk(stream)
  for (const [choice, finish] of steps) reader.step(choice, finish)
  const within = (id: bigint, offset: bigint): bigint => {
    const size = sizes.get(id) ?? 0n
    return offset > size ? size : offset
  }
  return new Map([...reader.cut].map(([id, offset]) => [id, within(id, offset)]))
}
