import * as fc from 'fast-check'
import { activeEpoch, firstEpoch } from '../../src/controller/domain/epochs.ts'
import { decideScale, type ScaleRequest } from '../../src/controller/domain/scale.ts'
import { fixedSettings } from '../../src/controller/domain/settings.ts'
import type { StreamRecord } from '../../src/controller/domain/stream-record.ts'

/** Which neighbours are replaced by how many equal parts; the numbers are taken modulo what there is. */
interface Move {
  readonly first: number
  readonly count: number
  readonly parts: number
}

const move: fc.Arbitrary<Move> = fc.record({
  first: fc.nat(20),
  count: fc.integer({ min: 1, max: 3 }),
  parts: fc.integer({ min: 1, max: 4 }),
})

export function newStream(segments: number): StreamRecord {
  const epochs = [firstEpoch(segments, 0, 0)]
  return { scope: 's', stream: 't', settings: fixedSettings(0n), sealed: false, epochs, activeEpoch: 0 }
}

/** A request that a stream must accept: some neighbours, cut into equal parts. */
export function requestFor(stream: StreamRecord, { first, count, parts }: Move): ScaleRequest {
  const active = activeEpoch(stream).segments
  const start = first % active.length
  const sealed = active.slice(start, start + count)
  const low = sealed[0]?.low ?? 0
  const high = sealed.at(-1)?.high ?? 1
  const bound = (i: number): number => (i === parts ? high : low + (i * (high - low)) / parts)
  const ranges = Array.from({ length: parts }, (_, i) => ({ low: bound(i), high: bound(i + 1) }))
  return { sealing: sealed.map(({ id }) => id), ranges, timestamp: 0 }
}

export function scaled(stream: StreamRecord, request: ScaleRequest): StreamRecord {
  const decision = decideScale(stream, request)
  if (decision.status !== 'STARTED') throw new Error(`a good scale was refused: ${decision.status}`)
  return { ...stream, epochs: [...stream.epochs, decision.scale.epoch], activeEpoch: stream.activeEpoch + 1 }
}

/** Streams after any number of scales. */
export const randomStream: fc.Arbitrary<StreamRecord> = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.array(move, { maxLength: 12 }))
  .map(([segments, moves]) =>
    moves.reduce((stream, next) => scaled(stream, requestFor(stream, next)), newStream(segments)),
  )
