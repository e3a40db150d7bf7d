import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isMarkStream } from '../../../src/controller/domain/names.ts'
import { createScope, deleteScopeRecursive } from '../../../src/controller/operations/scopes.ts'
import { checkTransactionState } from '../../../src/controller/operations/transaction-queries.ts'
import { createTransaction } from '../../../src/controller/operations/transactions.ts'
import { LEASE_MS } from '../controller-context.ts'
import { CrashHistory, gentleStep, losingStep, type Step } from './crash-history.ts'
import { expectInOrder, expectKept, streamsOf } from './crash-invariants.ts'
import { CrashWorld } from './crash-world.ts'

const LONG = { minLength: 5, maxLength: 60, size: 'max' } as const

const history = fc.oneof(
  fc.record({ losing: fc.constant(false), steps: fc.array(gentleStep, LONG) }),
  fc.record({
    losing: fc.constant(true),
    steps: fc.array(fc.oneof({ weight: 4, arbitrary: gentleStep }, { weight: 1, arbitrary: losingStep }), {
      maxLength: 40,
    }),
  }),
)

/** Where the process dies: as parts of all groups. */
const crashes = fc.uniqueArray(fc.nat(999), { minLength: 8, maxLength: 8 })

/** A server that starts on the first groups, when it has finished what was decided. */
async function startedOn(past: CrashHistory, groups: number): Promise<CrashWorld> {
  const world = await CrashWorld.open(past.world.changes.groups.slice(0, groups), past.world.clock.now())
  await world.idle()
  world.clock.advance(LEASE_MS)
  await world.idle()
  return world
}

async function expectUsable(world: CrashWorld, past: CrashHistory, groups: number): Promise<void> {
  const { context } = world
  const known = past.answered(groups).map(({ answer }) => answer)
  for (const { scope, sealed, stream } of streamsOf(context.state)) {
    // Nobody opens transactions on what Pravega keeps itself.
    if (sealed || isMarkStream(stream)) continue
    const { id } = await createTransaction(context, scope, stream, LEASE_MS)
    expect(known).not.toContain(id)
  }
  await deleteScopeRecursive(context, 'a')
  await world.idle()
  expect(world.storage.names).toEqual([])
  expect(createScope(context, 'a')).toBe('SUCCESS')
}

test('a lease goes on while nobody is there', async () => {
  const past = await CrashHistory.run([
    { do: 'tick' },
    { do: 'begin', stream: 's' },
    { do: 'tick' },
    { do: 'wait', ms: LEASE_MS / 2 },
    { do: 'begin', stream: 't' },
  ])
  const [first, second] = past.transactions.map(({ id }) => id)
  const stateAfter = async (ms: number, stream: string, id = ''): Promise<string> => {
    const world = await CrashWorld.open(past.world.changes.groups, past.world.clock.now() + ms)
    world.clock.advance(0)
    await world.idle()
    return checkTransactionState(world.context, 'a', stream, id)
  }
  expect([await stateAfter(0, 's', first), await stateAfter(0, 't', second)]).toEqual(['OPEN', 'OPEN'])
  const later = LEASE_MS / 2 + 1
  expect([await stateAfter(later, 's', first), await stateAfter(later, 't', second)]).toEqual(['ABORTED', 'OPEN'])
  expect(await stateAfter(LEASE_MS, 't', second)).toBe('ABORTED')
})

test('outcomes of transactions are forgotten after a day, also of streams that are gone', async () => {
  const past = await CrashHistory.run([
    { do: 'tick' },
    { do: 'begin', stream: 's' },
    { do: 'tick' },
    { do: 'commit', which: 0 },
    { do: 'tick' },
    { do: 'delete', stream: 's' },
  ])
  const remembered = async (ms: number): Promise<readonly string[]> => {
    const world = await CrashWorld.open(past.world.changes.groups, past.world.clock.now() + ms)
    return world.context.state.completedTransactions.parents()
  }
  const day = 24 * 60 * 60 * 1000
  expect([await remembered(day), await remembered(day + 1)]).toEqual([['a/s'], []])
})

test('wherever the process dies, the next one finishes what was decided, and has what was acknowledged', async () => {
  await fc.assert(
    fc.asyncProperty(history, crashes, async ({ losing, steps }, places) => {
      const past = await CrashHistory.run(steps as readonly Step[])
      expect(past.failures).toEqual([])
      expect(past.world.failures).toEqual([])
      const { groups } = past.world.changes
      for (const place of new Set(places.map(place => Math.ceil((place * groups.length) / 999)))) {
        const world = await startedOn(past, place)
        expectInOrder(world)
        expectKept(world, past, place, losing)
        await expectUsable(world, past, place)
      }
    }),
    { numRuns: Number(process.env['CRASH_RUNS'] ?? 60) },
  )
})
