import { PravegaError } from '@pravega-ts/model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type EventReader, memoryStore, type StateStore } from '../../src/index.ts'
import { Scene } from './support/scene.ts'

const KEYS = 8

type Step =
  | { readonly do: 'write'; readonly key: number }
  | { readonly do: 'slice'; readonly reader: number; readonly events: number }
  | { readonly do: 'loop'; readonly reader: number; readonly events: number }
  | { readonly do: 'hold'; readonly reader: number }
  | { readonly do: 'join' }
  | { readonly do: 'leave'; readonly reader: number }
  | { readonly do: 'crash'; readonly reader: number }
  | { readonly do: 'split' | 'merge'; readonly pick: number }
  | { readonly do: 'checkpoint' }
  | { readonly do: 'wait'; readonly ms: number }

const pick = fc.nat({ max: 7 })
const events = fc.nat({ max: 6 })
const calm: fc.Arbitrary<Step>[] = [
  fc.record({ do: fc.constant('write' as const), key: fc.nat({ max: KEYS - 1 }) }),
  fc.record({ do: fc.constant('write' as const), key: fc.nat({ max: KEYS - 1 }) }),
  fc.record({ do: fc.constant('slice' as const), reader: pick, events }),
  fc.record({ do: fc.constant('loop' as const), reader: pick, events }),
  fc.record({ do: fc.constant('hold' as const), reader: pick }),
  fc.record({ do: fc.constant('join' as const) }),
  fc.record({ do: fc.constant('leave' as const), reader: pick }),
  fc.record({ do: fc.constantFrom('split' as const, 'merge' as const), pick }),
  fc.record({ do: fc.constant('checkpoint' as const) }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.nat({ max: 9000 }) }),
]
const stormy: fc.Arbitrary<Step>[] = [...calm, fc.record({ do: fc.constant('crash' as const), reader: pick })]

interface Member {
  readonly id: string
  readonly reader: EventReader<string>
  readonly state: StateStore
}

/** A story: what was written, and who read what. */
class Story {
  readonly scene: Scene
  readonly written: string[][] = Array.from({ length: KEYS }, () => [])
  /** Texts, in the order of reading, and who read them. */
  readonly read: (readonly [string, string])[] = []
  readonly crashed = new Set<string>()
  #members: Member[] = []
  #joined = 0
  #checkpoints = 0

  constructor(scene: Scene) {
    this.scene = scene
  }

  async take(step: Step): Promise<void> {
    const { clock, cluster } = this.scene
    switch (step.do) {
      case 'write':
        this.#write(step.key)
        return
      case 'slice':
        await this.#slice(this.#member(step.reader), step.events)
        return
      case 'loop':
        await this.#loop(this.#member(step.reader), step.events)
        return
      case 'hold':
        // Never given back, as when the application is stuck with it; the reader hands over what it has not acknowledged.
        await this.#member(step.reader)?.reader.acquireSegment({ timeoutMs: 0 })
        return
      case 'join':
        await this.#join()
        return
      case 'leave':
        await this.#leave(step.reader)
        return
      case 'crash':
        this.#crash(step.reader)
        return
      case 'split':
      case 'merge': {
        const sorted = [...cluster.active].sort((a, b) => a.range.low - b.range.low)
        const [first, second] = sorted.slice(step.pick % sorted.length)
        if (first === undefined) return
        const { low, high } = first.range
        const middle = (low + high) / 2
        if (step.do === 'split' && high - low > 0.1)
          cluster.scale(
            [first],
            [
              { low, high: middle },
              { low: middle, high },
            ],
          )
        if (step.do === 'merge' && second !== undefined) {
          cluster.scale([first, second], [{ low, high: second.range.high }])
        }
        return
      }
      case 'checkpoint':
        await this.scene.checkpoint(`cp${this.#checkpoints++}`)
        return
      case 'wait':
        await clock.advance(step.ms)
    }
  }

