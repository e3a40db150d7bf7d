import { describe, expect, it } from 'vitest'
import {
  decodePayload,
  encodeFrame,
  FrameParser,
  freeFrameMemory,
  type SegmentRead,
  takeFrameMemory,
} from '../../src/index.ts'

function segmentRead(bytes: number, offset: bigint): Uint8Array {
  return encodeFrame({
    command: 'SegmentRead',
    segment: 's/t/0.#epoch.0',
    offset,
    atTail: false,
    endOfSegment: false,
    data: Buffer.alloc(bytes, Number(offset)),
    requestId: offset,
  })
}

/** As a socket reads it: into the memory that the parser reserves. */
function parse(stream: Uint8Array): SegmentRead[] {
  const parser = new FrameParser()
  const found: SegmentRead[] = []
  for (let at = 0; at < stream.length; ) {
    const room = parser.reserve()
    const part = stream.subarray(at, at + Math.min(room.length, 50_000))
    room.set(part)
    parser.commit(part.length)
    at += part.length
    for (let frame = parser.next(); frame !== undefined; frame = parser.next()) {
      found.push(decodePayload(frame.type, frame.payload) as SegmentRead)
    }
  }
  return found
}

describe('freeFrameMemory', () => {
  it('gives back the memory of a large frame and leaves all others alone', () => {
    const [first, second] = parse(Buffer.concat([segmentRead(300_000, 1n), segmentRead(300_000, 2n)]))
    if (first === undefined || second === undefined) throw new Error('two frames were sent')
    const memory = first.data.buffer
    freeFrameMemory(first.data)
    expect(memory.byteLength).toBe(0)
    expect(first.data.length).toBe(0)
    expect(Buffer.alloc(300_000, 2).equals(second.data)).toBe(true)
  })

  it('does nothing to small frames, which share their memory', () => {
    const [first, second] = parse(Buffer.concat([segmentRead(10, 1n), segmentRead(10, 2n)]))
    if (first === undefined || second === undefined) throw new Error('two frames were sent')
    freeFrameMemory(first.data)
    expect([...first.data]).toEqual(Array(10).fill(1))
    expect([...second.data]).toEqual(Array(10).fill(2))
  })

  it('does nothing to memory that no frame was received in', () => {
    const own = Buffer.alloc(100, 7)
    freeFrameMemory(own)
    expect(own.length).toBe(100)
  })
})

describe('takeFrameMemory', () => {
  it('gives the memory of a large frame to the first who asks, and nobody frees it any more', () => {
    const [large] = parse(segmentRead(300_000, 1n))
    if (large === undefined) throw new Error('a frame was sent')
    expect(takeFrameMemory(large.data)).toBe(true)
    expect(takeFrameMemory(large.data)).toBe(false)
    freeFrameMemory(large.data)
    expect(Buffer.alloc(300_000, 1).equals(large.data)).toBe(true)
  })

  it('refuses memory that small frames share, and memory that no frame was received in', () => {
    const [small] = parse(Buffer.concat([segmentRead(10, 1n), segmentRead(10, 2n)]))
    if (small === undefined) throw new Error('two frames were sent')
    expect(takeFrameMemory(small.data)).toBe(false)
    expect(takeFrameMemory(Buffer.alloc(100_000))).toBe(false)
  })
})
