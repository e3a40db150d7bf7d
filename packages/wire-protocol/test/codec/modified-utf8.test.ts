import { PravegaError } from '@pravega-ts/model'
import { type Command, decodeFrame, encodeFrame } from '@pravega-ts/wire-protocol'
import { describe, expect, it } from 'vitest'

/** The frame of a command whose last field is the given text, as bytes. */
function frameWithText(bytes: readonly number[]): Uint8Array {
  const frame = Buffer.alloc(8 + 8 + 2 + bytes.length)
  frame.writeInt32BE(21, 0)
  frame.writeInt32BE(frame.length - 8, 4)
  frame.writeUInt16BE(bytes.length, 16)
  frame.set(bytes, 18)
  return frame
}

function textOf(bytes: readonly number[]): string | undefined {
  try {
    return (decodeFrame(frameWithText(bytes)) as Extract<Command, { command: 'SegmentCreated' }>).segment
  } catch (error) {
    expect(PravegaError.is(error, 'PROTOCOL_VIOLATION')).toBe(true)
    return undefined
  }
}

describe('modified UTF-8', () => {
  it.each([
    ['ASCII', 'abc', [0x61, 0x62, 0x63]],
    ['U+0000', '\u0000', [0xc0, 0x80]],
    ['two bytes', 'ü', [0xc3, 0xbc]],
    ['three bytes', '你', [0xe4, 0xbd, 0xa0]],
    ['a pair of surrogates', '😀', [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]],
    ['a lone surrogate', '\ud83d', [0xed, 0xa0, 0xbd]],
  ])('%s goes both ways', (_, text, bytes) => {
    const frame = encodeFrame({ command: 'SegmentCreated', requestId: 0n, segment: text })
    expect([...frame.subarray(18)]).toEqual(bytes)
    expect(textOf(bytes)).toBe(text)
  })

  it('reads the standard form too, which the Rust client writes', () => {
    expect(textOf([0x00])).toBe('\u0000')
    expect(textOf([0xf0, 0x9f, 0x98, 0x80])).toBe('😀')
  })

  it.each([
    ['a continuation byte first', [0x80]],
    ['an end in the middle', [0xe4, 0xbd]],
    ['a wrong continuation', [0xc3, 0x41]],
    ['a byte that never occurs', [0xff]],
    ['beyond Unicode', [0xf7, 0xbf, 0xbf, 0xbf]],
  ])('refuses %s', (_, bytes) => {
    expect(textOf(bytes)).toBeUndefined()
  })
})