  /** Everything that was written is read by those who are left. */
  async finish(): Promise<void> {
    const { clock, cluster } = this.scene
    for (const id of this.crashed) await this.scene.readerOffline(id)
    // Somebody may hold slices for good.
    while (this.#members.length > 0) await this.#leave(0)
    await this.#join()
    await this.#join()
    cluster.seal()
    for (let round = 0; round < 1000; round++) {
      let isOver = true
      for (const member of this.#members) {
        const item = await member.reader.read({ timeoutMs: 0 })
        if (item.kind === 'event') this.read.push([item.event.value, member.id])
        if (item.kind !== 'endOfData') isOver = false
        if (item.kind === 'idle') await clock.advance(1000)
      }
      if (isOver) return
    }
    throw new Error('it did not come to an end')
  }

  #write(key: number): void {
    const texts = this.written[key] ?? []
    const text = `${key}:${texts.length}`
    texts.push(text)
    this.scene.cluster.write((key + 0.5) / KEYS, text)
  }

  async #slice(member: Member | undefined, events: number): Promise<void> {
    using slice = await member?.reader.acquireSegment({ timeoutMs: 0 })
    if (member === undefined || slice === undefined) return
    for (let n = 0; n < events && !slice.isEmpty; n++) this.read.push([slice.next()?.value ?? '', member.id])
  }

  async #loop(member: Member | undefined, events: number): Promise<void> {
    if (member === undefined || events === 0) return
    let left = events
    try {
      for await (const { value } of member.reader.events({ timeoutMs: 0, acknowledgeOnBreak: true })) {
        this.read.push([value, member.id])
        if (--left === 0) break
      }
    } catch (error) {
      if (!PravegaError.is(error, 'DEADLINE_EXCEEDED')) throw error
    }
  }

  async #join(): Promise<void> {
    if (this.#members.length > 4) return
    const id = `r${this.#joined++}`
    const state = memoryStore(this.scene.group)
    this.#members.push({ id, reader: await this.scene.reader(id, { requestLength: 40 }, state), state })
  }

  async #leave(pick: number): Promise<void> {
    const member = this.#member(pick)
    if (member === undefined) return
    this.#members = this.#members.filter(other => other !== member)
    await member.reader.close()
  }

  #crash(pick: number): void {
    const member = this.#member(pick)
    if (member === undefined) return
    this.#members = this.#members.filter(other => other !== member)
    this.crashed.add(member.id)
    const gone = (): Promise<never> => Promise.reject(new PravegaError('UNAVAILABLE', 'the process has ended'))
    Object.assign(member.state, { refresh: gone, transact: gone, append: gone })
  }

  #member(pick: number): Member | undefined {
    return this.#members[pick % Math.max(1, this.#members.length)]
  }
}

async function tell(steps: readonly Step[]): Promise<Story> {
  const story = new Story(await Scene.of({ segments: 2 }))
  try {
    for (const step of steps) await story.take(step)
    await story.finish()
    return story
  } finally {
    await story.scene.end()
  }
}

describe('whatever readers and segments come and go', () => {
  it('each event is read once, in the order of its key', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(...calm), { maxLength: 60 }), async steps => {
        const { read, written } = await tell(steps)
        written.forEach((texts, key) => {
          expect(read.map(([text]) => text).filter(text => text.startsWith(`${key}:`))).toEqual(texts)
        })
      }),
      { numRuns: 60 },
    )
  })

  it('no event is lost when readers die, and only what they have read comes again', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(...stormy), { maxLength: 60 }), async steps => {
        const { read, written, crashed } = await tell(steps)
        const readers = Map.groupBy(read, ([text]) => text)
        expect([...readers.keys()].sort()).toEqual(written.flat().sort())
        for (const times of readers.values()) {
          expect(times.slice(0, -1).every(([, reader]) => crashed.has(reader))).toBe(true)
        }
        written.forEach((texts, key) => {
          const firsts = [...readers.keys()].filter(text => text.startsWith(`${key}:`))
          expect(firsts).toEqual(texts)
        })
      }),
      { numRuns: 60 },
    )
  })
})
