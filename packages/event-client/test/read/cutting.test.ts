import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { bytesSerializer, openSegmentEvents, utf8Serializer } from '../../src/index.ts'
import { framed, sliceOf, valuesOf } from '../support/events.ts'
import { MemorySegment, SEGMENT } from '../support/memory-segment.ts'

const MIB = 1024 * 1024

const text = { serializer: utf8Serializer }
const anyPayload = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.constant(new Uint8Array(0)),
  fc.integer({ min: 200, max: 2_000 }).map(length => new Uint8Array(length).fill(length)),
)
const anyPieces = fc.array(fc.integer({ min: 1, max: 600 }), { minLength: 1, maxLength: 20 })

function segmentOf(payloads: readonly (Uint8Array | string)[], pieces: readonly number[] = [1_000]): MemorySegment {
  const segment = new MemorySegment().append(...payloads.map(payload => framed(payload)))
  let read = 0
  segment.pieceLength = () => pieces[read++ % pieces.length] ?? 1
  return segment
}

describe('bytes in pieces of any length', () => {
  it('give the events that were written, and where they are', () => {
    fc.assert(
      fc.property(fc.array(anyPayload, { maxLength: 30 }), anyPieces, (payloads, pieces) => {
        const segment = segmentOf(payloads, pieces).seal()
        const events = openSegmentEvents(segment, SEGMENT, { serializer: bytesSerializer })
        const found: Uint8Array[] = []
        let position = 0n
        for (let batch = events.tryNext(); batch?.kind !== 'endOfSegment'; batch = events.tryNext()) {
          const slice = sliceOf(batch)
          expect(slice.startOffset).toBe(position)
          expect(slice.isEmpty).toBe(false)
          for (let event = slice.next(); event !== undefined; event = slice.next()) {
            expect(event.offset).toBe(position)
            position += BigInt(8 + event.length)
            expect(event.endOffset).toBe(position)
            expect(slice.offset).toBe(position)
            expect(event.payload.length).toBe(event.length)
            found.push(event.payload)
          }
          expect(slice.endOffset).toBe(position)
          expect(events.offset).toBe(position)
          expect(slice.remainingBytes).toBe(0)
        }
        expect(found.map(payload => [...payload])).toEqual(payloads.map(payload => [...payload]))
        expect(position).toBe(BigInt(segment.data.length))
      }),
    )
  })

  it('give the events that begin before an end offset, and then the end', () => {
    fc.assert(
      fc.property(fc.array(anyPayload, { maxLength: 15 }), anyPieces, fc.nat(3_000), (payloads, pieces, endOffset) => {
        const events = openSegmentEvents(segmentOf(payloads, pieces), SEGMENT, {
          serializer: bytesSerializer,
          endOffset,
        })
        let begin = 0
        const expected = payloads.filter(payload => {
          const isBefore = begin < endOffset
          begin += 8 + payload.length
          return isBefore
        })
        expect(valuesOf(events).map(value => value.length)).toEqual(expected.map(payload => payload.length))
        const length = expected.reduce((sum, payload) => sum + 8 + payload.length, 0)
        expect(events.tryNext()).toEqual(
          length >= endOffset ? { kind: 'endOfSegment', offset: BigInt(length) } : undefined,
        )
        expect(events.offset).toBe(BigInt(length))
      }),
    )
  })
})

