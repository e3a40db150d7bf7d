import { PravegaError } from '@pravega-ts/model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openSegmentEvents, type SegmentBatch, type SegmentEventsOptions, utf8Serializer } from '../../src/index.ts'
import { framed, sliceOf, valuesOf } from '../support/events.ts'
import { MemorySegment, SEGMENT } from '../support/memory-segment.ts'

function open(segment: MemorySegment, options: Partial<SegmentEventsOptions<string>> = {}) {
  return openSegmentEvents(segment, SEGMENT, { serializer: utf8Serializer, ...options })
}

function textsOf(batch: SegmentBatch<string>): string[] {
  return [...sliceOf(batch)].map(event => event.value)
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await undefined
}

describe('waiting for events', () => {
  it('ends when there are some, or the segment ends', async () => {
    const segment = new MemorySegment()
    await using events = open(segment)
    const first = events.next()
    segment.append(framed('a').subarray(0, 4))
    await turns(20)
    segment.append(framed('a').subarray(4), framed('b'))
    expect(textsOf(await first)).toEqual(['a'])
    expect(valuesOf(events)).toEqual(['b'])
    const second = events.next()
    segment.seal()
    const end = { kind: 'endOfSegment', offset: 18n }
    expect([await second, await events.next(), events.tryNext()]).toEqual([end, end, end])
  })

  it('can be given up, and nothing is missed', async () => {
    const segment = new MemorySegment()
    await using events = open(segment)
    const abort = new AbortController()
    const given = events.next({ signal: abort.signal })
    abort.abort()
    await expect(given).rejects.toMatchObject({ code: 'ABORTED' })
    await turns(20)
    expect(segment.readers[0]?.waiting).toBe(0)
    segment.append(framed('a'))
    expect(textsOf(await events.next())).toEqual(['a'])
    await expect(events.next({ timeoutMs: 1 })).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
  })

  it('together, in turn with takers that do not wait and with changes of mind, gives each event once', async () => {
    const anyStep = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({ do: fc.constant('append' as const), bytes: fc.integer({ min: 1, max: 30 }) }),
      },
      { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('next', 'take', 'give up' as const) }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant('pass' as const), turns: fc.nat(6) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('seek' as const) }) },
    )
    const payloads = Array.from({ length: 60 }, (_, n) => `${n}`.padEnd(n % 7, '.'))
    const all = Buffer.concat(payloads.map(payload => framed(payload)))
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { maxLength: 60 }), fc.boolean(), async (steps, takesWhenTold) => {
        const segment = new MemorySegment()
        segment.pieceLength = offset => 1 + (offset % 17)
        const taken: [offset: number, text: string][] = []
        const take = (batch: SegmentBatch<string> | undefined): void => {
          if (batch?.kind !== 'slice') return
          for (const event of batch.slice) taken.push([Number(event.offset), event.value])
        }
        const onReadable = (): void => take(takesWhenTold ? events.tryNext() : undefined)
        const events = open(segment, { onReadable })
        const waiting = new Set<Promise<void>>()
        let aborts = new AbortController()
        let appended = 0
        let soughtAgain = false
        for (const step of steps) {
          if (step.do === 'append') {
            segment.append(all.subarray(appended, appended + step.bytes))
            appended += step.bytes
          } else if (step.do === 'pass') {
            await turns(step.turns)
          } else if (step.do === 'take') {
            take(events.tryNext())
          } else if (step.do === 'next') {
            const told = events.next({ signal: aborts.signal }).then(take, error => {
              if (!PravegaError.is(error, 'ABORTED')) throw error
            })
            waiting.add(told)
            void told.finally(() => waiting.delete(told))
          } else if (step.do === 'give up') {
            aborts.abort()
            aborts = new AbortController()
          } else {
            events.seek(0n)
            soughtAgain = true
          }
        }
        segment.append(all.subarray(appended)).seal()
        await Promise.all(waiting)
        for (let batch = await events.next(); batch.kind === 'slice'; batch = await events.next()) take(batch)
        const found = new Map(taken.toSorted(([a], [b]) => a - b))
        expect([...found.values()]).toEqual(payloads)
        if (!soughtAgain) expect(taken.length).toBe(payloads.length)
        await events.close()
      }),
      { numRuns: 500 },
    )
  })
})

