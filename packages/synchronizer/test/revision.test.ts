import { ScopedSegment } from '@pravega-ts/model'
import { describe, expect, it } from 'vitest'
import { Revision } from '../src/index.ts'

const segment = ScopedSegment.parse('scope/_RGgroup/0.#epoch.0')

describe('a revision', () => {
  it('has the text form of other clients', () => {
    const revision = new Revision(segment, 1329n, 1)
    expect(revision.toText()).toBe('scope/_RGgroup/0.#epoch.0:1329:1')
    expect(Revision.fromText(revision.toText())).toEqual(revision)
    expect(JSON.stringify({ revision })).toBe('{"revision":"scope/_RGgroup/0.#epoch.0:1329:1"}')
  })

  it.each(['', 'a', 'scope/s/0.#epoch.0:1', 'scope/s/0.#epoch.0:-1:0', 'scope/s/0.#epoch.0:99999999999999999999:0'])(
    'is not made of %j',
    text => {
      expect(() => Revision.fromText(text)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    },
  )

  it('comes before one with a larger offset, then before one with a larger index', () => {
    const places = [
      [7n, 1],
      [5n, 9],
      [7n, 0],
    ] as const
    const sorted = places.map(([offset, index]) => new Revision(segment, offset, index)).sort((a, b) => a.compare(b))
    expect(sorted.map(({ offset, index }) => [offset, index])).toEqual([
      [5n, 9],
      [7n, 0],
      [7n, 1],
    ])
  })

  it('has no order with one of another segment, and no negative place', () => {
    const other = new Revision(ScopedSegment.parse('scope/other/0.#epoch.0'), 0n)
    expect(() => new Revision(segment, 0n).compare(other)).toThrow(/different segments/)
    expect(() => new Revision(segment, -1n)).toThrow(/whole numbers from 0 on/)
    expect(() => new Revision(segment, 0n, 0.5)).toThrow(/whole numbers from 0 on/)
  })
})
