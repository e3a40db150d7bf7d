import { CompactReader, CompactWriter } from '@pravega-ts/model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refused } from './refused.ts'

/** One kind of element: how it is written and read, and which values it holds. */
interface Element<T> {
  readonly values: fc.Arbitrary<T>
  readonly write: (out: CompactWriter, value: T) => void
  readonly read: (data: CompactReader) => T
}

function element<T>(values: fc.Arbitrary<T>, write: Element<T>['write'], read: Element<T>['read']): Element<unknown> {
  return { values, write, read } as Element<unknown>
}

const ELEMENTS = {
  int: element(
    fc.nat(2 ** 30 - 1),
    (out, value) => out.int(value),
    data => data.int(),
  ),
  long: element(
    fc.bigInt(0n, 2n ** 62n - 1n),
    (out, value) => out.long(value),
    data => data.long(),
  ),
  signedLong: element(
    fc.bigInt(-(2n ** 61n), 2n ** 61n - 1n),
    (out, value) => out.signedLong(value),
    data => data.signedLong(),
  ),
  int64: element(
    fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
    (out, value) => out.int64(value),
    data => data.int64(),
  ),
  float64: element(
    fc.double(),
    (out, value) => out.float64(value),
    data => data.float64(),
  ),
  text: element(
    fc.string({ unit: 'binary', maxLength: 300 }),
    (out, value) => out.text(value),
    data => data.text(),
  ),
  bytes: element(
    fc.uint8Array({ minLength: 9, maxLength: 9 }),
    (out, value) => out.bytes(value),
    data => Uint8Array.from(data.bytes(9)),
  ),
}

describe('elements of byte forms', () => {
  it('come back as they were written, one behind the other', () => {
    const item = fc.oneof(...Object.values(ELEMENTS).map(kind => kind.values.map(value => ({ kind, value }))))
    fc.assert(
      fc.property(fc.array(item, { maxLength: 40 }), items => {
        const out = new CompactWriter()
        for (const { kind, value } of items) kind.write(out, value)
        const data = new CompactReader(out.finish())
        for (const { kind, value } of items) expect(kind.read(data)).toEqual(value)
        expect(data.remaining).toBe(0)
      }),
    )
  })

  it.each([
    ['int', -1, '0 to 2^30-1'],
    ['int', 2 ** 30, '0 to 2^30-1'],
    ['int', 1.5, '0 to 2^30-1'],
    ['long', -1n, '0 to 2^62-1'],
    ['long', 2n ** 62n, '0 to 2^62-1'],
    ['signedLong', -(2n ** 61n) - 1n, '-2^61 to 2^61-1'],
    ['int64', 2n ** 63n, '-2^63 to 2^63-1'],
    ['text', 'x'.repeat(65_536), '65536 bytes of at most 65535'],
  ] as const)('%s refuses what it cannot hold: %s', (kind, value, rule) => {
    expect(refused(() => ELEMENTS[kind].write(new CompactWriter(), value))).toContain(rule)
  })

  it.each(Object.entries(ELEMENTS))('%s ends with the bytes', (_, kind) => {
    const [value] = fc.sample(kind.values, { numRuns: 1, seed: 3 })
    const out = new CompactWriter()
    kind.write(out, value)
    const cut = out.finish().slice(0, -1)
    expect(refused(() => kind.read(new CompactReader(cut)))).toContain('there should be')
  })

  it('text that is not modified UTF-8 is refused', () => {
    expect(refused(() => new CompactReader(Uint8Array.of(0, 1, 0x80)).text())).toContain('not modified UTF-8')
  })
})
