import {
  APPEND_HEAD_BYTES,
  APPEND_TAIL_BYTES,
  CONDITIONAL_APPEND_HEAD_BYTES,
  CONDITIONAL_APPEND_TAIL_BYTES,
  decodeFrame,
  encodeFrame,
  encodeFrameChunks,
  finishAppendFrame,
  finishConditionalAppendFrame,
} from '@pravega-ts/wire-protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const i64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const data = fc.uint8Array({ maxLength: 100 })
const writerId = fc.uuid()

describe('an append that is assembled in place', () => {
  it('is the same frame as an encoded one', () => {
    const fields = fc.record({ writerId, numEvents: fc.nat(), lastEventNumber: i64, requestId: i64 })
    fc.assert(
      fc.property(fields, data, (append, bytes) => {
        const frame = new Uint8Array(APPEND_HEAD_BYTES + bytes.length + APPEND_TAIL_BYTES).fill(0xee)
        frame.set(bytes, APPEND_HEAD_BYTES)
        finishAppendFrame(frame, append)
        const command = { command: 'AppendBlockEnd', sizeOfWholeEvents: bytes.length, data: bytes, ...append } as const
        expect(frame).toEqual(Uint8Array.from(encodeFrame(command)))
      }),
    )
  })

  it('is the same frame as an encoded one, with a condition', () => {
    const fields = fc.record({ writerId, eventNumber: i64, expectedOffset: i64, requestId: i64 })
    fc.assert(
      fc.property(fields, data, (append, bytes) => {
        const head = CONDITIONAL_APPEND_HEAD_BYTES
        const frame = new Uint8Array(head + bytes.length + CONDITIONAL_APPEND_TAIL_BYTES).fill(0xee)
        frame.set(bytes, head)
        finishConditionalAppendFrame(frame, append)
        expect(frame).toEqual(Uint8Array.from(encodeFrame({ command: 'ConditionalBlockEnd', data: bytes, ...append })))
      }),
    )
  })

  it('can be finished again for another connection', () => {
    const frame = new Uint8Array(APPEND_HEAD_BYTES + 3 + APPEND_TAIL_BYTES)
    const append = { writerId: '01234567-89ab-cdef-fedc-ba9876543210', numEvents: 1, lastEventNumber: 5n }
    finishAppendFrame(frame, { ...append, requestId: 1n })
    finishAppendFrame(frame, { ...append, requestId: 2n })
    expect(decodeFrame(frame)).toMatchObject({ ...append, requestId: 2n, sizeOfWholeEvents: 3 })
  })

  it('refuses what cannot be one', () => {
    const append = { writerId: 'nobody', numEvents: 1, lastEventNumber: 5n, requestId: 1n }
    const refusal = expect.objectContaining({ code: 'INVALID_ARGUMENT' })
    expect(() => finishAppendFrame(new Uint8Array(60), append)).toThrow(refusal)
    expect(() => finishAppendFrame(new Uint8Array(APPEND_HEAD_BYTES), append)).toThrow(refusal)
  })
})

describe('pieces of a frame', () => {
  it('share large data with the caller and copy small ones', () => {
    const large = new Uint8Array(10_000)
    const end = { command: 'AppendBlockEnd', writerId: '01234567-89ab-cdef-fedc-ba9876543210', numEvents: 1 } as const
    const rest = { lastEventNumber: 1n, requestId: 1n, sizeOfWholeEvents: 0 }
    expect(encodeFrameChunks({ ...end, ...rest, data: large })[1]).toBe(large)
    expect(encodeFrameChunks({ ...end, ...rest, data: new Uint8Array(100) })).toHaveLength(1)
  })
})
