import {
  makeSegmentId,
  newWriterId,
  parseUuid,
  ScopedSegment,
  segmentEpoch,
  segmentNumber,
  transactionEpoch,
  uuidFromHalves,
  uuidToHalves,
} from '@pravega-ts/model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refused } from './refused.ts'

const half = fc.integer({ min: 0, max: 0x7fff_ffff })
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })

describe('segment id', () => {
  it('has the epoch in the high half and the number in the low half', () => {
    expect(makeSegmentId(5, 2)).toBe(8589934597n)
    expect(makeSegmentId(0x7fff_ffff, 0x7fff_ffff)).toBe(0x7fff_ffff_7fff_ffffn)
    fc.assert(
      fc.property(half, half, (number, epoch) => {
        const id = makeSegmentId(number, epoch)
        expect([segmentNumber(id), segmentEpoch(id)]).toEqual([number, epoch])
      }),
    )
  })

  it('refuses halves that do not fit', () => {
    for (const bad of [-1, 0.5, Number.NaN, 2 ** 31]) {
      expect(refused(() => makeSegmentId(bad, 0))).toContain('segment number')
      expect(refused(() => makeSegmentId(0, bad))).toContain('segment epoch')
    }
  })
})

describe('ScopedSegment', () => {
  it('writes the name that the segment stores know', () => {
    const segment = ScopedSegment.of('shop', 'orders', 3, 1)
    expect(String(segment)).toBe('shop/orders/3.#epoch.1')
    expect(segment.segmentId).toBe(4294967299n)
    expect(segment).toMatchObject({ scope: 'shop', stream: 'orders', number: 3, epoch: 1 })
    expect(String(segment.scopedStream)).toBe('shop/orders')
    expect(JSON.stringify([segment])).toBe('["shop/orders/3.#epoch.1"]')
  })

  it('writes the name of the part that belongs to a transaction', () => {
    const segment = ScopedSegment.of('shop', 'orders', 3, 1)
    const part = segment.inTransaction('00000001-0000-0000-0000-00000000000A')
    expect(String(part)).toBe('shop/orders/3.#epoch.1#transaction.0000000100000000000000000000000a')
    expect(part.transactionId).toBe('00000001-0000-0000-0000-00000000000a')
    expect(part.equals(segment)).toBe(false)
    expect(part.parent.equals(segment)).toBe(true)
    expect(segment.parent).toBe(segment)
  })

  it('reads a bare number as epoch 0, with and without a transaction', () => {
    expect(String(ScopedSegment.parse('shop/orders/3'))).toBe('shop/orders/3.#epoch.0')
    expect(String(ScopedSegment.parse(`shop/orders/3#transaction.${'0'.repeat(31)}5`))).toBe(
      `shop/orders/3.#epoch.0#transaction.${'0'.repeat(31)}5`,
    )
  })

  it('knows internal streams and key-value tables', () => {
    for (const name of ['_system/_requeststream/0.#epoch.0', 's/_RGgroup/0.#epoch.0', 's/prices_kvtable/2.#epoch.0']) {
      expect(String(ScopedSegment.parse(name))).toBe(name)
    }
    refused(() => ScopedSegment.parse('s/a_b_kvtable/0.#epoch.0'))
  })

  it('reads what it writes', () => {
    const name = fc.stringMatching(/^_?[A-Za-z0-9.-]{1,20}$/)
    const transaction = fc.option(fc.uuid(), { nil: undefined })
    fc.assert(
      fc.property(name, name, half, half, transaction, (scope, stream, number, epoch, id) => {
        const segment = new ScopedSegment(scope, stream, makeSegmentId(number, epoch), id)
        const again = ScopedSegment.parse(segment.toString())
        expect(again.equals(segment)).toBe(true)
        expect(again).toEqual(segment)
      }),
    )
  })

  it.each([
    '',
    'shop/orders',
    'shop/orders/',
    'shop/orders/x',
    'shop/orders/-1.#epoch.0',
    'shop/orders/1.#epoch.',
    'shop/orders/1.#epoch.0.#epoch.1',
    'shop/orders/1.#epoch.0#transaction.12',
    'shop/orders/2147483648.#epoch.0',
    'shop/orders/0.#epoch.2147483648',
    'shop/orders/0.#epoch.0\n',
    'shop/a/b/0.#epoch.0',
  ])('refuses %j', text => {
    refused(() => ScopedSegment.parse(text))
  })

  it('refuses ids with a negative half and ids that are no bigint', () => {
    for (const id of [-1n, 2n ** 63n, 0x8000_0000n, 5 as unknown as bigint]) {
      expect(refused(() => new ScopedSegment('s', 't', id))).toContain('segment id')
    }
  })
})

describe('UUIDs', () => {
  it('are two signed halves for the controller', () => {
    expect(uuidFromHalves(0n, 1n)).toBe('00000000-0000-0000-0000-000000000001')
    expect(uuidFromHalves(4294967296n, -1n)).toBe('00000001-0000-0000-ffff-ffffffffffff')
    expect(uuidToHalves('80000000-0000-0000-ffff-fffffffffffe')).toEqual({ high: -(2n ** 63n), low: -2n })
    fc.assert(
      fc.property(int64, int64, (high, low) => {
        expect(uuidToHalves(uuidFromHalves(high, low))).toEqual({ high, low })
      }),
    )
  })

  it('are canonical after reading', () => {
    expect(parseUuid('0123456789ABCDEFFEDCBA9876543210')).toBe('01234567-89ab-cdef-fedc-ba9876543210')
    expect(parseUuid('01234567-89AB-cdef-FEDC-ba9876543210')).toBe('01234567-89ab-cdef-fedc-ba9876543210')
    for (const bad of ['', 'x', '0123456789abcdeffedcba987654321', '01234567-89ab-cdef-fedcba9876543210']) {
      refused(() => parseUuid(bad))
    }
  })

  it('of a transaction begin with its epoch', () => {
    expect(transactionEpoch('00000007-0000-0000-0000-000000000001')).toBe(7)
  })

  it('of writers are canonical and differ', () => {
    const ids = Array.from({ length: 100 }, newWriterId)
    expect(new Set(ids).size).toBe(100)
    for (const id of ids) expect(parseUuid(id)).toBe(id)
  })
})
