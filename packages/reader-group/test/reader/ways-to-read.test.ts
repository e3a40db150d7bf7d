import { afterEach, describe, expect, it } from 'vitest'
import type { EventReader } from '../../src/index.ts'
import { drain, Scene } from './support/scene.ts'

let scene: Scene
afterEach(() => scene.end())

async function over(segments: number, options = {}): Promise<EventReader<string>> {
  scene = await Scene.of({ segments })
  return await scene.reader('r1', options)
}

describe('slices', () => {
  it('come one of each segment, and the rest of a slice after what was given back', async () => {
    const reader = await over(2)
    scene.cluster.segment(0).write('a', 'b', 'c')
    scene.cluster.segment(1).write('x')
    const first = await reader.acquireSegment()
    const second = await reader.acquireSegment()
    expect([first?.next()?.value, second?.next()?.value]).toEqual(['a', 'x'])
    expect(await reader.acquireSegment({ timeoutMs: 0 })).toBeUndefined()
    if (first === undefined) throw new Error('no slice')
    reader.releaseSegment(first)
    reader.releaseSegment(first)
    expect(first.next()).toBeUndefined()
    const rest = await reader.acquireSegment()
    expect(rest?.startOffset).toBe(9n)
    expect([...(rest ?? [])].map(({ value }) => value)).toEqual(['b', 'c'])
    expect(reader.position().segments).toEqual(
      new Map([
        [scene.cluster.segment(0).name, 9n],
        [scene.cluster.segment(1).name, 0n],
      ]),
    )
  })

  it('are given back by `using`, and held back until then', async () => {
    const reader = await over(1)
    scene.cluster.segment(0).write('a')
    {
      using slice = await reader.acquireSegment()
      slice?.next()
      scene.cluster.segment(0).write('b')
      expect(await reader.acquireSegment({ timeoutMs: 0 })).toBeUndefined()
    }
    expect(await drain(reader)).toEqual(['b'])
  })

  it('can be given back at any event, and nowhere else', async () => {
    const reader = await over(1)
    scene.cluster.segment(0).write('a', 'bb', 'c')
    const slice = await reader.acquireSegment()
    if (slice === undefined) throw new Error('no slice')
    for (const _ of slice);
    for (const offset of [-1n, 8n, 10n, 29n]) {
      const refused = PravegaErrorCodes(() => reader.releaseSegmentAt(slice, offset))
      expect(['INVALID_ARGUMENT', 'OFFSET_OUT_OF_RANGE']).toContain(refused)
    }
    reader.releaseSegmentAt(slice, 9)
    expect(await drain(reader)).toEqual(['bb', 'c'])
    expect([...reader.position().segments.values()]).toEqual([28n])
  })

  it('are not taken from other readers', async () => {
    const reader = await over(2)
    scene.cluster.segment(0).write('a')
    const slice = await reader.acquireSegment()
    const other = await scene.reader('r2')
    if (slice === undefined) throw new Error('no slice')
    expect(() => other.releaseSegment(slice)).toThrow('comes from another reader')
  })

  it('that the application has, hold up no other segment', async () => {
    const reader = await over(2)
    scene.cluster.segment(0).write('a')
    await reader.acquireSegment()
    scene.cluster.segment(1).write('x')
    expect(await drain(reader)).toEqual(['x'])
  })
})