describe('a slice', () => {
  it('goes on, when it is iterated again, where a loop was left', () => {
    const slice = sliceOf(openSegmentEvents(segmentOf(['a', 'bb', '', 'ccc']), SEGMENT, text).tryNext())
    for (const event of slice) if (event.value === 'bb') break
    expect(slice.offset).toBe(19n)
    expect(slice.remainingBytes).toBe(19)
    expect(slice.next()?.value).toBe('')
    expect([...slice].map(event => event.value)).toEqual(['ccc'])
    expect([...slice]).toEqual([])
    expect(slice.next()).toBeUndefined()
    expect([slice.startOffset, slice.endOffset, slice.isEmpty]).toEqual([0n, 38n, true])
    expect(slice.segment).toBe(SEGMENT)
  })

  it('goes on at any of its events, and nowhere else', () => {
    fc.assert(
      fc.property(fc.array(anyPayload, { minLength: 1, maxLength: 6 }), fc.nat(3_000), (payloads, skipped) => {
        const segment = segmentOf(payloads, [1_000_000]).append(framed('behind').subarray(0, 9))
        const slice = sliceOf(openSegmentEvents(segment, SEGMENT, { serializer: bytesSerializer }).tryNext())
        const begins = [...slice].map(event => event.offset)
        for (const offset of [...begins, slice.endOffset].reverse()) {
          slice.seek(offset)
          expect(slice.offset).toBe(offset)
          expect([...slice].map(event => event.offset)).toEqual(begins.filter(begin => begin >= offset))
        }
        const other = BigInt(skipped) - 10n
        if (begins.includes(other) || other === slice.endOffset) return
        expect(() => slice.seek(other)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
        expect(slice.isEmpty).toBe(true)
      }),
    )
  })

  it('looks at the memory that was received', () => {
    const segment = segmentOf(['abc'])
    const event = sliceOf(openSegmentEvents(segment, SEGMENT, text).tryNext()).next()
    expect(event?.payload.buffer).toBe(segment.data.buffer)
    const copy = event?.copy()
    segment.data.fill('x')
    expect(Buffer.from(event?.payload ?? []).toString()).toBe('xxx')
    expect(copy?.value).toBe('abc')
    expect([copy?.offset, copy?.endOffset, copy?.length]).toEqual([0n, 11n, 3])
  })
})

it('a slice whose memory was given back gives out nothing more; the next one is not affected', () => {
  const segment = segmentOf(['a', 'b', 'c'], [18, 9])
  const events = openSegmentEvents(segment, SEGMENT, text)
  const slice = sliceOf(events.tryNext())
  const copy = slice.next()?.copy()
  slice.free()
  expect([slice.next(), slice.isEmpty, slice.offset]).toEqual([undefined, true, 18n])
  expect(() => slice.seek(0n)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  expect([copy?.value, ...valuesOf(events)]).toEqual(['a', 'c'])
})

describe('an event in several pieces', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('is put together, however large, in memory that grows with what has come', () => {
    const payload = Buffer.alloc(20 * MIB, 'large')
    const segment = new MemorySegment().append(framed('before'), framed(payload), framed('behind'))
    segment.pieceLength = () => MIB
    const allocate = vi.spyOn(Buffer, 'allocUnsafe')
    const events = openSegmentEvents(segment, SEGMENT, { serializer: bytesSerializer })
    expect(valuesOf(events).map(value => value.length)).toEqual([6, payload.length, 6])
    const allocated = allocate.mock.calls.map(([size]) => size)
    expect(Math.max(...allocated)).toBe(payload.length + 8)
    expect(allocated.reduce((sum, size) => sum + size, 0)).toBeLessThan(3 * payload.length)
  })

  it('takes no memory for what its header only claims', () => {
    const allocate = vi.spyOn(Buffer, 'allocUnsafe')
    const segment = new MemorySegment().append(framed(Buffer.alloc(100_000), { length: 0x7fff_ffff }))
    const events = openSegmentEvents(segment, SEGMENT, { ...text, maxEventBytes: 0x7fff_ffff })
    expect(events.tryNext()).toBeUndefined()
    expect(Math.max(...allocate.mock.calls.map(([size]) => size))).toBeLessThan(300_000)
    expect(events.offset).toBe(0n)
  })

  it('is a partial one until its last byte is here', () => {
    const segment = new MemorySegment()
    const events = openSegmentEvents(segment, SEGMENT, text)
    for (const byte of framed('abc').subarray(0, 10)) {
      segment.append(Uint8Array.of(byte))
      expect(events.tryNext()).toBeUndefined()
      expect(events.offset).toBe(0n)
    }
    segment.append(Buffer.concat([Buffer.from('c'), framed('d'), framed('e').subarray(0, 3)]))
    expect(valuesOf(events)).toEqual(['abc', 'd'])
    expect(events.offset).toBe(20n)
  })
})

describe('an event that is larger than it may be', () => {
  const LIMIT = 2 * 1024 * 1024

  it('fails by name as soon as its header is there, after all events before it; a seek goes on behind it', () => {
    const large = framed('abc', { length: LIMIT + 1 })
    const segment = new MemorySegment().append(Buffer.concat([framed('a'), large]))
    const events = openSegmentEvents(segment, SEGMENT, { ...text, maxEventBytes: LIMIT })
    expect(sliceOf(events.tryNext()).next()?.value).toBe('a')
    const failure = expect.objectContaining({
      code: 'EVENT_TOO_LARGE',
      details: { segment: String(SEGMENT), offset: 9n, length: LIMIT + 1, maxEventBytes: LIMIT },
    })
    for (let n = 0; n < 2; n++) expect(() => events.tryNext()).toThrow(failure)
    expect(events.offset).toBe(9n)
    segment.append(Buffer.concat([Buffer.alloc(LIMIT + 1 - 3), framed('b')]))
    events.seek(9n + 8n + BigInt(LIMIT + 1))
    expect(valuesOf(events)).toEqual(['b'])
  })

  it('is one of more than 1 GiB where nothing else is said; of as many bytes as the limit, it is read', () => {
    const gigabytes = new MemorySegment().append(framed('', { length: 1024 ** 3 + 1 }))
    expect(() => openSegmentEvents(gigabytes, SEGMENT, text).tryNext()).toThrow(/maxEventBytes/)
    const fitting = new MemorySegment().append(framed(Buffer.alloc(LIMIT)))
    const events = openSegmentEvents(fitting, SEGMENT, { serializer: bytesSerializer, maxEventBytes: LIMIT })
    expect(valuesOf(events).map(({ length }) => length)).toEqual([LIMIT])
  })

  it('cannot be one that comes in one piece', () => {
    for (const maxEventBytes of [0, LIMIT - 1, 2 ** 31, Number.NaN]) {
      expect(() => openSegmentEvents(new MemorySegment(), SEGMENT, { ...text, maxEventBytes })).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
      )
    }
  })
})