describe('at every moment while what was waited for is on its way', () => {
  const moments = Array.from({ length: 16 }, (_, n) => n)

  it.each([
    [0, ['a', 'b', 'c']],
    [9, ['b', 'c']],
    [18, ['c']],
  ])('a seek to %i gives what is there, once', async (offset, expected) => {
    for (const moment of moments) {
      const segment = new MemorySegment().append(framed('a'))
      segment.pieceLength = () => 9
      await using events = open(segment, { offset: 9n })
      const waiting = events.next()
      segment.append(framed('b'), framed('c'))
      await turns(moment)
      const isHandedOut = events.offset > 9n
      events.seek(offset)
      const batches = [await waiting, ...(isHandedOut ? [await events.next()] : [])]
      const sought = batches.at(-1) as SegmentBatch<string>
      expect([...textsOf(sought), ...valuesOf(events)]).toEqual(expected)
    }
  })

  it('a call that comes when the one before was given up is told', async () => {
    for (const moment of moments) {
      for (const later of moments) {
        const segment = new MemorySegment()
        await using events = open(segment)
        const abort = new AbortController()
        const given = events.next({ signal: abort.signal }).catch(() => undefined)
        await turns(moment)
        abort.abort()
        await turns(later)
        const waiting = events.next()
        segment.append(framed('a'))
        expect([await given, textsOf(await waiting)]).toEqual([undefined, ['a']])
      }
    }
  })

  it('a taker that does not wait hears of what the call that was given up has left', async () => {
    for (const moment of moments) {
      for (const later of moments) {
        const segment = new MemorySegment()
        const values: string[] = []
        const take = (): void => void values.push(...valuesOf(events))
        await using events = open(segment, { onReadable: () => void turns(later).then(take) })
        const abort = new AbortController()
        const given = events.next({ signal: abort.signal }).then(
          batch => values.push(...textsOf(batch)),
          () => {},
        )
        segment.append(framed('a'))
        await turns(moment)
        abort.abort()
        await given
        await turns(60)
        expect(values).toEqual(['a'])
      }
    }
  })
})

describe('truncation', () => {
  it('is told, and reading goes on behind it by itself', async () => {
    const segment = new MemorySegment().append(framed('a'), framed('b'), framed('c'))
    segment.start = 18
    await using events = open(segment)
    expect(events.tryNext()).toEqual({ kind: 'truncated', offset: 0n, startOffset: 18n })
    expect(events.offset).toBe(18n)
    expect(valuesOf(events)).toEqual(['c'])
  })

  it('takes the part with it that was here of an event', async () => {
    const segment = new MemorySegment().append(framed('a'), framed('long enough'), framed('c'))
    segment.pieceLength = () => 20
    await using events = open(segment)
    expect(textsOf(await events.next())).toEqual(['a'])
    segment.start = 28
    expect(await events.next()).toEqual({ kind: 'truncated', offset: 9n, startOffset: 28n })
    expect(textsOf(await events.next())).toEqual(['c'])
  })

  it('up to the end offset ends reading', async () => {
    const segment = new MemorySegment().append(framed('a'), framed('b'), framed('c'))
    segment.start = 18
    await using events = open(segment, { endOffset: 9n })
    expect(await events.next()).toEqual({ kind: 'truncated', offset: 0n, startOffset: 18n })
    expect(await events.next()).toEqual({ kind: 'endOfSegment', offset: 18n })
  })
})

describe('an end offset', () => {
  it('is told without waiting for data, and nothing is held for what is behind it', async () => {
    const segment = new MemorySegment().append(framed('a'), framed('b'))
    await using events = open(segment, { endOffset: 9n })
    expect(textsOf(await events.next())).toEqual(['a'])
    const end = { kind: 'endOfSegment', offset: 9n }
    expect([await events.next(), events.tryNext()]).toEqual([end, end])
    expect(segment.readers.map(reader => reader.closed)).toEqual([true])
    events.seek(0n)
    expect(valuesOf(events)).toEqual(['a'])
  })

  it('that lies before the beginning needs no reader', async () => {
    const segment = new MemorySegment()
    await using events = open(segment, { offset: 9n, endOffset: 9n })
    expect(await events.next()).toEqual({ kind: 'endOfSegment', offset: 9n })
    expect(segment.readers).toEqual([])
  })

  it('ends waiting when a seek goes beyond it', async () => {
    const segment = new MemorySegment()
    await using events = open(segment, { endOffset: 9n })
    const waiting = events.next()
    events.seek(20n)
    expect(await waiting).toEqual({ kind: 'endOfSegment', offset: 20n })
  })
})

