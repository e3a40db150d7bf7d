import { setImmediate } from 'node:timers/promises'
import * as fc from 'fast-check'
import { fixedSettings } from '../../../src/controller/domain/settings.ts'
import type { StreamSettings } from '../../../src/controller/domain/stream-record.ts'
import { transactionSegments } from '../../../src/controller/operations/commit.ts'
import { findStream } from '../../../src/controller/operations/context.ts'
import { createTable, deleteTable } from '../../../src/controller/operations/key-value-tables.ts'
import { createReaderGroup, removeReaderGroup } from '../../../src/controller/operations/reader-groups.ts'
import { Refusal } from '../../../src/controller/operations/refusal.ts'
import { retainStream } from '../../../src/controller/operations/retention.ts'
import { scaleStream } from '../../../src/controller/operations/scaling.ts'
import { createScope, deleteScopeRecursive } from '../../../src/controller/operations/scopes.ts'
import {
  createStream,
  deleteStream,
  sealStream,
  truncateStream,
  updateStream,
} from '../../../src/controller/operations/streams.ts'
import {
  abortTransaction,
  commitTransaction,
  createTransaction,
} from '../../../src/controller/operations/transactions.ts'
import { LEASE_MS } from '../controller-context.ts'
import { requestFor } from '../random-stream.ts'
import { ReaderWalk } from '../reader-walk.ts'
import { CrashWorld } from './crash-world.ts'

const SCOPE = 'a'
const STREAMS = ['s', 't']
const NO_MARK = { writer: '', timestamp: 0n }
const MARK = { writer: 'w', timestamp: 5n }

const stream = fc.constantFrom(...STREAMS)
const which = fc.nat(9)

/** Something that is asked of the server, most of it without waiting for what was asked before. */
export type Step = typeof gentleStep extends fc.Arbitrary<infer S> ? S | LosingStep : never
type LosingStep = typeof losingStep extends fc.Arbitrary<infer S> ? S : never

/** Steps that lose nothing that was written. */
export const gentleStep = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('createStream' as const),
      stream,
      segments: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('scale' as const),
      stream,
      first: fc.nat(9),
      count: fc.integer({ min: 1, max: 2 }),
      parts: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('update' as const), stream, segments: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('begin' as const), stream }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('put' as const), which }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('commit' as const, 'commitAt' as const), which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('abort' as const), which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('write' as const), stream, where: fc.nat(9) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('createGroup' as const, 'createTable' as const),
      stream,
      bytes: fc.constantFrom(4, 8),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('deleteGroup' as const, 'deleteTable' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: LEASE_MS }) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('tick' as const) }) },
)

/** Steps that lose what was written. */
export const losingStep = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('truncate' as const),
      stream,
      path: fc.array(fc.tuple(fc.nat(9), fc.boolean()), { maxLength: 9 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('seal' as const, 'delete' as const, 'retain' as const), stream }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('empty' as const) }) },
)

/** What was asked for, and what was answered; both with the number of groups that were there then. */
interface Asked {
  readonly what: Step['do']
  readonly name: string
  readonly at: number
  answeredAt: number
  answer: unknown
}

export interface BegunTransaction {
  readonly id: string
  readonly stream: string
  /** What is in it: the same text in as many of its segments. */
  readonly text: string
  puts: number
}

/** Asks a server for one thing after the other, and writes down what it said. */
export class CrashHistory {
  readonly world: CrashWorld
  readonly asked: Asked[] = []
  readonly transactions: BegunTransaction[] = []
  readonly failures: unknown[] = []
  #underWay: Promise<unknown>[] = []

  private constructor(world: CrashWorld) {
    this.world = world
  }

