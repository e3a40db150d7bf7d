import { gunzipSync, gzipSync } from 'node:zlib'
import { makeSegmentId, ScopedSegment, ScopedStream, StreamCut, UNBOUNDED } from '@pravega-ts/model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refused } from './refused.ts'
import vectors from './vectors/stream-cuts.json' with { type: 'json' }

const stream = new ScopedStream('s', 't')
const plain = (text: string): string => gunzipSync(Buffer.from(text, 'base64')).toString('utf8')
const packed = (text: string): string => gzipSync(text).toString('base64')
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

const golden = [
  ...vectors.cuts.map(vector => ({
    ...vector,
    cut: new StreamCut(
      ScopedStream.parse(vector.cut.stream),
      vector.cut.positions.map(([segment = '', offset = '']) => [
        ScopedSegment.parse(segment).segmentId,
        BigInt(offset),
      ]),
    ),
  })),
  ...vectors.alsoAsText.map(vector => ({ ...vector, cut: StreamCut.fromText(vector.asText) })),
]

describe.each(golden)('$plainText, as Java stores it', ({ cut, asText, plainText, bytes }) => {
  it('is read and written as text', () => {
    expect(StreamCut.fromText(asText).equals(cut)).toBe(true)
    expect(plain(cut.toText())).toBe(plainText)
    expect(plain(asText)).toBe(plainText)
  })

  it('is read and written as bytes', () => {
    expect(StreamCut.fromBytes(Buffer.from(bytes, 'hex')).equals(cut)).toBe(true)
    expect(hex(cut.toBytes())).toBe(bytes)
  })
})

