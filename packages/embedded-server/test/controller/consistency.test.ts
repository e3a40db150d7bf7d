import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { allSegments, successors } from '../../src/controller/domain/epochs.ts'
import { headPlacements } from '../../src/controller/domain/stream-cut.ts'
import type { StreamRecord } from '../../src/controller/domain/stream-record.ts'
import { deleteScopeRecursive } from '../../src/controller/operations/scopes.ts'
import { deleteStream, sealStream } from '../../src/controller/operations/streams.ts'
import { coverAllKeys } from './reader-walk.ts'
import { misnumbered, randomStep, type Step, Trial } from './trial.ts'

const steps = fc.array(randomStep, { maxLength: 25 })

function openSegments(trial: Trial): readonly string[] {
  return trial.engine.namesOf('a/s').filter(name => !name.includes('#transaction') && !trial.engine.get(name).isSealed)
}

async function run(list: readonly Step[]): Promise<Trial> {
  const trial = new Trial()
  await trial.begin()
  for (const next of list) await trial.take(next)
  await trial.context.queues.idle()
  return trial
}

function expectConsistent(record: StreamRecord): void {
  const { epochs, activeEpoch: active, pending } = record
  expect(pending).toBeUndefined()
  expect(active).toBe(epochs.length - 1)
  expect(epochs.map(({ epoch }) => epoch)).toEqual(epochs.map((_, i) => i))
  expect(epochs.every(({ segments }) => coverAllKeys(segments))).toBe(true)
  expect(epochs.every(({ epoch, referenceEpoch }) => referenceEpoch <= epoch)).toBe(true)
  expect(misnumbered(record)).toEqual([])
  const last = new Set(epochs.at(-1)?.segments.map(({ id }) => id))
  for (const { id } of allSegments(epochs)) expect(successors(epochs, id).length === 0).toBe(last.has(id))
  expect(coverAllKeys(headPlacements(record).map(({ low, high }) => ({ id: 0n, low, high })))).toBe(true)
}

test('after any sequence of changes, the segment store holds what the controller knows, and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async list => {
      const trial = await run(list)
      expect(new Set(trial.engine.namesOf('a/s'))).toEqual(trial.expected())
      expect(openSegments(trial)).toEqual(trial.active())
      expectConsistent(trial.stream)
    }),
  )
})

test('a lease that nobody prolongs ends its transaction, whatever happens to the stream meanwhile', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async list => {
      const trial = await run(list)
      await trial.expireLeases()
      expect(trial.context.state.transactions.list('a/s')).toEqual([])
      expect(trial.engine.namesOf('a/s').filter(name => name.includes('#transaction'))).toEqual([])
      expect(trial.clock.timers).toBe(0)
    }),
  )
})

test('a stream that is deleted leaves no segment and no record but those of the scope', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async list => {
      const trial = await run(list)
      await sealStream(trial.context, 'a', 's')
      await deleteStream(trial.context, 'a', 's')
      expect(trial.engine.namesOf('a/s')).toEqual([])
      const { state } = trial.context
      for (const table of [state.transactions, state.writers, state.subscribers]) expect(table.list('a/s')).toEqual([])
      for (const table of [state.recordedCuts, state.watermarks]) expect(table.list('a')).toEqual([])
      expect(trial.clock.timers).toBe(0)
    }),
  )
})

test('a scope that is deleted with all that is in it leaves nothing but what transactions came to', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async list => {
      const trial = await run(list)
      await deleteScopeRecursive(trial.context, 'a')
      await trial.context.queues.idle()
      expect([...trial.engine.segments.keys()]).toEqual([])
      const { completedTransactions, counters: _, ...tables } = trial.context.state
      const left = Object.entries(tables).flatMap(([name, table]) => {
        return typeof table === 'object' && table.parents().length > 0 ? [name] : []
      })
      expect(left).toEqual([])
      expect(completedTransactions.list('a/s').length).toBeLessThanOrEqual(trial.transactions)
      expect(trial.clock.timers).toBe(0)
    }),
  )
})

test('whatever fails on the way, what was decided is finished by the next change, and nothing is left of the rest', async () => {
  const failing = fc.array(fc.tuple(randomStep, fc.nat(12)), { maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(failing, async list => {
      const trial = new Trial()
      await trial.begin()
      for (const [next, failAt] of list.filter(([{ do: kind }]) => kind !== 'recreate' && kind !== 'subscribe')) {
        let changes = 0
        trial.engine.before = () => {
          changes += 1
          if (changes === failAt) throw new Error('disk full')
        }
        await trial.take(next).catch(() => {})
        await trial.context.queues.idle()
      }
      trial.engine.before = () => {}
      await trial.take({ do: 'begin' })
      await trial.take({ do: 'commit', which: trial.transactions - 1 })
      await trial.context.queues.idle()
      await trial.expireLeases()
      expect(new Set(trial.engine.namesOf('a/s'))).toEqual(trial.expected())
      expect(openSegments(trial)).toEqual(trial.active())
      expectConsistent(trial.stream)
    }),
  )
})