describe('events', () => {
  it('are acknowledged when the next one is asked for', async () => {
    const reader = await over(1)
    const { name } = scene.cluster.segment(0).write('a', 'b', '', 'c')
    const positions: (bigint | undefined)[] = []
    const texts: string[] = []
    for await (const event of reader) {
      texts.push(event.value)
      positions.push(reader.position().segments.get(name))
      if (texts.length === 4) break
    }
    expect(texts).toEqual(['a', 'b', '', 'c'])
    expect(positions).toEqual([0n, 9n, 18n, 26n])
    expect(reader.position().segments.get(name)).toBe(26n)
    expect(await drain(reader)).toEqual(['c'])
  })

  it('come again when their loop body fails', async () => {
    const reader = await over(1)
    scene.cluster.segment(0).write('a', 'b')
    const failing = (async () => {
      for await (const event of reader) if (event.value === 'b') throw new Error('no')
    })()
    await expect(failing).rejects.toThrow('no')
    expect(await drain(reader)).toEqual(['b'])
  })

  it('can be acknowledged by leaving the loop', async () => {
    const reader = await over(1)
    scene.cluster.segment(0).write('a', 'b')
    for await (const _ of reader.events({ acknowledgeOnBreak: true })) break
    expect(await drain(reader)).toEqual(['b'])
  })

  it('can be acknowledged by the batch, and come again by the batch', async () => {
    const reader = await over(1)
    const { name } = scene.cluster.segment(0).write('a', 'b', 'c')
    const texts: string[] = []
    for await (const event of reader.events({ acknowledge: 'batch' })) {
      texts.push(event.value)
      expect(reader.position().segments.get(name)).toBe(0n)
      if (texts.length === 2) break
    }
    for await (const event of reader.events({ acknowledge: 'batch' })) {
      texts.push(event.value)
      if (event.value === 'c') scene.cluster.segment(0).write('d')
      if (event.value === 'd') break
    }
    expect(texts.join('')).toBe('ababcd')
    expect(reader.position().segments.get(name)).toBe(27n)
  })

  it('wait for more, until a signal or a time says otherwise', async () => {
    const reader = await over(1)
    const abort = new AbortController()
    const waiting = reader.events({ signal: abort.signal }).next()
    abort.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'ABORTED' })
    await expect(reader.events({ timeoutMs: 1 }).next()).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
    const next = reader.events().next()
    scene.cluster.segment(0).write('a')
    expect((await next).value?.value).toBe('a')
  })

  it('are given in the order of the calls when several are asked for at once', async () => {
    const reader = await over(1)
    const iteration = reader.events()
    const steps = Array.from({ length: 3 }, () => iteration.next())
    scene.cluster.segment(0).write('a', 'b')
    scene.cluster.segment(0).write('c')
    const results = await Promise.all(steps)
    expect(results.map(({ value }) => value?.value)).toEqual(['a', 'b', 'c'])
  })

  it('of busy segments come in turns', async () => {
    const reader = await over(3, { requestLength: 18 })
    for (const number of [0, 1, 2]) for (let n = 0; n < 4; n++) scene.cluster.segment(number).write(`${number}`)
    const texts = (await drain(reader)).join('')
    expect(texts).toMatch(/^(?:(.)\1(?!\1)(.)\2(?!\1|\2)(.)\3){2}$/)
  })
})

describe('batches', () => {
  it('are acknowledged when the next one is asked for, as far as they were gone through', async () => {
    const reader = await over(1)
    const { name } = scene.cluster.segment(0).write('a', 'b', 'c')
    const seen: string[] = []
    for await (const batch of reader.batches()) {
      for (const { value } of batch) {
        seen.push(value)
        if (value === 'b') break
      }
      if (seen.at(-1) === 'c') break
    }
    expect(seen).toEqual(['a', 'b', 'c'])
    expect(reader.position().segments.get(name)).toBe(18n)
    expect(await drain(reader)).toEqual(['c'])
  })
})

describe('items', () => {
  it('tell what is no event', async () => {
    scene = await Scene.of({ segments: 1 })
    const { cluster } = scene
    const old = cluster.segment(0).write('a', 'b')
    const reader = await scene.reader('r1')
    const read = (): Promise<unknown> => reader.read({ timeoutMs: 0 })
    expect(await read()).toMatchObject({ kind: 'event', event: { value: 'a' } })
    expect(await read()).toMatchObject({ kind: 'event', event: { value: 'b' } })
    expect(await read()).toEqual({ kind: 'idle' })
    old.write('c', 'd').truncate(27)
    expect(await read()).toEqual({ kind: 'truncated', segment: old.segment, from: 18n, to: 27n })
    expect(await read()).toMatchObject({ kind: 'event', event: { value: 'd' } })
    cluster.seal()
    expect(await read()).toEqual({ kind: 'segmentEnd', segment: old.segment })
    expect(await reader.read()).toEqual({ kind: 'endOfData' })
    expect(await reader.acquireSegment()).toBeUndefined()
    expect((await reader.events().next()).done).toBe(true)
  })

  it('end with the end of data', async () => {
    const reader = await over(1)
    scene.cluster.write(0.5, 'a')
    scene.cluster.seal()
    const kinds: string[] = []
    for await (const { kind } of reader.items()) kinds.push(kind)
    expect(kinds).toEqual(['event', 'segmentEnd', 'endOfData'])
  })
})

function PravegaErrorCodes(call: () => void): string | undefined {
  try {
    call()
  } catch (error) {
    return (error as { code?: string }).code
  }
  return undefined
}
