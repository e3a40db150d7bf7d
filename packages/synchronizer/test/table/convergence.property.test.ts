import { setImmediate as nextTurn } from 'node:timers/promises'
import { PravegaError } from '@pravega-ts/model'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fromCbor, toCbor } from '../../src/table/cbor.ts'
import { decodeBody, encodeKey } from '../../src/table/entry-format.ts'
import type { TableSynchronizer } from '../../src/table/table-synchronizer.ts'
import { member, plain, rustEntries, value } from './members.ts'
import { type Fate, ModelTable } from './model-table.ts'

const FATES: readonly Fate[] = ['answered', 'answered', 'made, answer lost', 'never arrived', 'arrives later']

type Step = 'add' | 'add elsewhere' | 'remove' | 'refresh' | 'purge' | 'late' | 'compact' | 'foreign'
type Outcome = 'made' | 'unknown'

const step = (withForeign: boolean): fc.Arbitrary<Step> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constant<Step>('add') },
    { weight: 2, arbitrary: fc.constant<Step>('add elsewhere') },
    { weight: 2, arbitrary: fc.constant<Step>('remove') },
    fc.constantFrom<Step>(
      'refresh',
      'late',
      'compact',
      ...(withForeign ? (['foreign'] as const) : (['purge'] as const)),
    ),
  )

const program = (withForeign: boolean): fc.Arbitrary<{ members: Step[][]; fates: Fate[]; waits: number[] }> =>
  fc.record({
    members: fc.array(fc.array(step(withForeign), { maxLength: 8 }), { minLength: 2, maxLength: 4 }),
    fates: fc.array(fc.constantFrom(...FATES), { maxLength: 40 }),
    waits: fc.array(fc.nat(3), { minLength: 1, maxLength: 20 }),
  })

/** Members that add to a list under the next number, each addition with an id; and a log of what became of each. */
class Story {
  readonly table = new ModelTable()
  readonly outcomes = new Map<string, Outcome>()
  readonly removed = new Set<string>()
  #ids = 0

  constructor(fates: readonly Fate[], waits: readonly number[]) {
    let changes = 0
    let requests = 0
    this.table.fate = () => fates[changes++] ?? 'answered'
    this.table.turn = async () => {
      for (let n = waits[requests++ % waits.length] ?? 0; n > 0; n--) await nextTurn()
    }
  }

  async run(sync: TableSynchronizer, what: Step): Promise<void> {
    switch (what) {
      case 'add':
        return await this.#transact(sync, ['list'])
      case 'add elsewhere':
        return await this.#transact(sync, ['list', 'copy'])
      case 'remove':
        return await this.#remove(sync)
      case 'refresh':
        return void (await sync.refresh())
      case 'purge':
        return void (await sync.purge().catch(onlyUnknown))
      case 'late':
        return this.table.deliverLate()
      case 'compact':
        return this.table.compact()
      case 'foreign':
        return this.#addAsForeigner()
    }
  }

  async #transact(sync: TableSynchronizer, outers: readonly string[]): Promise<void> {
    const id = `t${this.#ids++}`
    try {
      await sync.transact(view => {
        const number = Number(view.get('list', 'last')?.data ?? 0) + 1
        const items = outers.map(outer => value(outer, id, number))
        return { puts: [value('list', 'last', number), ...items], result: undefined }
      })
      this.outcomes.set(id, 'made')
    } catch (error) {
      onlyUnknown(error)
      this.outcomes.set(id, 'unknown')
    }
  }

  /** Removals never go back: what was removed once, or may have been, stays out of the count. */
  async #remove(sync: TableSynchronizer): Promise<void> {
    const chosen = [...sync.view.innerMap('copy').keys()].at(0)
    if (chosen === undefined) return
    this.removed.add(chosen)
    await sync.transact(() => ({ removals: [{ outer: 'copy', inner: chosen }], result: undefined })).catch(onlyUnknown)
  }

  #addAsForeigner(): void {
    const found = this.table.valueOf(encodeKey({ outer: 'list', inner: 'last' }))
    const number = found === undefined ? 1 : Number(fromCbor(decodeBody(found).document)) + 1
    const id = `t${this.#ids++}`
    const values = ['last', id].map(inner => ({ outer: 'list', inner, document: toCbor(number) }))
    this.table.putDirectly(rustEntries(values))
    this.outcomes.set(id, 'made')
  }
}

function onlyUnknown(error: unknown): void {
  if (!PravegaError.is(error) || error.details['outcome'] !== 'unknown') throw error
}

async function check(withForeign: boolean, runs: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(program(withForeign), async ({ members, fates, waits }) => {
      const story = new Story(fates, waits)
      const syncs = await Promise.all(members.map(() => member(story.table)))
      await Promise.all(
        members.map(async (steps, index) => {
          for (const what of steps) await story.run(syncs[index] as TableSynchronizer, what)
        }),
      )
      story.table.deliverLate()
      const truth = plain((await member(story.table)).view)
      for (const sync of syncs) expect(plain(await sync.refresh())).toEqual(truth)

      const { last = 0, ...list } = (truth['list'] ?? {}) as Record<string, number>
      // One number each, none twice, none left out: each transaction took effect once or not at all.
      expect(Object.values(list).sort((a, b) => a - b)).toEqual(Array.from({ length: last }, (_, n) => n + 1))
      for (const [id, outcome] of story.outcomes) {
        if (outcome === 'made') expect(list).toHaveProperty(id)
      }
      for (const [id, number] of Object.entries(truth['copy'] ?? {})) expect(list[id]).toBe(number)
    }),
    { numRuns: runs },
  )
}

it('members agree, and each transaction is written once, whatever answers are lost', async () => {
  await check(false, 100)
})

it('the same with a client that leaves no trace of its changes', async () => {
  await check(true, 50)
})