describe('a seek', () => {
  it('drops what is here of an event, and leaves slices as they are', async () => {
    const segment = new MemorySegment().append(framed('a'), framed('b'), framed('ccc').subarray(0, 9))
    await using events = open(segment)
    const slice = sliceOf(events.tryNext())
    events.seek(9)
    expect(events.offset).toBe(9n)
    expect(valuesOf(events)).toEqual(['b'])
    segment.append(Buffer.from('cc'))
    expect(valuesOf(events)).toEqual(['ccc'])
    expect([...slice].map(event => event.value)).toEqual(['a', 'b'])
  })

  it('is what a waiting call waits for from then on', async () => {
    const segment = new MemorySegment().append(framed('a'))
    await using events = open(segment, { offset: 9 })
    const waiting = events.next()
    events.seek(0n)
    expect(textsOf(await waiting)).toEqual(['a'])
  })

  it('tries anew after a failure', async () => {
    const segment = new MemorySegment().append(framed('a'))
    await using events = open(segment, { offset: 9n })
    const waiting = [events.next(), events.next()]
    const gone = new PravegaError('NO_SUCH_SEGMENT', 'gone')
    segment.fail(gone)
    for (const call of waiting) await expect(call).rejects.toBe(gone)
    expect(() => events.tryNext()).toThrow(gone)
    events.seek(0n)
    expect(textsOf(await events.next())).toEqual(['a'])
  })

  it('refuses what is no offset, and goes nowhere', async () => {
    await using events = open(new MemorySegment(), { offset: 5n })
    expect(() => events.seek(-1n)).toThrow(expect.objectContaining({ code: 'OFFSET_OUT_OF_RANGE' }))
    expect(() => events.seek(0.5)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    expect(events.offset).toBe(5n)
  })
})

describe('closing', () => {
  it('fails calls that wait and calls that come, and leaves slices as they are', async () => {
    const segment = new MemorySegment().append(framed('a'))
    const events = open(segment)
    const slice = sliceOf(events.tryNext())
    const waiting = events.next()
    await Promise.all([events.close(), events.close()])
    const closed = { code: 'CLOSED', message: expect.stringContaining(String(SEGMENT)) }
    await expect(waiting).rejects.toMatchObject(closed)
    await expect(events.next()).rejects.toMatchObject(closed)
    expect(() => events.tryNext()).toThrow(expect.objectContaining(closed))
    expect(() => events.seek(0n)).toThrow(expect.objectContaining(closed))
    expect(slice.next()?.value).toBe('a')
    expect(segment.readers[0]?.closed).toBe(true)
  })
})

describe('an event that cannot be deserialized', () => {
  it('fails by itself; those behind it do not', async () => {
    const cause = new Error('no such colour')
    const serializer = {
      ...utf8Serializer,
      decodeFrom(source: Uint8Array, offset: number, length: number): string {
        if (length === 3) throw cause
        return utf8Serializer.decodeFrom?.(source, offset, length) ?? ''
      },
    }
    const segment = new MemorySegment().append(framed('a'), framed('bbb'), framed('c'))
    await using events = open(segment, { serializer })
    const [first, second, third] = sliceOf(events.tryNext())
    const details = { segment: String(SEGMENT), offset: 9n, length: 3 }
    for (let times = 0; times < 2; times++) {
      expect(() => second?.value).toThrow(expect.objectContaining({ code: 'SERIALIZATION_FAILED', cause, details }))
    }
    expect([first?.value, Buffer.from(second?.payload ?? []).toString(), third?.value]).toEqual(['a', 'bbb', 'c'])
  })

  it('is deserialized once, and not before it is asked for', async () => {
    let calls = 0
    const serializer = { serialize: () => Buffer.alloc(0), deserialize: (bytes: Uint8Array) => [++calls, bytes.length] }
    const segment = new MemorySegment().append(framed('abcd'))
    await using events = openSegmentEvents(segment, SEGMENT, { serializer })
    const event = sliceOf(events.tryNext()).next()
    expect(calls).toBe(0)
    expect(event?.value).toBe(event?.value)
    expect(event?.value).toEqual([1, 4])
  })
})

it('names segment, stream and place of an event', async () => {
  await using events = open(new MemorySegment().append(framed('a'), framed('bb')))
  const [, event] = sliceOf(events.tryNext())
  expect(String(event?.segment)).toBe('shop/orders/3.#epoch.1')
  expect(String(event?.stream)).toBe('shop/orders')
  expect(event?.pointer.toText()).toBe('shop/orders/3.#epoch.1:9-10')
})
