import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  isOver,
  needsLease,
  nextStage,
  OPEN,
  type StageEvent,
  type TransactionStage,
} from '../src/stage/transaction-stage.ts'

const types = ['commit', 'abort', 'flushed', 'unflushed', 'accepted', 'refused', 'unanswered', 'leaseOver'] as const
const statuses = ['open', 'committing', 'committed', 'aborting', 'aborted', 'unknown'] as const

const event: fc.Arbitrary<StageEvent> = fc.oneof(
  fc.constantFrom(...types).map(type => ({ type })),
  fc.constantFrom(...statuses).map(status => ({ type: 'told' as const, status })),
)

/** Every stage that events lead to, with the one before. */
function walk(events: readonly StageEvent[]): readonly (readonly [TransactionStage, StageEvent, TransactionStage])[] {
  let stage = OPEN
  return events.map(next => {
    const before = stage
    stage = nextStage(before, next)
    return [before, next, stage] as const
  })
}

/** What a server can say of one transaction, in an order in which it can say it. */
const truth = fc.oneof(fc.constant(['committing', 'committed'] as const), fc.constant(['aborting', 'aborted'] as const))

const check = (property: (steps: ReturnType<typeof walk>) => void): void => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), events => property(walk(events))),
    { numRuns: 2_000 },
  )
}

describe('the stage of a transaction', () => {
  test('stays when the end is known', () => {
    check(steps => {
      for (const [before, , after] of steps) if (isOver(before)) expect(after).toBe(before)
    })
  })

  test('is the same object when nothing is new, and never an equal one', () => {
    check(steps => {
      for (const [before, , after] of steps) if (after !== before) expect(after).not.toEqual(before)
    })
  })

  test('is open again only when it is certain that nobody has decided', () => {
    check(steps => {
      for (const [before, { type }, after] of steps) {
        if (after.tag !== 'open' || before.tag === 'open') continue
        const isUndecided =
          (before.tag === 'flushing' && type === 'unflushed') ||
          (before.tag === 'committing' && !before.isAccepted && !before.inDoubt && type === 'refused') ||
          (before.tag === 'lost' && before.after === 'lease' && type === 'told')
        expect(isUndecided).toBe(true)
      }
    })
  })

  test('is aborted only by an answer, and committed only when told so', () => {
    check(steps => {
      for (const [before, next, after] of steps) {
        if (before === after) continue
        if (after.tag === 'committed') expect(next).toEqual({ type: 'told', status: 'committed' })
        if (after.tag === 'aborted') {
          expect(next.type === 'accepted' ? before.tag : next.type).toBe(next.type === 'accepted' ? 'aborting' : 'told')
        }
      }
    })
  })

  test('holds a lease exactly as long as somebody may still want to go on with it', () => {
    check(steps => {
      for (const [, , after] of steps) {
        if (after.tag === 'open' || after.tag === 'flushing') expect(needsLease(after)).toBe(true)
        if (isOver(after) || after.tag === 'aborting') expect(needsLease(after)).toBe(false)
      }
    })
  })

  test('comes to what the server says, whatever has gone before', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...types), { maxLength: 20 }), truth, (calls, [first, last]) => {
        const steps = walk(calls.map(type => ({ type })))
        const before = steps.at(-1)?.[2] ?? OPEN
        // An answer to a question is the truth as well.
        const isKnown = isOver(before) || (before.tag === 'committing' && before.isAccepted)
        fc.pre(!isKnown)
        const after = nextStage(nextStage(before, { type: 'told', status: first }), { type: 'told', status: last })
        expect(after.tag).toBe(last)
      }),
    )
  })

  test('never asks for a commit behind an abort that was not answered', () => {
    const stage = walk([{ type: 'abort' }, { type: 'unanswered' }]).at(-1)?.[2] ?? OPEN
    expect(stage).toEqual({ tag: 'lost', after: 'abort' })
    expect(nextStage(stage, { type: 'commit' })).toBe(stage)
    expect(nextStage(stage, { type: 'abort' })).toEqual({ tag: 'aborting' })
  })

  test('is not open again when a second question is refused: the first may still be on its way', () => {
    const types = ['commit', 'flushed', 'unanswered', 'commit', 'refused'] as const
    expect(walk(types.map(type => ({ type }))).at(-1)?.[2]).toEqual({ tag: 'lost', after: 'commit' })
  })
})
