import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeRow, encodeRow } from '../src/json/row-codec.ts'

const throughText = (row: object): unknown => decodeRow(JSON.parse(JSON.stringify(encodeRow(row))))

const name = fc.oneof(
  fc.string({ maxLength: 5 }),
  fc.constantFrom('$bigint', '$date', '$object', '$other', '__proto__', '0'),
)
const { value } = fc.letrec(tie => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: 'binary' }),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.bigInt(),
    fc.date({ noInvalidDate: false }),
    fc.uint8Array(),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}))

describe('rows in JSON', () => {
  it.each<[string, object]>([
    ['{"a":1,"b":"two","c":null,"d":[true]}', { a: 1, b: 'two', c: null, d: [true] }],
    ['{"id":{"$bigint":"-9223372036854775808"}}', { id: -(2n ** 63n) }],
    ['{"at":{"$date":"1970-01-01T00:00:00.000Z"}}', { at: new Date(0) }],
    ['{"photo":{"$bytes":"aGVsbG8="}}', { photo: Buffer.from('hello') }],
    ['{"rate":{"$number":"NaN"},"debt":{"$number":"-0"}}', { rate: Number.NaN, debt: -0 }],
    ['{"raw":{"$object":{"$date":"no date"}}}', { raw: { $date: 'no date' } }],
    ['{"raw":{"$date":"no date","more":1}}', { raw: { $date: 'no date', more: 1 } }],
    ['{"$bigint":"1"}', { $bigint: '1' }],
    ['{"list":[null]}', { none: undefined, list: [undefined] }],
  ])('%s', (text, row) => {
    expect(JSON.stringify(encodeRow(row))).toBe(text)
  })

  it('come back equal, whatever values they have', () => {
    fc.assert(
      fc.property(fc.dictionary(name, value, { noNullPrototype: true }), row => {
        expect(throughText(row)).toEqual(row)
      }),
      { numRuns: 1000 },
    )
  })

  it('are of objects of any class', () => {
    class Pet {
      name = 'Rex'
      toJSON(): string {
        return 'never asked'
      }
    }
    expect(JSON.stringify(encodeRow(new Pet()))).toBe('{"name":"Rex"}')
  })

  it('are refused with the path of what has no form', () => {
    const deep: { in?: unknown } = {}
    deep.in = deep
    expect(() => encodeRow({ a: { b: [0, new Map()] } })).toThrow('a.b[1] is a Map, which has no form in JSON')
    expect(() => encodeRow({ a: new Float64Array(1) })).toThrow('a is a Float64Array')
    expect(() => encodeRow({ a: Symbol('s') })).toThrow('a is a symbol')
    expect(() => encodeRow(deep)).toThrow('nested more than 100 deep')
    expect(() => encodeRow([1])).toThrow('the row is a Array')
    expect(() => decodeRow({ a: { $later: '1' } })).toThrow('{"$later": …} is no value that this release knows')
  })

  it('are not changed by writing them', () => {
    const row = { id: 1n, list: [2n, new Date(0)] }
    encodeRow(row)
    expect(row).toEqual({ id: 1n, list: [2n, new Date(0)] })
  })
})
