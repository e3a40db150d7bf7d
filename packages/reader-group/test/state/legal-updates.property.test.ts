import { ScopedSegment } from '@pravega-ts/model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeInitial,
  encodeInitial,
  isSilent,
  outstandingCheckpoints,
  pendingCheckpoint,
  type ReaderGroupState,
  type ReaderGroupUpdate,
  recordedPositions,
  reduce,
  segmentsToAcquire,
  segmentToRelease,
} from '../../src/index.ts'
import { ScalingStream } from './scaling-stream.ts'

const READERS = ['r1', 'r2', 'reader-3', 'r\u{1f600}'] as const
const CHECKPOINTS = ['cp1', 'cp2', 'cp3', 'a_SILENT_b'] as const

/** A choice of what happens next; which update it is depends on the state. */
interface Choice {
  readonly kind: number
  readonly reader: (typeof READERS)[number]
  readonly checkpoint: (typeof CHECKPOINTS)[number]
  readonly pick: number
  readonly amount: number
}

const choice: fc.Arbitrary<Choice> = fc.record({
  kind: fc.nat(15),
  reader: fc.constantFrom(...READERS),
  checkpoint: fc.constantFrom(...CHECKPOINTS),
  pick: fc.nat(100),
  amount: fc.nat(1000),
})

function picked<T>(items: Iterable<T>, pick: number): T | undefined {
  const all = [...items]
  return all[pick % Math.max(all.length, 1)]
}

