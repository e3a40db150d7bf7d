import { PravegaError } from '@pravega-ts/model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NONE, Scene } from './model-server.ts'

/** What may happen, each a number from 0 on; numbers above stand for the more usual things. */
function play(scene: Scene, steps: readonly number[], foreign: boolean): void {
  for (const step of steps) {
    const size = 1 + (step % 7)
    switch (step % 12) {
      case 0:
      case 1:
        scene.append(size, size, false)
        break
      case 2:
        // Large enough to be divided after a loss.
        scene.append(size * 20_000, 1)
        break
      case 3:
      case 4:
        scene.connect()
        break
      case 5:
      case 6:
        scene.process('current')
        break
      case 7:
        scene.process('old')
        break
      case 8:
        scene.deliver(false)
        break
      case 9:
        scene.deliver(true)
        break
      case 10:
        scene.cut(step % 5)
        break
      case 11:
        // As long as one of our own blocks, which is when a refused append and a later one can be mixed up.
        if (foreign) scene.foreignAppend(step % 2 === 0 ? size : size * 20_000)
        break
    }
  }
}

const steps = fc.array(fc.nat(10_000), { maxLength: 120 })

describe('appends without condition', () => {
  it('are stored once and in order, whatever happens to connections, acknowledgements and old appends', () => {
    fc.assert(
      fc.property(steps, happenings => {
        const scene = new Scene(false)
        play(scene, happenings, false)
        scene.drain()
        expect(scene.settled).toBe(true)
        expect(scene.ackedBytes).toBe(scene.appendedBytes)
        expect(scene.storedBytes).toBe(scene.appendedBytes)
      }),
      { numRuns: 400 },
    )
  })

  it('keep their order among appends of other writers', () => {
    fc.assert(
      fc.property(steps, happenings => {
        const scene = new Scene(false)
        play(scene, happenings, true)
        scene.drain()
        expect(scene.storedBytes).toBe(scene.appendedBytes)
      }),
      { numRuns: 200 },
    )
  })

  it('that are not stored when the segment is sealed are handed back in order, and no others', () => {
    fc.assert(
      fc.property(steps, steps, (before, after) => {
        const scene = new Scene(false)
        play(scene, before, false)
        scene.seal()
        play(scene, after, false)
        scene.append(1, 1)
        scene.drain()
        // A writer that saw the end of the segment while it had nothing to lose still ends.
        expect(scene.pipeline.phase.tag).toBe('ended')
        expect(scene.storedBytes).toBe(scene.ackedBytes)
        expect(scene.handedBackBytes).toBe(scene.appendedBytes - scene.ackedBytes)
        expect(scene.handedBack).toEqual(scene.handedBack?.toSorted((a, b) => a - b))
      }),
      { numRuns: 300 },
    )
  })
})

describe('a sealed segment', () => {
  it('is asked what it has before an append is handed back that was sent twice', () => {
    const scene = new Scene(false)
    scene.append(1, 1)
    scene.append(1, 1)
    scene.connect()
    scene.cut(1)
    scene.connect()
    scene.process('old')
    scene.seal()
    scene.process('current')
    scene.deliver(false)
    expect(scene.handedBack).toBeUndefined()
    scene.drain()
    expect(scene.acked).toEqual([0])
    expect(scene.handedBack).toEqual([1])
    expect(scene.endCause?.code).toBe('SEGMENT_SEALED')
  })

  it('is asked at once, however many connections were lost before', () => {
    const scene = new Scene(false)
    scene.append(1, 1)
    for (let n = 0; n < 5; n++) {
      scene.connect()
      scene.cut()
    }
    expect(scene.pipeline.phase).toMatchObject({ tag: 'connecting', attempt: 5 })
    scene.connect()
    scene.seal()
    scene.process('current')
    scene.deliver(false)
    expect(scene.pipeline.phase).toMatchObject({ tag: 'connecting', attempt: 1 })
  })
})

