import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ReadAhead } from '../../src/read/read-ahead.ts'
import { ReadBudget } from '../../src/read/read-budget.ts'
import { ModelSegment } from './model-segment.ts'

const REQUEST = 64
const BUDGET = 256
const MAX_READS = 4

function setUp(length: number, offset = 0n): { model: ModelSegment; ahead: ReadAhead; budget: ReadBudget } {
  const budget = new ReadBudget(BUDGET)
  const ahead = new ReadAhead(offset, { requestLength: REQUEST, maxReads: MAX_READS, budget })
  const model = new ModelSegment(ahead, length)
  return { model, ahead, budget }
}

describe('ReadAhead', () => {
  it('gives every byte once and in order, however answers come and connections go, and then the end', () => {
    const happenings = fc.array(fc.nat(10_000), { maxLength: 200 })
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2_000 }), happenings, (length, steps) => {
        const { model, ahead, budget } = setUp(length)
        let read = 0
        const take = (most: number): boolean => {
          const result = ahead.take(most)
          if (result?.kind !== 'data') return result?.kind === 'endOfSegment'
          expect(Number(result.offset)).toBe(read)
          for (const byte of result.bytes) expect(byte).toBe(ModelSegment.byteAt(read++))
          return false
        }
        model.info()
        for (const step of steps) {
          model.send()
          expect(model.asked.length).toBeLessThanOrEqual(MAX_READS)
          if (step % 10 < 5) model.answer(step % 7, 1 + (step % 90))
          else if (step % 10 < 7) take(1 + (step % 50))
          else if (step % 10 === 7) model.length += step % 100
          else if (step % 10 === 8) model.lose()
          else model.info()
          // More than the budget only by what one read at an unknown end may bring.
          expect(budget.used).toBeLessThanOrEqual(BUDGET + 2 * REQUEST)
        }
        model.sealed = true
        let ended = false
        for (let turn = 0; turn < 5_000 && !ended; turn++) {
          model.send()
          model.answer(0, 50)
          ended = take(40)
        }
        expect(ended).toBe(true)
        expect(read).toBe(model.length)
        expect(budget.used).toBe(0)
      }),
      { numRuns: 150 },
    )
  })

  it('reads ahead with several reads of what is there, and waits at the end with one', () => {
    const { model } = setUp(1_000)
    model.info()
    model.send()
    expect(model.asked.map(({ offset }) => offset)).toEqual([0n, 64n, 128n, 192n])
    const { model: atEnd } = setUp(1_000, 1_000n)
    atEnd.info()
    atEnd.send()
    atEnd.send()
    expect(atEnd.asked.map(({ offset }) => offset)).toEqual([1_000n])
  })

  it('does not ask for more than its budget, and goes on as data is taken', () => {
    const { model, ahead } = setUp(10_000)
    model.info()
    for (let turn = 0; turn < 50; turn++) {
      model.send()
      model.answer(0, REQUEST)
    }
    expect(ahead.available).toBe(BUDGET)
    expect(model.asked).toEqual([])
    ahead.take(REQUEST)
    model.send()
    expect(model.asked.map(({ offset }) => offset)).toEqual([256n])
  })

  it('shares a budget, and lets each reader have one read all the same', () => {
    const budget = new ReadBudget(100)
    const options = { requestLength: REQUEST, maxReads: MAX_READS, budget }
    const readers = [0, 1, 2].map(() => new ModelSegment(new ReadAhead(0n, options), 1_000))
    for (const reader of readers) {
      reader.info()
      reader.send()
    }
    expect(readers.map(({ asked }) => asked.length)).toEqual([2, 1, 1])
  })

  it('says where to go on when data was truncated away, after what it still has', () => {
    const { model, ahead } = setUp(1_000)
    model.info()
    model.send()
    model.answer(0, REQUEST)
    model.startOffset = 500
    model.answer(0, REQUEST)
    expect(ahead.take(1_000)).toMatchObject({ kind: 'data', offset: 0n })
    expect(ahead.take(1_000)).toEqual({ kind: 'truncated', offset: 64n, startOffset: 500n })
    model.send()
    expect(ahead.take(1_000)).toEqual({ kind: 'truncated', offset: 64n, startOffset: 500n })
    ahead.seek(500n)
    model.asked = []
    model.send()
    model.answer(0, REQUEST)
    expect(ahead.take(1_000)).toMatchObject({ kind: 'data', offset: 500n })
  })

  it('knows from the start what is truncated and what has ended', () => {
    const { model, ahead } = setUp(100)
    model.startOffset = 10
    model.info()
    expect(ahead.plan()).toEqual([])
    expect(ahead.take(1)).toEqual({ kind: 'truncated', offset: 0n, startOffset: 10n })
    const { model: sealed, ahead: atEnd } = setUp(100, 100n)
    sealed.sealed = true
    sealed.info()
    expect(atEnd.plan()).toEqual([])
    expect(atEnd.take(1)).toEqual({ kind: 'endOfSegment', offset: 100n })
  })

  it('ignores answers to what was asked before a seek', () => {
    const { model, ahead } = setUp(1_000)
    model.info()
    model.send()
    const before = [...model.asked]
    ahead.seek(700n)
    for (const { id } of before) ahead.arrived(id, new Uint8Array(64), { atTail: false, endOfSegment: false })
    expect(ahead.available).toBe(0)
    model.asked = []
    model.send()
    expect(model.asked[0]?.offset).toBe(700n)
  })

  it('asks for less when connections do not last for an answer, and for more again later', () => {
    const budget = new ReadBudget(10_000_000)
    const ahead = new ReadAhead(0n, { requestLength: 1024 * 1024, maxReads: 1, budget })
    const model = new ModelSegment(ahead, 5_000_000)
    model.info()
    const lengths: (number | undefined)[] = []
    for (let turn = 0; turn < 5; turn++) {
      model.send()
      lengths.push(model.asked[0]?.length)
      model.lose()
    }
    for (let turn = 0; turn < 8; turn++) {
      model.send()
      lengths.push(model.asked[0]?.length)
      model.answer(0, 1024 * 1024)
    }
    expect(lengths.map(length => (length ?? 0) / 1024)).toEqual([
      1024, 256, 64, 16, 16, 16, 32, 64, 128, 256, 512, 1024, 1024,
    ])
  })

  it('asks how long the segment is when full answers keep coming from behind what is known', () => {
    const { model, ahead } = setUp(0)
    model.info()
    model.length = 10_000
    for (let turn = 0; turn < 4; turn++) {
      expect(ahead.wantsTail).toBe(false)
      model.send()
      expect(model.asked).toHaveLength(1)
      model.answer(0, REQUEST)
      ahead.take(1_000)
    }
    expect(ahead.wantsTail).toBe(true)
    model.info()
    expect(ahead.wantsTail).toBe(false)
    model.send()
    expect(model.asked.length).toBeGreaterThan(1)
  })
})
