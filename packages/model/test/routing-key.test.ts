import { javaStringHash, KeyRangeIndex, routingKeyPosition, splitKeyRange, textPosition } from '@pravega-ts/model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { referencePosition } from './routing-key-reference.ts'
import vectors from './vectors/routing-keys.json' with { type: 'json' }

function bits(value: number): string {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  return view.getBigUint64(0).toString(16).padStart(16, '0')
}

describe('routingKeyPosition', () => {
  it('has vectors for keys of many kinds', () => {
    expect(vectors.length).toBeGreaterThanOrEqual(35)
  })

  it.each(vectors)('is that of Java for $utf16leHex', vector => {
    const position = routingKeyPosition(vector.key)
    expect(position).toBe(vector.position)
    expect(bits(position)).toBe(vector.positionBits)
  })

  it.each(vectors)('leads to the segment that Java chooses for $utf16leHex', ({ key, ...expected }) => {
    const choose = (count: number): number =>
      new KeyRangeIndex(splitKeyRange(count).map((range, number) => ({ range, number }))).at(routingKeyPosition(key))
        .number
    expect([choose(2), choose(3), choose(4), choose(10)]).toEqual([
      expected.segmentOf2,
      expected.segmentOf3,
      expected.segmentOf4,
      expected.segmentOf10,
    ])
  })

  it('equals a plain implementation with BigInt for any string', () => {
    const anyUnits = fc
      .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 70 })
      .map(units => String.fromCharCode(...units))
    fc.assert(
      fc.property(anyUnits, key => {
        expect(routingKeyPosition(key)).toBe(referencePosition(key))
      }),
      { numRuns: 500 },
    )
  })

  it('is in [0, 1) and spreads keys evenly', () => {
    const tenths = new Array<number>(10).fill(0)
    for (let i = 0; i < 10_000; i++) {
      const tenth = Math.floor(routingKeyPosition(`key-${i}`) * 10)
      tenths[tenth] = (tenths[tenth] ?? Number.NaN) + 1
    }
    expect(tenths.filter(keys => keys > 850 && keys < 1150)).toHaveLength(10)
  })
})

describe('textPosition', () => {
  it('takes any seed, negative ones too', () => {
    // Java's positions of keys of a key-value table, which are bytes: here as text of the same bytes.
    const bytes = (hex: string): string => Buffer.from(hex, 'hex').toString('utf16le')
    const seed = javaStringHash('KeyValueTableRouter')
    expect(seed).toBe(-2_020_233_499)
    expect(textPosition(bytes('0102030405060708'), seed)).toBe(0.9479925589212481)
    expect(textPosition(bytes('ffffffffffffffffffffffffffffffff'), seed)).toBe(0.8409038150636645)
  })

  it('with the seed of routing keys is that of routing keys', () => {
    expect(textPosition('hello', javaStringHash('EventRouter'))).toBe(routingKeyPosition('hello'))
  })
})
