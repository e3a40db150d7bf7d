import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ReaderPosition } from '../../src/index.ts'

const FIRST = 'scope/stream/0.#epoch.0'
const SECOND = 'scope/_internal/7.#epoch.3'

function refusal(rule: RegExp): unknown {
  return expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(rule) })
}

describe('ReaderPosition', () => {
  const position = new ReaderPosition(
    [
      [FIRST, 9_007_199_254_740_993n],
      [SECOND, -1n],
    ],
    new Map([[FIRST, { low: 0, high: 1 / 3 }]]),
  )

  it('is a line of text', () => {
    expect(position.toText()).toBe(`1:${FIRST}=9007199254740993@0..0.3333333333333333,${SECOND}=-1`)
    expect(`${position}`).toBe(position.toText())
    expect(JSON.parse(JSON.stringify({ position }))).toEqual({ position: position.toText() })
  })

  it('of a reader that owns nothing has a text, too', () => {
    const nothing = new ReaderPosition([])
    expect(nothing.toText()).toBe('1:')
    expect(ReaderPosition.fromText('1:').equals(nothing)).toBe(true)
    expect(ReaderPosition.fromBytes(nothing.toBytes()).equals(nothing)).toBe(true)
  })

  it('comes back from text and bytes, whatever is in it', () => {
    const segment = fc.nat(2 ** 31 - 1).map(number => `scope/stream/${number}.#epoch.${number % 7}`)
    const bound = fc.double({ min: 0, max: 1, noNaN: true })
    const entry = fc.record({
      segment,
      offset: fc.bigInt(-1n, 2n ** 62n - 3n),
      low: bound,
      high: bound,
      known: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.uniqueArray(entry, { selector: one => one.segment, maxLength: 8 }), entries => {
        const known = entries.filter(one => one.known)
        const made = new ReaderPosition(
          entries.map(({ segment, offset }) => [segment, offset]),
          new Map(
            known.map(({ segment, low, high }) => [segment, { low: Math.min(low, high), high: Math.max(low, high) }]),
          ),
        )
        for (const read of [ReaderPosition.fromText(made.toText()), ReaderPosition.fromBytes(made.toBytes())]) {
          expect([...read.segments]).toEqual([...made.segments])
          expect(read.ranges).toEqual(made.ranges)
          expect(read.equals(made)).toBe(true)
        }
      }),
    )
  })

  it('differs by segment and by offset', () => {
    const same = ReaderPosition.fromText(position.toText())
    expect(position.equals(same)).toBe(true)
    expect(
      position.equals(
        new ReaderPosition([
          [FIRST, 1n],
          [SECOND, -1n],
        ]),
      ),
    ).toBe(false)
    expect(position.equals(new ReaderPosition([[FIRST, 9_007_199_254_740_993n]]))).toBe(false)
  })

  it('takes segments as old servers named them', () => {
    expect(ReaderPosition.fromText('1:scope/stream/0=5').segments).toEqual(new Map([[FIRST, 5n]]))
  })

  it.each([
    ['another version', `2:${FIRST}=1`, /does not begin with 1:/],
    ["Java's text, which nobody parses", `${FIRST}=1, ${SECOND}=2`, /does not begin with 1:/],
    ['no offset', `1:${FIRST}`, /is not segment=offset/],
    ['an offset that is none', `1:${FIRST}=-2`, /is not segment=offset/],
    ['an offset beyond 64 bits', `1:${FIRST}=9223372036854775808`, /neither an offset nor -1/],
    ['a segment that is none', '1:stream=1', /segment name/],
    ['a segment twice', `1:${FIRST}=1,${FIRST}=2`, /is in it twice/],
    ['a range from high to low', `1:${FIRST}=1@0.5..0.25`, /key range/],
    ['a range that is none', `1:${FIRST}=1@a..b`, /is not segment=offset/],
  ])('is refused with %s', (_, text, rule) => {
    expect(() => ReaderPosition.fromText(text)).toThrow(refusal(rule))
  })

  it('has no byte form for offsets that Java could not read', () => {
    const far = new ReaderPosition([[FIRST, 2n ** 62n - 2n]])
    expect(() => far.toBytes()).toThrow(refusal(/the byte form cannot hold/))
    expect(ReaderPosition.fromText(far.toText()).equals(far)).toBe(true)
  })
})
