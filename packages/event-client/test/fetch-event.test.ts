import { PravegaError } from '@pravega-ts/model'
import { describe, expect, it } from 'vitest'
import { EventPointer, fetchEvent, openSegmentEvents, utf8Serializer } from '../src/index.ts'
import { framed, sliceOf } from './support/events.ts'
import { MemorySegment, SEGMENT } from './support/memory-segment.ts'

function written(): MemorySegment {
  return new MemorySegment().append(framed('first'), framed(''), framed('third'))
}

describe('fetching an event', () => {
  it('gives the event that a pointer was taken of', async () => {
    const segment = written()
    const slice = sliceOf(openSegmentEvents(segment, SEGMENT, { serializer: utf8Serializer }).tryNext())
    for (const { value, offset, pointer } of slice) {
      const byPointer = await fetchEvent(segment, pointer, utf8Serializer)
      const byText = await fetchEvent(segment, `${pointer}`)
      expect([byPointer.value, byPointer.offset, `${byPointer.pointer}`]).toEqual([value, offset, `${pointer}`])
      expect(Buffer.from(byText.value).toString()).toBe(value)
    }
    expect(segment.readers.slice(1).every(reader => reader.closed)).toBe(true)
  })

  it('gives one that comes in pieces, in memory of its own', async () => {
    const segment = written().append(framed('x'.repeat(5_000)))
    segment.pieceLength = () => 700
    const event = await fetchEvent(segment, new EventPointer(SEGMENT, 34n, 5_008), utf8Serializer)
    segment.data.fill(0)
    expect(event.value).toBe('x'.repeat(5_000))
    expect(event.endOffset).toBe(5_042n)
  })

  it('says that it was truncated away', async () => {
    const segment = written()
    segment.start = 13
    const gone = { code: 'SEGMENT_TRUNCATED', details: { startOffset: 13n } }
    await expect(fetchEvent(segment, new EventPointer(SEGMENT, 0n, 13))).rejects.toMatchObject(gone)
    segment.getInfo = () => new MemorySegment().append(segment.data).getInfo(SEGMENT)
    await expect(fetchEvent(segment, new EventPointer(SEGMENT, 0n, 13))).rejects.toMatchObject(gone)
  })

  it.each([
    ['there is none', new EventPointer(SEGMENT, 1n, 13)],
    ['there is a longer one', new EventPointer(SEGMENT, 0n, 12)],
    ['there is a shorter one', new EventPointer(SEGMENT, 13n, 9)],
    ['a longer one would end behind the segment', new EventPointer(SEGMENT, 21n, 12)],
  ])('says that %s', async (_, pointer) => {
    await expect(fetchEvent(written(), pointer)).rejects.toMatchObject({ code: 'CORRUPT_EVENT' })
  })

  it('does not wait for what has not been written', async () => {
    const beyond = fetchEvent(written(), new EventPointer(SEGMENT, 34n, 8))
    await expect(beyond).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE', details: { end: 34n } })
  })

  it('fails as the segment does, with what the caller says, and refuses what is no pointer', async () => {
    const segment = written()
    const gone = new PravegaError('NO_SUCH_SEGMENT', 'gone')
    segment.failure = gone
    const pointer = new EventPointer(SEGMENT, 0n, 13)
    await expect(fetchEvent(segment, pointer)).rejects.toBe(gone)
    const signal = AbortSignal.abort()
    await expect(fetchEvent(segment, pointer, undefined, { signal })).rejects.toMatchObject({ code: 'ABORTED' })
    await expect(fetchEvent(segment, 'third')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })
})