describe('bytes that are no event', () => {
  const code = 'CORRUPT_EVENT'

  it.each([
    ['of another kind', framed('zz', { kind: 1 })],
    ['of a kind that only its first byte tells', framed('zz', { kind: 0x0100_0000 })],
    ['of negative length', framed('zz', { length: -1 })],
    ['of the most negative length', framed('zz', { length: -0x8000_0000 })],
    ['of a length of -8', framed('zz', { length: -8 })],
  ])('%s are refused behind the events before them, in pieces of any length', (_, corrupt) => {
    for (let piece = 1; piece <= 40; piece++) {
      const segment = new MemorySegment().append(framed('a'), framed('b'), corrupt, framed('c'))
      segment.pieceLength = () => piece
      const events = openSegmentEvents(segment, SEGMENT, text)
      const values: string[] = []
      const read = (): void => {
        for (let batch = events.tryNext(); batch !== undefined; batch = events.tryNext()) {
          for (const event of sliceOf(batch)) values.push(event.value)
        }
      }
      const details = expect.objectContaining({ segment: String(SEGMENT), offset: 18n })
      expect(read).toThrow(expect.objectContaining({ code, details }))
      expect(values).toEqual(['a', 'b'])
      expect(events.offset).toBe(18n)
      expect(read).toThrow(expect.objectContaining({ code }))
      events.seek(28n)
      expect(valuesOf(events)).toEqual(['c'])
    }
  })

  it('never do anything else than fail by name', () => {
    const anyBytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .array(fc.constantFrom(0, 0, 0, 0, 0, 0, 1, 7, 0x80, 0xff), { maxLength: 200 })
        .map(all => Uint8Array.from(all)),
    )
    fc.assert(
      fc.property(anyBytes, anyPieces, (bytes, pieces) => {
        const segment = new MemorySegment().append(bytes)
        let read = 0
        segment.pieceLength = () => pieces[read++ % pieces.length] ?? 1
        const events = openSegmentEvents(segment, SEGMENT, { serializer: bytesSerializer })
        try {
          const length = valuesOf(events).reduce((sum, value) => sum + 8 + value.length, 0)
          expect(events.offset).toBe(BigInt(length))
        } catch (error) {
          expect(error).toMatchObject({ code, details: { offset: events.offset } })
        }
      }),
      { numRuns: 300 },
    )
  })

  it('at the end of a sealed segment are told, and can be stepped over', () => {
    const segment = new MemorySegment().append(framed('a'), framed('b').subarray(0, 8)).seal()
    const events = openSegmentEvents(segment, SEGMENT, text)
    expect(sliceOf(events.tryNext()).next()?.value).toBe('a')
    const details = expect.objectContaining({ offset: 9n, end: 17n })
    expect(() => events.tryNext()).toThrow(expect.objectContaining({ code, details }))
    events.seek(17n)
    expect(events.tryNext()).toEqual({ kind: 'endOfSegment', offset: 17n })
  })
})