  static async run(steps: readonly Step[]): Promise<CrashHistory> {
    const history = new CrashHistory(await CrashWorld.open([], 1_000_000))
    createScope(history.world.context, SCOPE)
    for (const stream of STREAMS) await history.#take({ do: 'createStream', stream, segments: 2 })
    for (const step of steps) await history.#take(step)
    await history.world.idle()
    await Promise.all(history.#underWay)
    return history
  }

  /** What was answered when there were no more than so many groups. */
  answered(groups: number): readonly Asked[] {
    return this.asked.filter(({ answeredAt }) => answeredAt <= groups)
  }

  async #take(step: Step): Promise<void> {
    const { clock, context } = this.world
    switch (step.do) {
      case 'tick':
        return setImmediate()
      case 'wait':
        return clock.advance(step.ms)
      case 'put':
        return this.#put(step.which)
      case 'write':
        return this.#write(step.stream, step.where)
      case 'createStream':
        return this.#ask(step.do, step.stream, () => createStream(context, SCOPE, step.stream, settings(step.segments)))
      case 'update':
        return this.#ask(step.do, step.stream, () => updateStream(context, SCOPE, step.stream, settings(step.segments)))
      case 'scale': {
        const record = findStream(context, SCOPE, step.stream)
        if (record === undefined) return
        return this.#ask(step.do, step.stream, () => scaleStream(context, SCOPE, step.stream, requestFor(record, step)))
      }
      case 'truncate': {
        const record = findStream(context, SCOPE, step.stream)
        if (record === undefined) return
        const reader = new ReaderWalk({ ...record, epochs: record.epochs.slice(0, record.activeEpoch + 1) })
        for (const [choice, finish] of step.path) reader.step(choice, finish)
        return this.#ask(step.do, step.stream, () => truncateStream(context, SCOPE, step.stream, reader.cut))
      }
      case 'seal':
        return this.#ask(step.do, step.stream, () => sealStream(context, SCOPE, step.stream))
      case 'delete':
        return this.#ask(step.do, step.stream, async () => {
          await sealStream(context, SCOPE, step.stream)
          return deleteStream(context, SCOPE, step.stream)
        })
      case 'retain':
        return this.#ask(step.do, step.stream, () => retainStream(context, SCOPE, step.stream))
      case 'begin':
        return this.#ask(step.do, step.stream, async () => {
          const { id } = await createTransaction(context, SCOPE, step.stream, LEASE_MS)
          this.transactions.push({ id, stream: step.stream, text: `<${this.transactions.length}>`, puts: 0 })
          return id
        })
      case 'commit':
      case 'commitAt':
      case 'abort':
        return this.#end(step.do, step.which)
      case 'createGroup':
        return this.#ask(step.do, 'g', () => createReaderGroup(context, group(step.stream)))
      case 'deleteGroup':
        return this.#ask(step.do, 'g', () => removeReaderGroup(context, SCOPE, 'g'))
      case 'createTable':
        return this.#ask(step.do, 'k', () => createTable(context, SCOPE, 'k', table(step.bytes)))
      case 'deleteTable':
        return this.#ask(step.do, 'k', () => deleteTable(context, SCOPE, 'k'))
      case 'empty':
        return this.#ask(step.do, SCOPE, async () => {
          await deleteScopeRecursive(context, SCOPE)
          return createScope(context, SCOPE)
        })
    }
  }

  #ask(what: Step['do'], name: string, call: () => unknown): void {
    const { changes, context } = this.world
    const asked: Asked = {
      what,
      name,
      at: changes.groups.length,
      answeredAt: Number.POSITIVE_INFINITY,
      answer: undefined,
    }
    this.asked.push(asked)
    const answer = async (): Promise<void> => {
      try {
        asked.answer = await call()
      } catch (error) {
        if (!(error instanceof Refusal)) this.failures.push(error)
        return
      }
      await context.state.settled()
      asked.answeredAt = changes.groups.length
    }
    this.#underWay.push(answer())
  }

  #end(what: 'commit' | 'commitAt' | 'abort', which: number): void {
    const transaction = this.transactions[which % Math.max(1, this.transactions.length)]
    if (transaction === undefined) return
    const { id, stream } = transaction
    const { context } = this.world
    this.#ask(what, id, () =>
      what === 'abort'
        ? abortTransaction(context, SCOPE, stream, id)
        : commitTransaction(context, SCOPE, stream, id, what === 'commit' ? NO_MARK : MARK),
    )
  }

  /** An event in each segment of a transaction that is open. */
  #put(which: number): void {
    const transaction = this.transactions[which % Math.max(1, this.transactions.length)]
    if (transaction === undefined) return
    const { id, stream, text } = transaction
    const record = this.world.context.state.transactions.get(`${SCOPE}/${stream}`, id)
    if (record?.state !== 'open' || transaction.puts > 0) return
    for (const name of transactionSegments({ scope: SCOPE, stream }, record)) {
      const segment = this.world.catalog.find(name)
      if (segment?.kind !== 'stream') throw new Error(`transaction ${id} is open, but has no segment ${name}`)
      if (segment.appendUnnumbered(Buffer.from(text), []) === 'appended') transaction.puts++
    }
  }

  #write(stream: string, where: number): void {
    const names = this.world.storage.names.filter(
      name => name.startsWith(`${SCOPE}/${stream}/`) && !name.includes('#transaction'),
    )
    const segment = this.world.catalog.find(names[where % Math.max(1, names.length)] ?? '')
    if (segment?.kind === 'stream') segment.appendUnnumbered(Buffer.from('event;'), [])
  }
}

function settings(minSegments: number): StreamSettings {
  const { scaling, ...rest } = fixedSettings(0n)
  return { ...rest, scaling: { ...scaling, minSegments }, retention: { type: 2, min: 5n, max: 2n ** 62n } }
}

function group(stream: string) {
  return {
    scope: SCOPE,
    group: 'g',
    refreshTimeMs: 3000n,
    checkpointIntervalMs: 30_000n,
    maxOutstandingCheckpoints: 3,
    retentionType: 1,
    generation: 0n,
    id: '11111111-2222-4333-8444-555555555555',
    startingCuts: [{ scope: SCOPE, stream, cut: new Map() }],
    endingCuts: [],
    rolloverSizeBytes: 0n,
  }
}

function table(primaryKeyLength: number) {
  return { partitions: 2, primaryKeyLength, secondaryKeyLength: 0, rolloverSizeBytes: 0n }
}
