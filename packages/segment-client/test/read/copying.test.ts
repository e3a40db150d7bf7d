import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ReadAhead } from '../../src/read/read-ahead.ts'
import { ReadBudget } from '../../src/read/read-budget.ts'

const LENGTH = 2_000

/** A reader whose every read has been answered: all of the segment lies there in pieces. */
function filled(pieceBytes: number): ReadAhead {
  const budget = new ReadBudget(1_000_000)
  const ahead = new ReadAhead(0n, { requestLength: pieceBytes, maxReads: 1_000, budget })
  ahead.informed({ startOffset: 0n, writeOffset: BigInt(LENGTH), isSealed: true })
  for (const { id, offset, length } of ahead.plan()) {
    const there = Math.min(length, LENGTH - Number(offset))
    const bytes = Uint8Array.from({ length: there }, (_, n) => (Number(offset) + n) % 251)
    ahead.arrived(id, bytes, { atTail: false, endOfSegment: Number(offset) + there === LENGTH })
  }
  return ahead
}

describe('views and copies of what was read ahead', () => {
  it('in any mixture give each byte once and in order, and views stay what they were', () => {
    const steps = fc.array(fc.record({ copy: fc.boolean(), bytes: fc.integer({ min: 1, max: 300 }) }), {
      maxLength: 60,
    })
    fc.assert(
      fc.property(fc.integer({ min: 8, max: 500 }), steps, (pieceBytes, plan) => {
        const ahead = filled(pieceBytes)
        const pieces: Uint8Array[] = []
        let position = 0
        for (const { copy, bytes } of plan) {
          const result = copy ? ahead.copy(new Uint8Array(bytes)) : ahead.take(bytes)
          if (result?.kind !== 'data') break
          expect(result.offset).toBe(BigInt(position))
          position += result.bytes.length
          expect(ahead.position).toBe(BigInt(position))
          pieces.push(result.bytes)
        }
        expect(ahead.available).toBe(LENGTH - position)
        expect([...Buffer.concat(pieces)]).toEqual(Array.from({ length: position }, (_, n) => n % 251))
      }),
    )
  })

  it('a copy goes over the borders of what arrived, and the end is told only behind the last byte', () => {
    const ahead = filled(64)
    const target = new Uint8Array(LENGTH + 10)
    const result = ahead.copy(target)
    expect(result).toMatchObject({ kind: 'data', offset: 0n })
    expect(result?.kind === 'data' && result.bytes.length).toBe(LENGTH)
    expect(ahead.copy(target)).toEqual({ kind: 'endOfSegment', offset: BigInt(LENGTH) })
  })
})
