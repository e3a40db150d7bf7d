import { readFileSync } from 'node:fs'
import { ScopedSegment } from '@pravega-ts/model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EventPointer } from '../src/index.ts'

interface Vector {
  readonly segment: string
  readonly offset: string
  readonly length: number
  readonly bytes: string
  readonly text: string
}

const vectors: readonly Vector[] = JSON.parse(
  readFileSync(new URL('./vectors/event-pointers.json', import.meta.url), 'utf8'),
)

const SEGMENT = ScopedSegment.parse('shop/orders/0.#epoch.0')

describe('an event pointer', () => {
  it.each(vectors)('has the forms that Java gives it: $text', ({ segment, offset, length, bytes, text }) => {
    const pointer = new EventPointer(ScopedSegment.parse(segment), BigInt(offset), length)
    expect(pointer.toText()).toBe(text)
    expect(Buffer.from(pointer.toBytes()).toString('hex')).toBe(bytes)
    expect(EventPointer.fromText(text).equals(pointer)).toBe(true)
    expect(EventPointer.fromBytes(Buffer.from(bytes, 'hex')).equals(pointer)).toBe(true)
    expect(JSON.stringify({ pointer })).toBe(`{"pointer":"${text}"}`)
  })

  it('comes back from both forms', () => {
    const anyOffset = fc.bigInt({ min: 0n, max: 2n ** 62n - 1n })
    const anyLength = fc.integer({ min: 8, max: 2 ** 30 - 1 })
    fc.assert(
      fc.property(anyOffset, anyLength, (offset, length) => {
        const pointer = new EventPointer(SEGMENT.inTransaction('01234567-89ab-cdef-fedc-ba9876543210'), offset, length)
        expect(EventPointer.fromText(pointer.toText()).equals(pointer)).toBe(true)
        expect(EventPointer.fromBytes(pointer.toBytes()).equals(pointer)).toBe(true)
      }),
    )
  })

  it('tells apart segments, offsets and lengths', () => {
    const pointer = new EventPointer(SEGMENT, 5n, 20)
    expect(pointer.equals(new EventPointer(ScopedSegment.parse('shop/orders/1.#epoch.0'), 5n, 20))).toBe(false)
    expect(pointer.equals(new EventPointer(SEGMENT, 6n, 20))).toBe(false)
    expect(pointer.equals(new EventPointer(SEGMENT, 5n, 21))).toBe(false)
    expect(pointer.equals(new EventPointer(SEGMENT, 5, 20))).toBe(true)
  })

  it.each([
    ['', 'INVALID_ARGUMENT'],
    ['shop/orders/0.#epoch.0:1', 'INVALID_ARGUMENT'],
    ['shop/orders/0.#epoch.0:-1-20', 'INVALID_ARGUMENT'],
    ['shop/orders:1-20', 'INVALID_ARGUMENT'],
    ['shop/orders/0.#epoch.0:1-7', 'INVALID_ARGUMENT'],
    ['shop/orders/0.#epoch.0:1-9999999999', 'INVALID_ARGUMENT'],
    ['shop/orders/0.#epoch.0:9223372036854775808-20', 'OFFSET_OUT_OF_RANGE'],
  ])('refuses the text %j', (text, code) => {
    expect(() => EventPointer.fromText(text)).toThrow(expect.objectContaining({ code }))
  })

  it('refuses bytes that are cut off, or of another format', () => {
    const bytes = new EventPointer(SEGMENT, 5n, 20).toBytes()
    for (let length = 0; length < bytes.length; length++) {
      const cut = bytes.subarray(0, length)
      expect(() => EventPointer.fromBytes(cut)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    }
    for (const at of [0, 1, 3]) {
      const other = Uint8Array.from(bytes)
      other[at] = 1
      expect(() => EventPointer.fromBytes(other)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    }
  })

  it('says what the byte form cannot hold', () => {
    const far = new EventPointer(SEGMENT, 2n ** 62n, 20)
    expect(() => far.toBytes()).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    const long = new EventPointer(SEGMENT, 0n, 2 ** 30)
    expect(() => long.toBytes()).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    expect(EventPointer.fromText(long.toText()).equals(long)).toBe(true)
  })
})
