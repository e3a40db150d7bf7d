import { setImmediate as turn } from 'node:timers/promises'
import { PravegaError, ScopedStream } from '@pravega-ts/model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openStateSynchronizer, type StateSynchronizer } from '../../src/index.ts'
import { ModelStore } from '../support/model-store.ts'
import { type Texts, textModel } from '../support/text-model.ts'

const stream = new ScopedStream('s', 'state')

/** What a member does next. */
type Step =
  | { readonly do: 'update'; readonly count: number }
  | { readonly do: 'append' }
  | { readonly do: 'fetch' }
  | { readonly do: 'compact' }
  /** An update that is given up after so many turns of the event loop: it may be written, or not. */
  | { readonly do: 'giveUp'; readonly turns: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('update' as const), count: fc.integer({ min: 0, max: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('append' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('fetch' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('compact' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('giveUp' as const), turns: fc.nat(12) }) },
)

const life = fc.record({
  steps: fc.array(step, { maxLength: 12 }),
  /** Turns of the event loop before and after each request. */
  delays: fc.array(fc.nat(4), { minLength: 1, maxLength: 12 }),
  /** Whether each question for the mark is answered wrongly. */
  forgetsMark: fc.boolean(),
  maxReadBytes: fc.integer({ min: 8, max: 400 }),
  tellsTail: fc.constantFrom('rightly', 'never', 'always'),
  /** How many calls are made without waiting for the ones before. */
  overlap: fc.integer({ min: 1, max: 3 }),
})

class Member {
  readonly state: StateSynchronizer<Texts, Texts, string>
  readonly #name: string
  /** Texts that are there once, and where they were told to be. */
  readonly sure = new Map<string, number | undefined>()
  /** Texts that are there once or not at all. */
  readonly doubtful = new Set<string>()
  #count = 0

  constructor(name: string, state: StateSynchronizer<Texts, Texts, string>) {
    this.#name = name
    this.state = state
  }

  async take(step: Step): Promise<void> {
    switch (step.do) {
      case 'update': {
        const texts = Array.from({ length: step.count }, () => this.#text())
        const at = await this.state.updateState(state => ({ updates: texts, result: state.length }))
        for (const [index, text] of texts.entries()) this.sure.set(text, at + index)
        break
      }
      case 'append': {
        const text = this.#text()
        await this.state.updateUnconditionally([text])
        this.sure.set(text, undefined)
        break
      }
      case 'fetch': {
        const mine = [...this.sure.keys()]
        const state = await this.state.fetchUpdates()
        for (const text of mine) expect(state).toContain(text)
        break
      }
      case 'compact':
        await this.state.compact(state => state)
        break
      case 'giveUp': {
        const text = this.#text()
        this.doubtful.add(text)
        const abort = new AbortController()
        const updating = this.state.updateState(() => ({ updates: [text], result: true }), { signal: abort.signal })
        const settled = updating.catch(error => {
          if (!PravegaError.is(error, 'ABORTED')) throw error
          return false
        })
        for (let n = 0; n < step.turns; n += 1) await turn()
        abort.abort()
        if (await settled) {
          this.doubtful.delete(text)
          this.sure.set(text, undefined)
        }
        break
      }
    }
  }

  #text(): string {
    this.#count += 1
    return `${this.#name}${this.#count}`
  }
}

describe('members of a shared state', () => {
  it('end with equal states in which each update is once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 4 }), async lives => {
        const store = new ModelStore()
        const segment = store.createStream(stream)
        const members: Member[] = []
        const first = await Promise.all(
          lives.map(async ({ delays, forgetsMark, maxReadBytes, tellsTail }, index) => {
            const client = store.client()
            let asked = 0
            const delay = async (): Promise<void> => {
              const turns = delays[asked++ % delays.length] ?? 0
              for (let n = 0; n < turns; n += 1) await turn()
            }
            Object.assign(client, { before: delay, after: delay, forgetsMark, maxReadBytes, tellsTail })
            const state = await openStateSynchronizer(client, stream, textModel)
            members[index] = new Member(String.fromCharCode(97 + index), state)
            return await state.initialize([`by ${index}`])
          }),
        )
        expect(first.filter(Boolean)).toHaveLength(1)

        await Promise.all(
          lives.map(async ({ steps, overlap }, index) => {
            const member = members[index]
            for (let at = 0; at < steps.length; at += overlap) {
              await Promise.all(steps.slice(at, at + overlap).map(next => member?.take(next)))
            }
          }),
        )

        // What was given up may still be on its way.
        for (const { state } of members) await state.close()
        const late = await openStateSynchronizer(store.client(), stream, textModel)
        const truth = (await late.fetchUpdates()) ?? []
        expect(new Set(truth).size).toBe(truth.length)
        const doubtful = new Set(members.flatMap(member => [...member.doubtful]))
        const sure = members.flatMap(member => [...member.sure])
        for (const [text, at] of sure) expect(at ?? truth.indexOf(text)).toBe(truth.indexOf(text))
        const expected = sure.map(([text]) => text)
        const found = truth.slice(1).filter(text => !doubtful.has(text))
        expect(found.sort()).toEqual(expected.sort())

        // Whoever begins elsewhere in the log comes to the same.
        segment.attributes.clear()
        const fromStart = await openStateSynchronizer(store.client(), stream, textModel)
        expect(await fromStart.fetchUpdates()).toEqual(truth)
      }),
      { numRuns: 250 },
    )
  })

  it('agree at every moment in between', async () => {
    const store = new ModelStore()
    store.createStream(stream)
    const states = await Promise.all(
      ['a', 'b', 'c'].map(async name => {
        const client = store.client()
        client.before = async () => {
          for (let n = 0; n < name.charCodeAt(0) % 3; n += 1) await turn()
        }
        const state = await openStateSynchronizer(client, stream, textModel)
        await state.initialize([])
        return { name, state }
      }),
    )
    const seen: Texts[] = []
    await Promise.all(
      states.map(async ({ name, state }) => {
        for (let n = 0; n < 30; n += 1) {
          await state.updateState(() => ({ updates: [`${name}${n}`], result: undefined }))
          if (n % 7 === 6) await state.compact(texts => texts)
          if (state.state !== undefined) seen.push(state.state)
        }
      }),
    )
    const longest = seen.reduce((a, b) => (a.length > b.length ? a : b))
    expect(longest).toHaveLength(90)
    for (const texts of seen) expect(texts).toEqual(longest.slice(0, texts.length))
  })
})