/** The updates of correct members: what they may write in this state, and nothing else. */
function legal(state: ReaderGroupState, stream: ScalingStream, choice: Choice): readonly ReaderGroupUpdate[] {
  const { reader, checkpoint, pick } = choice
  const owned = state.assigned.get(reader)
  const segment = picked(owned?.keys() ?? [], pick)
  const offset = (owned?.get(segment ?? '') ?? 0n) + BigInt(choice.amount)
  switch (choice.kind) {
    case 0:
    case 1:
      return owned === undefined ? [{ type: 'addReader', reader }] : []
    case 2:
      return [{ type: 'removeReader', reader, offsets: pick % 2 === 0 || owned === undefined ? new Map() : owned }]
    case 3:
    case 4:
      return segmentsToAcquire(state, reader).map(name => ({ type: 'acquireSegment', reader, segment: name }))
    case 5: {
      const released = segmentToRelease(state, reader) ?? segment
      return released === undefined ? [] : [{ type: 'releaseSegment', reader, segment: released, offset }]
    }
    case 6:
      return [
        {
          type: 'updateDistanceToTail',
          reader,
          lag: BigInt(pick) * 10_000n,
          offsets: owned ?? new Map(),
          ranges: new Map(),
        },
      ]
    case 7:
    case 8:
      return segment === undefined ? [] : [stream.complete(reader, segment, pick)]
    case 9:
    case 10:
    case 11: {
      const pending = pendingCheckpoint(state, reader)
      const positions = new Map([...(owned ?? [])].map(([name, at]) => [name, at + BigInt(choice.amount)]))
      return pending === undefined ? [] : [{ type: 'checkpointReader', checkpoint: pending, reader, positions }]
    }
    case 12:
      return [{ type: 'createCheckpoint', checkpoint }]
    case 13:
      return [{ type: 'clearCheckpointsBefore', checkpoint }]
    case 14:
      return pick % 5 === 0 ? [{ type: 'removeOutstandingCheckpoints' }] : []
    default:
      return [{ type: 'updateCheckpointPublished', published: pick % 2 === 0 }]
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  if (value instanceof Map || value instanceof Set) {
    const change = (): never => {
      throw new Error('the state before was changed')
    }
    for (const method of ['set', 'add', 'delete', 'clear'])
      if (method in value) Object.defineProperty(value, method, { value: change })
    for (const inner of value.values()) deepFreeze(inner)
  } else for (const inner of Object.values(value)) deepFreeze(inner)
  return Object.freeze(value)
}

function check(state: ReaderGroupState, stream: ScalingStream): void {
  const places = [...state.unassigned.keys(), ...state.future.keys()]
  for (const owned of state.assigned.values()) places.push(...owned.keys())
  expect(new Set(places).size).toBe(places.length)
  expect(new Set(places)).toEqual(stream.expectedPlaces())
  for (const name of recordedPositions(state).keys()) {
    expect(stream.predecessorsOf(name).every(id => stream.completed.has(id))).toBe(true)
  }
  for (const [name, waiting] of state.future) {
    expect(waiting.size).toBeGreaterThan(0)
    expect(waiting).toEqual(new Set(stream.predecessorsOf(name).filter(id => !stream.completed.has(id))))
  }
  expect(new Set(state.lastRead.keys())).toEqual(new Set(recordedPositions(state).keys()))
  for (const { id, waitingFor, positions } of state.checkpoints.list) {
    for (const reader of waitingFor) expect(state.assigned.has(reader)).toBe(true)
    if (waitingFor.size > 0) expect(positions).toBeDefined()
    if (waitingFor.size > 0 && !isSilent(id)) expect(outstandingCheckpoints(state)).toContain(id)
  }
}

describe('any sequence of updates of correct members', () => {
  it('is taken, keeps each segment in one place and loses none, lets successors wait, and leaves the states before as they were', () => {
    fc.assert(
      fc.property(fc.array(choice, { minLength: 1, maxLength: 120, size: 'max' }), choices => {
        const stream = new ScalingStream(3)
        let state = deepFreeze(reduce(undefined, stream.init()))
        for (const one of choices) {
          for (const update of legal(state, stream, one)) state = deepFreeze(reduce(state, update))
          check(state, stream)
        }
        // A member that starts from a compaction is where the others are.
        const compacted = reduce(undefined, decodeInitial(encodeInitial({ type: 'compact', state })))
        expect(compacted).toEqual(reduce(state, { type: 'compact', state }))
        if (state.checkpoints.last?.size !== 0) expect(compacted).toEqual(state)
      }),
      { numRuns: 100 },
    )
  })

  it('reach what they are about: completed merges and splits, and complete checkpoints', () => {
    const reached = { completed: 0, future: 0, last: 0 }
    for (const choices of fc.sample(fc.array(choice, { minLength: 100, maxLength: 120 }), { numRuns: 50, seed: 1 })) {
      const stream = new ScalingStream(3)
      let state = reduce(undefined, stream.init())
      for (const one of choices) {
        for (const update of legal(state, stream, one)) state = reduce(state, update)
        if (state.future.size > 0) reached.future += 1
      }
      reached.completed += stream.completed.size
      if (state.checkpoints.last !== undefined) reached.last += 1
    }
    for (const count of Object.values(reached)) expect(count).toBeGreaterThan(20)
  })
})

describe('any update at all', () => {
  const name = fc.nat(7).map(number => String(ScopedSegment.of('scope', 'stream', number, number > 2 ? 1 : 0)))
  const offsets = fc
    .dictionary(name, fc.bigInt({ min: -1n, max: 1000n }), { maxKeys: 3 })
    .map(all => new Map(Object.entries(all)))
  const reader = fc.constantFrom(...READERS)
  const checkpoint = fc.constantFrom(...CHECKPOINTS)
  const anything: fc.Arbitrary<ReaderGroupUpdate> = fc.oneof(
    fc.record({ type: fc.constant('addReader' as const), reader }),
    fc.record({ type: fc.constant('removeReader' as const), reader, offsets }),
    fc.record({ type: fc.constant('releaseSegment' as const), reader, segment: name, offset: fc.bigInt(0n, 1000n) }),
    fc.record({ type: fc.constant('acquireSegment' as const), reader, segment: name }),
    fc.record({ type: fc.constant('checkpointReader' as const), reader, checkpoint, positions: offsets }),
    fc.record({ type: fc.constant('createCheckpoint' as const), checkpoint }),
    fc.record({ type: fc.constant('clearCheckpointsBefore' as const), checkpoint }),
    fc.record({ type: fc.constant('removeOutstandingCheckpoints' as const) }),
    fc.record({
      type: fc.constant('segmentCompleted' as const),
      reader,
      segment: name,
      successors: fc.constant(new Map<string, readonly bigint[]>()),
      ranges: fc.constant(new Map()),
    }),
  )

  it('is taken or refused by name, and changes nothing when it is refused', () => {
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 60, size: 'max' }), updates => {
        let state = deepFreeze(reduce(undefined, new ScalingStream(3).init()))
        for (const update of updates) {
          try {
            state = deepFreeze(reduce(state, update))
          } catch (error) {
            expect(error).toMatchObject({ code: 'ILLEGAL_STATE_UPDATE', details: { update: update.type } })
          }
        }
      }),
      { numRuns: 100 },
    )
  })
})
