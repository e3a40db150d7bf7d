import fc from 'fast-check'
import type { Kind, StreamingBatchWriterOptions } from '../../src/index.ts'
import type { Rows } from './recorder.ts'

/** How a handler call goes. */
export interface Behaviour {
  readonly how: 'loop' | 'chunks'
  /** Milliseconds before each message. */
  readonly delay: number
  /** After so many messages or chunks it ends. */
  readonly take: number
  readonly end: 'return' | 'throw' | 'throw synchronously'
  /** Milliseconds of work after its last message. */
  readonly commit: number
  /** Says nothing of what iteration throws. */
  readonly hides: boolean
}

export type Step =
  | { readonly tag: 'send'; readonly kind: Kind; readonly table: string; readonly sizes: readonly number[] }
  | { readonly tag: 'pass'; readonly ms: number }
  | { readonly tag: 'flush' }
  | { readonly tag: 'abort' }

export interface Plan {
  readonly steps: readonly Step[]
  readonly behaviours: readonly Behaviour[]
  readonly options: StreamingBatchWriterOptions<Rows>
  readonly pulled: 'no' | 'sync' | 'async'
}

const behaviour: fc.Arbitrary<Behaviour> = fc.record({
  how: fc.constantFrom('loop', 'chunks'),
  delay: fc.constantFrom(0, 0, 0, 1, 7),
  take: fc.oneof(
    { weight: 4, arbitrary: fc.constant(Number.POSITIVE_INFINITY) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 4 }) },
  ),
  end: fc.oneof(
    { weight: 12, arbitrary: fc.constant('return' as const) },
    { weight: 1, arbitrary: fc.constantFrom('throw' as const, 'throw synchronously' as const) },
  ),
  commit: fc.constantFrom(0, 0, 3, 40),
  hides: fc.boolean(),
})

const send: fc.Arbitrary<Step> = fc.record({
  tag: fc.constant('send' as const),
  kind: fc.oneof(
    { weight: 12, arbitrary: fc.constant('insert' as const) },
    { weight: 1, arbitrary: fc.constantFrom('migrateTable' as const, 'deleteStale' as const, 'deleteRecord' as const) },
  ),
  table: fc.constantFrom('a', 'b', 'c', ''),
  sizes: fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 12 }),
})

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 30, arbitrary: send },
  { weight: 4, arbitrary: fc.record({ tag: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 60 }) }) },
  { weight: 1, arbitrary: fc.constant({ tag: 'flush' as const }) },
)

const cap = (max: number): fc.Arbitrary<number> => fc.oneof(fc.constant(0), fc.integer({ min: 1, max }))

const options: fc.Arbitrary<StreamingBatchWriterOptions<Rows>> = fc.record({
  batchTimeout: fc.constantFrom(0, 10, 50),
  batchSizeRows: cap(8),
  batchSizeBytes: cap(30),
  maxConcurrentBatchesPerTable: fc.constantFrom(1, 1, 2, 3),
  maxConcurrentBatches: fc.constantFrom(0, 0, 1, 2),
  maxQueuedRowsPerTable: cap(10),
  maxQueuedBytesPerTable: cap(40),
  maxQueuedRows: cap(20),
  maxQueuedBytes: cap(60),
  barrier: fc.constantFrom('wait', 'wait', 'close'),
  onError: fc.constantFrom('continue', 'continue', 'stop'),
})

/** Anything that can happen to a writer. */
export const anyPlan: fc.Arbitrary<Plan> = fc
  .record({
    steps: fc.array(step, { minLength: 1, maxLength: 60 }),
    behaviours: fc.array(behaviour, { minLength: 1, maxLength: 6 }),
    options,
    pulled: fc.constantFrom('no', 'sync', 'async'),
    abort: fc.option(fc.nat({ max: 60 }), { freq: 4, nil: undefined }),
  })
  .map(({ abort, steps, ...rest }) => ({
    ...rest,
    steps: abort === undefined ? steps : steps.toSpliced(abort, 0, { tag: 'abort' }),
  }))

/** Handlers that do as they should. */
export const calmPlan: fc.Arbitrary<Plan> = anyPlan.map(({ steps, behaviours, ...rest }) => ({
  ...rest,
  steps: steps.filter(({ tag }) => tag !== 'abort'),
  behaviours: behaviours.map(({ how, delay, commit }) => ({
    how,
    delay,
    commit,
    take: Number.POSITIVE_INFINITY,
    end: 'return' as const,
    hides: false,
  })),
}))