describe('StreamCut', () => {
  it.each(vectors.cuts)('prints like Java: $toString', vector => {
    const [name, ...entries] = StreamCut.fromText(vector.asText).toString().split(/:|, /)
    const [javaName, ...javaEntries] = vector.toString.split(/:|, /)
    expect(name).toBe(javaName)
    // Java prints them in the order of its hash map.
    expect(entries.sort()).toEqual(javaEntries.sort())
  })

  it.each(vectors.older)('reads the older byte form: $javaDecodesTo', ({ hex, javaDecodesTo }) => {
    expect(StreamCut.fromBytes(Buffer.from(hex, 'hex')).toString()).toBe(javaDecodesTo)
  })

  it('passes over later revisions and bytes behind what it knows', () => {
    const known = '0003732f7401000a'
    const expected = new StreamCut(stream, [[0n, 10n]])
    for (const form of [`0001020000000008${known}0100000002abcd`, `000101000000000a${known}abcd`]) {
      expect(StreamCut.fromBytes(Buffer.from(form, 'hex')).equals(expected)).toBe(true)
    }
  })

  it('does not read bytes into anything it should not', () => {
    const whole = Buffer.from(vectors.cuts[1]?.bytes ?? '', 'hex')
    for (let length = 1; length < whole.length; length++) {
      refused(() => StreamCut.fromBytes(whole.subarray(0, length)))
    }
    for (const bad of [
      '0101010000000000',
      '0002010000000000',
      '000100',
      '0001010100000000',
      '00010100ffffffff',
      '000101007fffffff00',
      '00010100000000080003732f74ffffffff',
      '00010100000000060003732f7441',
    ]) {
      refused(() => StreamCut.fromBytes(Buffer.from(bad, 'hex')))
    }
  })

  it.each(vectors.compact.compactSignedLong.filter(({ value }) => BigInt(value) >= -1n))(
    'writes the offset $value as Java does',
    ({ value, hex: expected }) => {
      expect(hex(new StreamCut(stream, [[0n, BigInt(value)]]).toBytes())).toMatch(
        new RegExp(`^.{16}0003732f740100${expected}$`),
      )
    },
  )

  it.each(vectors.compact.compactLong.filter(({ value }) => (BigInt(value) & 0x8000_0000n) === 0n))(
    'writes the segment id $value as Java does',
    ({ value, hex: expected }) => {
      expect(hex(new StreamCut(stream, [[BigInt(value), 5n]]).toBytes())).toMatch(
        new RegExp(`^.{16}0003732f7401${expected}05$`),
      )
    },
  )

  it.each(vectors.compact.compactInt.filter(({ value }) => value <= 16384))(
    'writes the number of segments $value as Java does, and reads it',
    ({ value, hex: expected }) => {
      const cut = new StreamCut(
        stream,
        Array.from({ length: value }, (_, number) => [BigInt(number), 5n] as const),
      )
      const bytes = cut.toBytes()
      expect(hex(bytes.subarray(8, 13 + expected.length / 2))).toBe(`0003732f74${expected}`)
      expect(StreamCut.fromBytes(bytes).equals(cut)).toBe(true)
    },
  )

  it('round-trips through text, JSON and bytes', () => {
    const id = fc
      .tuple(fc.integer({ min: 0, max: 0x7fff_ffff }), fc.integer({ min: 0, max: 0x3fff_ffff }))
      .map(([number, epoch]) => makeSegmentId(number, epoch))
    const offset = fc.bigInt({ min: -1n, max: 2n ** 61n - 1n })
    fc.assert(
      fc.property(fc.array(fc.tuple(id, offset), { maxLength: 200 }), positions => {
        const cut = new StreamCut(stream, new Map(positions))
        expect(StreamCut.fromText(cut.toText()).equals(cut)).toBe(true)
        expect(StreamCut.fromText(JSON.parse(JSON.stringify({ cut })).cut).equals(cut)).toBe(true)
        expect(StreamCut.fromBytes(cut.toBytes()).equals(cut)).toBe(true)
      }),
    )
  })

  it('holds all 64-bit offsets as text; bytes end at 2^61', () => {
    const cut = new StreamCut(stream, [[0n, 2n ** 63n - 1n]])
    expect(StreamCut.fromText(cut.toText()).positions.get(0n)).toBe(2n ** 63n - 1n)
    expect(refused(() => cut.toBytes())).toContain('-2^61 to 2^61-1')
    expect(refused(() => new StreamCut(stream, [[makeSegmentId(0, 0x4000_0000), 0n]]).toBytes())).toContain('2^62-1')
  })

  it('compares stream, segments and offsets, not their order', () => {
    const cut = new StreamCut(stream, [
      [1n, 5n],
      [2n, 6n],
    ])
    expect(
      cut.equals(
        new StreamCut(stream, [
          [2n, 6n],
          [1n, 5n],
        ]),
      ),
    ).toBe(true)
    expect(cut.equals(new StreamCut(stream, [[1n, 5n]]))).toBe(false)
    expect(
      cut.equals(
        new StreamCut(stream, [
          [1n, 5n],
          [2n, 7n],
        ]),
      ),
    ).toBe(false)
    expect(
      cut.equals(
        new StreamCut(stream, [
          [1n, 5n],
          [3n, 6n],
        ]),
      ),
    ).toBe(false)
    expect(cut.equals(new StreamCut(new ScopedStream('s', 'u'), cut.positions))).toBe(false)
    expect(cut.equals(UNBOUNDED)).toBe(false)
    expect(UNBOUNDED.equals(cut)).toBe(false)
  })

  it('does not change with the map that it was made from', () => {
    const positions = new Map([[1n, 5n]])
    const cut = new StreamCut(stream, positions)
    positions.set(1n, 6n)
    expect(cut.positions.get(1n)).toBe(5n)
  })

  it('refuses positions that are none', () => {
    expect(refused(() => new StreamCut(stream, [[1n, -2n]]))).toContain('offset of segment 1')
    refused(() => new StreamCut(stream, [[1n, 2n ** 63n]]))
    refused(() => new StreamCut(stream, [[1n, 5 as unknown as bigint]]))
    refused(() => new StreamCut(stream, [[-1n, 5n]]))
    expect(
      refused(
        () =>
          new StreamCut(stream, [
            [1n, 5n],
            [1n, 5n],
          ]),
      ),
    ).toContain('it is there twice')
  })

  it.each([
    ['no base64', '!!'],
    ['nothing', ''],
    ['no gzip', Buffer.from('0:s/t:0:0:0').toString('base64')],
    ['cut off gzip', packed('0:s/t:0:0:0').slice(0, 12)],
    ['another format', packed('1:s/t:0:0:0')],
    ['no stream', packed('0:s:0:0:0')],
    ['too few parts', packed('0:s/t:0:0')],
    ['too many parts', packed('0:s/t:0:0:0:0')],
    ['lists of different length', packed('0:s/t:0,1:0,0:5')],
    ['an empty entry', packed('0:s/t:0,:0,0:5,5')],
    ['a number that is none', packed('0:s/t:0x1:0:5')],
    ['a number too large', packed('0:s/t:2147483648:0:5')],
    ['an offset below -1', packed('0:s/t:0:0:-2')],
    ['a bomb', packed('0'.repeat(17 * 1024 * 1024))],
    ['the unbounded cut in other letters', 'unbounded'],
  ])('refuses a text that is %s', (_what, text) => {
    refused(() => StreamCut.fromText(text))
  })
})

describe('the unbounded cut', () => {
  it('is text and bytes of its own', () => {
    expect(UNBOUNDED.toText()).toBe(vectors.unbounded.asText)
    expect(hex(UNBOUNDED.toBytes())).toBe(vectors.unbounded.bytes)
    expect(StreamCut.fromText('UNBOUNDED')).toBe(UNBOUNDED)
    expect(StreamCut.fromBytes(new Uint8Array(0))).toBe(UNBOUNDED)
    expect(String(UNBOUNDED)).toBe('UNBOUNDED')
    expect(JSON.stringify([UNBOUNDED])).toBe('["UNBOUNDED"]')
  })

  it('says what it is and belongs to no stream', () => {
    expect(UNBOUNDED).toBe(StreamCut.UNBOUNDED)
    expect(UNBOUNDED).toBeInstanceOf(StreamCut)
    expect(UNBOUNDED.isUnbounded).toBe(true)
    expect(new StreamCut(stream, [[0n, 0n]]).isUnbounded).toBe(false)
    expect(UNBOUNDED.equals(StreamCut.UNBOUNDED)).toBe(true)
    expect(UNBOUNDED.positions.size).toBe(0)
    expect(refused(() => UNBOUNDED.stream)).toContain('isUnbounded')
  })
})
