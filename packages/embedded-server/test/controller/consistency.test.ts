import { silentLogger } from '@pravega-ts/config'
import { makeSegmentId, transactionEpoch } from '@pravega-ts/model'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { activeEpoch, allSegments } from '../../src/controller/domain/epochs.ts'
import { segmentName } from '../../src/controller/domain/names.ts'
import { fixedSettings } from '../../src/controller/domain/settings.ts'
import { headPlacements, segmentsBefore } from '../../src/controller/domain/stream-cut.ts'
import type { StreamRecord } from '../../src/controller/domain/stream-record.ts'
import { type ControllerContext, existingStream } from '../../src/controller/operations/context.ts'
import { ExclusiveCalls } from '../../src/controller/operations/exclusive-calls.ts'
import { LeaseTimers } from '../../src/controller/operations/lease-timers.ts'
import { Rounds } from '../../src/controller/operations/rounds.ts'
import { scaleStream } from '../../src/controller/operations/scaling.ts'
import { createScope } from '../../src/controller/operations/scopes.ts'
import {
  createStream,
  deleteStream,
  sealStream,
  truncateStream,
  updateStream,
} from '../../src/controller/operations/streams.ts'
import { abortTransaction, commitTransaction, createTransaction } from '../../src/controller/operations/transactions.ts'
import { WorkQueues } from '../../src/controller/operations/work-queues.ts'
import { MemoryControllerState } from '../../src/controller/state/controller-state.ts'
import { FakeEngine } from './fake-engine.ts'
import { ManualClock } from './manual-clock.ts'
import { requestFor } from './random-stream.ts'
import { coverAllKeys, ReaderWalk } from './reader-walk.ts'

type Step =
  | { readonly do: 'scale'; readonly first: number; readonly count: number; readonly parts: number }
  | { readonly do: 'truncate'; readonly path: readonly (readonly [number, boolean])[] }
  | { readonly do: 'update'; readonly segments: number }
  | { readonly do: 'begin' }
  | { readonly do: 'commit' | 'abort'; readonly which: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('scale' as const),
    first: fc.nat(9),
    count: fc.integer({ min: 1, max: 2 }),
    parts: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({
    do: fc.constant('truncate' as const),
    path: fc.array(fc.tuple(fc.nat(9), fc.boolean()), { maxLength: 9 }),
  }),
  fc.record({ do: fc.constant('update' as const), segments: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ do: fc.constant('begin' as const) }),
  fc.record({ do: fc.constantFrom('commit' as const, 'abort' as const), which: fc.nat(9) }),
)

class Trial {
  readonly engine: FakeEngine = new FakeEngine()
  readonly context: ControllerContext
  readonly #transactions: string[] = []

  constructor() {
    const clock = new ManualClock()
    this.context = {
      state: new MemoryControllerState(),
      engine: this.engine,
      clock,
      logger: silentLogger,
      leaseLimits: { minimumMs: 1, maximumMs: 1000 },
      queues: new WorkQueues(),
      exclusive: new ExclusiveCalls(),
      leases: new LeaseTimers(clock),
      retention: new Rounds(clock, 1_800_000),
      watermarks: new Rounds(clock, 10_000),
      autoScaling: undefined,
    }
  }

  /** How many were begun. */
  get transactions(): number {
    return this.#transactions.length
  }

  get stream(): StreamRecord {
    return existingStream(this.context, 'a', 's')
  }

  async begin(): Promise<void> {
    createScope(this.context, 'a')
    await createStream(this.context, 'a', 's', fixedSettings(0n))
  }

  async take(next: Step): Promise<unknown> {
    switch (next.do) {
      case 'scale':
        return scaleStream(this.context, 'a', 's', requestFor(this.stream, next))
      case 'truncate': {
        const { epochs, activeEpoch: active } = this.stream
        const reader = new ReaderWalk({ ...this.stream, epochs: epochs.slice(0, active + 1) })
        for (const [choice, finish] of next.path) reader.step(choice, finish)
        return truncateStream(this.context, 'a', 's', reader.cut)
      }
      case 'update': {
        const { scaling, ...rest } = fixedSettings(0n)
        return updateStream(this.context, 'a', 's', { ...rest, scaling: { ...scaling, minSegments: next.segments } })
      }
      case 'begin':
        return this.#transactions.push((await createTransaction(this.context, 'a', 's', 1000)).id)
      case 'commit':
        return commitTransaction(this.context, 'a', 's', this.#transaction(next.which), { writer: '', timestamp: 0n })
      case 'abort':
        return abortTransaction(this.context, 'a', 's', this.#transaction(next.which))
    }
  }

  /** What the segment store must hold of the stream, by what the controller knows. */
  expected(): ReadonlySet<string> {
    const { epochs } = this.stream
    const gone = new Set(segmentsBefore(epochs, headPlacements(this.stream)))
    const kept = allSegments(epochs).filter(({ id }) => !gone.has(id))
    const parts = this.context.state.transactions
      .list('a/s')
      .flatMap(([id, { segments }]) =>
        segments.map(number => segmentName('a', 's', makeSegmentId(number, transactionEpoch(id)), id)),
      )
    return new Set([...kept.map(({ id }) => segmentName('a', 's', id)), ...parts])
  }

  /** Names of the segments that take appends by what the controller knows. */
  active(): readonly string[] {
    return activeEpoch(this.stream)
      .segments.map(({ id }) => segmentName('a', 's', id))
      .sort()
  }

  #transaction(which: number): string {
    return this.#transactions[which % Math.max(this.#transactions.length, 1)] ?? ''
  }
}

function openSegments(trial: Trial): readonly string[] {
  return trial.engine.namesOf('a/s').filter(name => !name.includes('#transaction') && !trial.engine.get(name).isSealed)
}

test('after any sequence of changes, the segment store holds what the controller knows, and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 15 }), async steps => {
      const trial = new Trial()
      await trial.begin()
      for (const next of steps) await trial.take(next)
      await trial.context.queues.idle()
      expect(new Set(trial.engine.namesOf('a/s'))).toEqual(trial.expected())
      expect(openSegments(trial)).toEqual(trial.active())
      expect(trial.stream.epochs.every(({ segments }) => coverAllKeys(segments))).toBe(true)
      await sealStream(trial.context, 'a', 's')
      await deleteStream(trial.context, 'a', 's')
      expect([...trial.engine.segments.keys()]).toEqual([])
    }),
  )
})

test('whatever fails on the way, what was decided is finished by the next change', async () => {
  const failing = fc.array(fc.tuple(step, fc.nat(12)), { maxLength: 10 })
  await fc.assert(
    fc.asyncProperty(failing, async steps => {
      const trial = new Trial()
      await trial.begin()
      for (const [next, failAt] of steps) {
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
      const held = new Set(trial.engine.namesOf('a/s'))
      expect([...trial.expected()].filter(name => !held.has(name))).toEqual([])
      expect(trial.active().filter(name => trial.engine.get(name).isSealed)).toEqual([])
      const decided = [...trial.expected()].filter(name => !name.includes('#transaction'))
      const closed = decided.filter(name => !trial.active().includes(name))
      expect(closed.filter(name => !trial.engine.get(name).isSealed)).toEqual([])
    }),
  )
})