describe('a chain of conditional appends', () => {
  it('is stored once and in order without other writers', () => {
    fc.assert(
      fc.property(steps, happenings => {
        const scene = new Scene(true)
        play(scene, happenings, false)
        scene.drain()
        expect(scene.conflicted).toEqual([])
        expect(scene.storedBytes).toBe(scene.appendedBytes)
        expect(scene.pipeline.chainOffset).toBe(scene.length)
      }),
      { numRuns: 1000 },
    )
  })

  it('goes on with the rest of a divided append when its first part is refused that had been stored', () => {
    const scene = new Scene(true)
    scene.append(60_000, 1)
    scene.connect()
    // Nothing of the whole arrives; then its first part does, late.
    scene.cut(0)
    scene.connect()
    scene.cut()
    scene.connect()
    scene.process('old')
    scene.process('current')
    scene.drain()
    expect(scene.conflicted).toEqual([])
    expect(scene.storedBytes).toBe(60_000)
    expect(scene.ackedBytes).toBe(60_000)
  })

  it('never interleaves: another writer ends it, nothing refused is ever stored, nothing stored is refused', () => {
    let conflicts = 0
    fc.assert(
      fc.property(steps, happenings => {
        const scene = new Scene(true)
        play(scene, happenings, true)
        scene.drain()
        expect(scene.storedBytes).toBe(scene.ackedBytes)
        const firstForeign = scene.log.indexOf('foreign')
        if (firstForeign >= 0) expect(scene.log.slice(firstForeign).every(stored => stored === 'foreign')).toBe(true)
        if (scene.pipeline.conflict !== undefined) conflicts += 1
        expect(scene.pipeline.conflict !== undefined).toBe(scene.conflicted.length > 0)
      }),
      { numRuns: 400 },
    )
    expect(conflicts).toBeGreaterThan(20)
  })

  it('has one append under way at a time', () => {
    const scene = new Scene(true)
    scene.append(10, 1)
    scene.append(10, 1)
    scene.connect()
    expect(scene.pipeline.inFlight).toBe(1)
    scene.process('current')
    scene.deliver(false)
    expect(scene.acked).toEqual([0])
    expect(scene.pipeline.inFlight).toBe(1)
  })

  it('counts an append as stored that is refused when repeated because its first sending had been stored', () => {
    const scene = new Scene(true)
    scene.append(10, 1)
    scene.connect()
    scene.cut()
    scene.connect()
    scene.process('old') // the first sending lands only now
    scene.process('current')
    scene.deliver(false)
    expect(scene.acked).toEqual([])
    expect(scene.wantsConnection).toBe(true)
    scene.drain()
    expect(scene.acked).toEqual([0])
    expect(scene.conflicted).toEqual([])
    expect(scene.storedBytes).toBe(10)
  })

  it('goes on after a conflict where it is told to', () => {
    const scene = new Scene(true)
    scene.foreignAppend(5)
    scene.append(10, 1)
    scene.append(10, 1)
    scene.drain()
    expect(scene.conflicted).toEqual([0, 1])
    expect(PravegaError.is(scene.pipeline.conflict, 'CONDITIONAL_CHECK_FAILED')).toBe(true)
    scene.append(10, 1)
    expect(scene.conflicted).toEqual([0, 1, 2])
    scene.dispatch({ type: 'chainAt', offset: 5n })
    scene.append(10, 1)
    scene.drain()
    expect(scene.acked).toEqual([3])
    expect(scene.length).toBe(15n)
  })
})

describe('single conditional appends', () => {
  it('succeed or are refused one by one, and disturb nothing', () => {
    const scene = new Scene(false)
    scene.append(10, 2)
    scene.appendIf(5, 10n)
    scene.appendIf(5, 10n)
    scene.append(1, 1)
    scene.drain()
    expect(scene.acked).toEqual([0, 1, 3])
    expect(scene.conflicted).toEqual([2])
    expect(scene.length).toBe(16n)
  })
})

describe('the pipeline', () => {
  it('drops what was never sent, and only that', () => {
    const scene = new Scene(false)
    scene.append(1, 1)
    scene.connect()
    scene.cut()
    scene.append(1, 1)
    scene.dispatch({ type: 'drop' })
    expect(scene.dropped).toEqual([1])
    scene.drain()
    expect(scene.acked).toEqual([0])
  })

  it('gives up after the allowed attempts without progress, with all blocks in hand', () => {
    const scene = new Scene(false, 3)
    scene.append(1, 1)
    const cause = new PravegaError('CONNECTION_FAILED', 'refused')
    scene.dispatch({ type: 'lost', cause })
    scene.dispatch({ type: 'lost', cause })
    expect(scene.handedBack).toBeUndefined()
    scene.dispatch({ type: 'lost', cause })
    expect(scene.handedBack).toEqual([0])
    expect(scene.endCause?.code).toBe('RETRIES_EXHAUSTED')
    expect(scene.endCause?.cause).toBe(cause)
  })

  it('does not connect again while there is nothing to append', () => {
    const scene = new Scene(false)
    scene.append(1, 1)
    scene.drain()
    scene.cut()
    expect(scene.pipeline.phase.tag).toBe('idle')
    expect(scene.wantsConnection).toBe(false)
  })

  it('goes on behind the number that is stored for its writer id', () => {
    const scene = new Scene(false, Number.POSITIVE_INFINITY, 41n)
    const block = scene.append(1, 3)
    scene.drain()
    expect(block.number).toBe(44n)
    expect(scene.acked).toEqual([0])
  })

  it.each([
    ['nothing is in flight', 9n, 1n],
    ['a number that was never sent', 7n, NONE],
    ['what came before is said to be later', 1n, 1n],
  ])('gives a connection up that acknowledges wrongly: %s', (_, eventNumber, previousEventNumber) => {
    const scene = new Scene(false)
    scene.append(1, 1)
    scene.connect()
    scene.dispatch({ type: 'appended', eventNumber, previousEventNumber })
    expect(scene.acked).toEqual([])
    expect(scene.wantsConnection).toBe(true)
    expect(scene.pipeline.phase).toMatchObject({ tag: 'connecting', cause: { code: 'PROTOCOL_VIOLATION' } })
  })

  it.each([
    ['less than was acknowledged', 1n],
    ['more than was sent', 9n],
  ])('ends when the segment store remembers %s', (_, lastEventNumber) => {
    const scene = new Scene(false)
    scene.append(1, 2)
    scene.drain()
    scene.append(1, 1)
    scene.cut()
    scene.dispatch({ type: 'setUp', lastEventNumber })
    expect(scene.endCause?.code).toBe('INVALID_EVENT_NUMBER')
    expect(scene.handedBack).toEqual([1])
  })
})
