import { describe, expect, it } from 'vitest'
import { fromCbor, toCbor } from '../../src/table/cbor.ts'
import {
  decodeBody,
  decodeKey,
  encodeBody,
  encodeKey,
  mapVersionBody,
  TOMBSTONE_BODY,
  valueBody,
} from '../../src/table/entry-format.ts'
import vectors from './vectors/rust-table-state.json' with { type: 'json' }

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const bytes = (text: string): Uint8Array => Buffer.from(text, 'hex')

function nameOf(text: string): { outer: string; inner: string | undefined } {
  const length = Number(text.slice(0, 2))
  const inner = text.slice(3 + length)
  return { outer: text.slice(2, 2 + length), inner: inner === '' ? undefined : inner }
}

describe('keys in the form of the Rust client', () => {
  it.each(vectors.keys)('$text', ({ key, text }) => {
    expect(hex(encodeKey(nameOf(text)))).toBe(key)
    expect(decodeKey(bytes(key))).toEqual(nameOf(text))
  })

  it('count the bytes of outer names, and take any inner name', () => {
    const name = { outer: 'Größe/€', inner: 'a/b/' }
    expect(fromCbor(encodeKey(name))).toBe('11Größe/€/a/b/')
    expect(decodeKey(encodeKey(name))).toEqual(name)
  })

  it.each([
    ['an empty outer name', ''],
    ['100 bytes', 'é'.repeat(50)],
    ['half of a surrogate pair', 'a\ud800'],
  ])('are not made of %s', (_, outer) => {
    expect(() => encodeKey({ outer, inner: 'i' })).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  })

  it.each([
    ['no CBOR', 'ff'],
    ['no text', '01'],
    ['no length', hex(toCbor('config'))],
    ['a length beyond its end', hex(toCbor('07config'))],
    ['no slash', hex(toCbor('06configdefault'))],
    ['something behind the text', '6461626364ff'],
  ])('are refused with %s', (_, key) => {
    expect(() => decodeKey(bytes(key))).toThrow()
  })
})

describe('values in the form of the Rust client', () => {
  it.each(Object.entries(vectors.values))('%s', (_, { inner, typeId, value }) => {
    const body = valueBody(typeId, new Uint8Array(bytes(inner)))
    expect(hex(encodeBody(body))).toBe(value)
    expect(decodeBody(bytes(value))).toEqual(body)
    // The documents keep their bytes through reading and writing, maps with maps as keys too.
    expect(hex(toCbor(fromCbor(bytes(inner))))).toBe(inner)
  })

  it('are tombstones and versions of maps, too', () => {
    expect(hex(encodeBody(TOMBSTONE_BODY))).toBe(vectors.values.tombstone.value)
    expect(hex(encodeBody(mapVersionBody({ writes: [], since: undefined }, 0n)))).toBe(
      vectors.values['map version blob'].value,
    )
  })

  it('name, in versions of maps, the last changes, in a field that Rust clients pass over', () => {
    const writes = [
      { member: 2n ** 64n - 1n, sequence: 1n, base: -1n },
      { member: 5n, sequence: 300n, base: 70_000n },
    ]
    const body = mapVersionBody({ writes, since: -1n }, 2n ** 60n)
    expect(decodeBody(encodeBody(body))).toEqual(body)
    const fields = fromCbor(encodeBody(body)) as Map<string, unknown>
    expect([...fields.keys()].slice(0, 2)).toEqual(['type_id', 'data'])
    expect(fields.get('data')).toEqual([0])
  })

  it.each([
    ['no CBOR', 'ff'],
    ['no map', hex(toCbor([1]))],
    ['no type', hex(toCbor({ data: [] }))],
    ['no data', hex(toCbor({ type_id: 'x' }))],
    ['data that are no bytes', hex(toCbor({ type_id: 'x', data: [256] }))],
    ['data with half a byte', hex(toCbor({ type_id: 'x', data: [0.5] }))],
    ['writes that are no arrays', hex(toCbor({ type_id: 'blob', data: [0], writes: [1] }))],
    ['writes that are no integers', hex(toCbor({ type_id: 'blob', data: [0], writes: [['a', 1]] }))],
    ['a claim of many elements', `a264646174619a7fffffff${hex(toCbor('x'))}`],
  ])('are refused with %s', (_, value) => {
    expect(() => decodeBody(bytes(value))).toThrow()
  })
})
