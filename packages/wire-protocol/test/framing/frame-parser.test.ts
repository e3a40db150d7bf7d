import { PravegaError } from '@pravega-ts/model'
import { decodePayload, encodeFrame, FrameParser, MAX_FRAME_BYTES, type RawFrame } from '@pravega-ts/wire-protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ALL_COMMANDS } from '../../src/commands/catalogue.ts'
import { commandOf } from '../support/arbitraries.ts'
import { plain } from '../support/plain.ts'

const anyCommand = fc.oneof(...ALL_COMMANDS.map(commandOf))
/** Frames around the sizes at which the parser changes its mind about memory. */
const sizedCommand = fc
  .constantFrom(0, 1, 4000, 65_000, 65_528, 65_536, 70_000, 300_000)
  .map(length => ({ command: 'Padding', length }) as const)
const commands = fc.array(fc.oneof({ weight: 4, arbitrary: anyCommand }, sizedCommand), { maxLength: 8 })

function take(parser: FrameParser): RawFrame[] {
  const frames: RawFrame[] = []
  for (let frame = parser.next(); frame !== undefined; frame = parser.next()) frames.push(frame)
  return frames
}

function pieces(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const result: Uint8Array[] = []
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] as number
    const piece = bytes.subarray(at, at + size)
    // In memory of its own, where that does not take too long.
    result.push(size < 1000 ? piece : new Uint8Array(piece))
    at += size
  }
  return result
}

describe('the same frames come out of', () => {
  const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 100_000 })), {
    minLength: 1,
    maxLength: 6,
  })

  it('any chunks that are pushed and drained one by one', () => {
    fc.assert(
      fc.property(commands, sizes, fc.boolean(), (sent, chunkSizes, ownsChunks) => {
        const parser = new FrameParser({ ownsChunks })
        const frames: RawFrame[] = []
        for (const chunk of pieces(Buffer.concat(sent.map(encodeFrame)), chunkSizes)) {
          parser.push(chunk)
          frames.push(...take(parser))
        }
        expect(frames.map(({ type, payload }) => plain(decodePayload(type, payload)))).toEqual(sent)
        expect(parser.pending).toBe(false)
      }),
      { numRuns: 150 },
    )
  })

  it('any chunks that are pushed all at once', () => {
    fc.assert(
      fc.property(commands, sizes, fc.boolean(), (sent, chunkSizes, ownsChunks) => {
        const parser = new FrameParser({ ownsChunks })
        for (const chunk of pieces(Buffer.concat(sent.map(encodeFrame)), chunkSizes)) parser.push(chunk)
        expect(take(parser).map(({ type, payload }) => plain(decodePayload(type, payload)))).toEqual(sent)
      }),
      { numRuns: 100 },
    )
  })

  it('any reads into its own memory', () => {
    fc.assert(
      fc.property(commands, sizes, (sent, readSizes) => {
        const parser = new FrameParser()
        const bytes = Buffer.concat(sent.map(encodeFrame))
        const frames: RawFrame[] = []
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const room = parser.reserve()
          const count = Math.min(room.length, readSizes[turn % readSizes.length] as number, bytes.length - at)
          room.set(bytes.subarray(at, at + count))
          parser.commit(count)
          at += count
          frames.push(...take(parser))
        }
        expect(frames.map(({ type, payload }) => plain(decodePayload(type, payload)))).toEqual(sent)
        expect(parser.pending).toBe(false)
      }),
      { numRuns: 150 },
    )
  })

  it('a mixture of both', () => {
    fc.assert(
      fc.property(
        commands,
        fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 90_000 })), { minLength: 1 }),
        (sent, steps) => {
          const parser = new FrameParser()
          const bytes = Buffer.concat(sent.map(encodeFrame))
          const frames: RawFrame[] = []
          for (let at = 0, turn = 0; at < bytes.length; turn++) {
            const [push, size] = steps[turn % steps.length] as [boolean, number]
            const next = bytes.subarray(at, at + size)
            if (push) {
              parser.push(next.slice())
              at += next.length
            } else {
              const room = parser.reserve()
              const count = Math.min(room.length, next.length)
              room.set(next.subarray(0, count))
              parser.commit(count)
              at += count
            }
            frames.push(...take(parser))
          }
          expect(frames.map(({ type, payload }) => plain(decodePayload(type, payload)))).toEqual(sent)
        },
      ),
      { numRuns: 100 },
    )
  })
})

