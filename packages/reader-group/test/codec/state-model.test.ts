import { describe, expect, it } from 'vitest'
import { readerGroupModel, reduce } from '../../src/index.ts'
import { groupOf, init, joined, segment } from '../state/group-of.ts'

describe('the model of a reader group for a state synchronizer', () => {
  const first = init([[segment(0), 0n]])

  it('begins with a first state or a compaction, whatever was before', () => {
    const state = groupOf(1)
    const { encodeInitial, decodeInitial, begin } = readerGroupModel
    expect(begin(decodeInitial(encodeInitial(first)), undefined)).toEqual(state)
    const compact = decodeInitial(encodeInitial({ type: 'compact', state: groupOf(1, ...joined('r1', 0)) }))
    expect(begin(compact, state)).toEqual(groupOf(1, ...joined('r1', 0)))
  })

  it('goes on by updates, of which a reset is one', () => {
    const { encodeUpdate, decodeUpdate, apply } = readerGroupModel
    const state = groupOf(1, ...joined('r1', 0))
    expect(apply(state, decodeUpdate(encodeUpdate(first)))).toEqual(reduce(undefined, first))
    expect(() => apply(state, { type: 'addReader', reader: 'r1' })).toThrow(
      expect.objectContaining({ code: 'ILLEGAL_STATE_UPDATE' }),
    )
  })
})