it('chunks that it owns are given back when they have been copied, and only then', () => {
  const small = encodeFrame({ command: 'Padding', length: 10 })
  const large = encodeFrame({ command: 'Padding', length: 500_000 })
  const parser = new FrameParser({ ownsChunks: true })
  const chunks = pieces(Buffer.concat([small, large, small]), [100_000])
  for (const chunk of chunks) parser.push(chunk)
  expect(take(parser).map(({ payload }) => payload.length)).toEqual([10, 500_000, 10])
  expect(chunks.map(chunk => chunk.length)).toEqual([100_000, 0, 0, 0, 0, 44])
  expect(parser.pending).toBe(false)
})

/** A frame header as it is on the wire. */
function header(type: number, length: number): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeInt32BE(type, 0)
  bytes.writeInt32BE(length, 4)
  return bytes
}

describe('a hostile header', () => {
  it.each([
    ['2 GB', 10, 2 ** 31 - 1],
    ['one byte too much', 10, MAX_FRAME_BYTES + 1],
    ['a negative length', 10, -1],
    ['the most negative length', 10, -(2 ** 31)],
    ['an unknown type', 6, 4],
    ['HTTP', 0x48545450, 0x2f312e31],
  ])('%s is a violation, and stays one', (_, type, length) => {
    const parser = new FrameParser()
    parser.push(encodeFrame({ command: 'KeepAlive' }))
    parser.push(header(type, length))
    expect(parser.next()).toMatchObject({ type: 100 })
    for (const _attempt of [1, 2]) {
      expect(() => parser.next()).toThrow(expect.objectContaining({ code: 'PROTOCOL_VIOLATION' }))
      parser.push(encodeFrame({ command: 'KeepAlive' }))
    }
  })

  it('is refused before its payload comes, at the limit that was set', () => {
    const parser = new FrameParser({ maxFrameBytes: 100 })
    parser.push(header(-1, 101))
    expect(() => parser.next()).toThrow(PravegaError)
    const other = new FrameParser({ maxFrameBytes: 100 })
    other.push(encodeFrame({ command: 'Padding', length: 100 }))
    expect(other.next()?.payload).toHaveLength(100)
  })
})

describe('memory', () => {
  it('is not reserved for what a length only claims', () => {
    const parsers = Array.from({ length: 100 }, () => new FrameParser())
    const before = process.memoryUsage().arrayBuffers
    for (const parser of parsers) {
      const room = parser.reserve()
      room.set(header(10, MAX_FRAME_BYTES))
      parser.commit(8 + 20)
      expect(parser.next()).toBeUndefined()
      expect(parser.reserve().length).toBeLessThanOrEqual(65_536)
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 * 200_000)
    expect(parsers.every(parser => parser.pending)).toBe(true)
  })

  it('of a payload is not written again', () => {
    const parser = new FrameParser()
    const first = encodeFrame({ command: 'Event', data: Buffer.alloc(1000, 1) })
    const second = encodeFrame({ command: 'Event', data: Buffer.alloc(1000, 2) })
    const payloads: Uint8Array[] = []
    for (let round = 0; round < 200; round++)
      for (const frame of [first, second]) {
        const room = parser.reserve()
        room.set(frame)
        parser.commit(frame.length)
        payloads.push(...take(parser).map(({ payload }) => payload))
      }
    expect(payloads).toHaveLength(400)
    expect(payloads.every((payload, index) => payload.every(byte => byte === 1 + (index % 2)))).toBe(true)
  })

  it('of a chunk with whole frames is shared, not copied', () => {
    const parser = new FrameParser()
    const chunk = Uint8Array.from(encodeFrame({ command: 'Event', data: Buffer.from('shared') }))
    parser.push(chunk)
    expect(parser.next()?.payload.buffer).toBe(chunk.buffer)
  })
})

it('a large frame in chunks of a byte takes time that grows with its size, not with the square of it', () => {
  const data = Buffer.alloc(500_000, 'x')
  const writerId = '01234567-89ab-cdef-fedc-ba9876543210'
  const bytes = encodeFrame({ command: 'AppendBlock', writerId, data })
  const parser = new FrameParser()
  for (const byte of bytes) parser.push(Uint8Array.of(byte))
  expect(take(parser).map(({ type, payload }) => plain(decodePayload(type, payload)))).toEqual([
    plain({ command: 'AppendBlock', writerId, data }),
  ])
  expect(parser.pending).toBe(false)
})
