import { splitKeyRange } from '@pravega-ts/model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { turn } from './support/model-store.ts'
import { keyBetween, setUp } from './support/writers.ts'

const KEYS = Array.from({ length: 12 }, (_, n) => keyBetween(n / 12, (n + 1) / 12))

/** What can happen, in any order. Numbers choose among what there is. */
type Step =
  | { readonly kind: 'write'; readonly keys: readonly number[] }
  | { readonly kind: 'batch'; readonly key: number; readonly count: number }
  | { readonly kind: 'carry out'; readonly writer: number; readonly blocks: number }
  | { readonly kind: 'scale'; readonly from: number; readonly count: number; readonly into: number }
  | { readonly kind: 'truncate away'; readonly segment: number }
  | { readonly kind: 'turn'; readonly times: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('write' as const), keys: fc.array(fc.nat(11), { maxLength: 20 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('batch' as const),
      key: fc.nat(11),
      count: fc.integer({ min: 2, max: 4 }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('carry out' as const), writer: fc.nat(), blocks: fc.nat(3) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('scale' as const),
      from: fc.nat(),
      count: fc.integer({ min: 1, max: 3 }),
      into: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('truncate away' as const), segment: fc.nat() }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('turn' as const), times: fc.integer({ min: 1, max: 3 }) }) },
)

describe('a stream that is scaled while it is written to', () => {
  it('gets each event once, and those of a key in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.record({
          maxBlockBytes: fc.integer({ min: 1, max: 200 }),
          maxInFlightBytes: fc.integer({ min: 1, max: 400 }),
        }),
        fc.array(step, { minLength: 5, maxLength: 60 }),
        async (segments, limits, steps) => {
          const { store, writer } = await setUp(segments, limits)
          store.held = true
          const written = KEYS.map(() => 0)
          const outcomes = new Map<Promise<void>, 'pending' | 'durable' | 'failed'>()
          const watch = (promise: Promise<void>): void => {
            if (outcomes.has(promise)) return
            outcomes.set(promise, 'pending')
            promise.then(
              () => outcomes.set(promise, 'durable'),
              () => outcomes.set(promise, 'failed'),
            )
          }
          const next = (key: number): string => {
            const n = written[key] ?? 0
            written[key] = n + 1
            return `${key} ${n}`
          }
          for (const one of steps) {
            switch (one.kind) {
              case 'write':
                for (const key of one.keys) watch(writer.writeEvent(next(key), { routingKey: KEYS[key] }))
                break
              case 'batch': {
                const events = Array.from({ length: one.count }, () => next(one.key))
                watch(writer.writeEvents(events, { routingKey: KEYS[one.key] ?? '' }))
                break
              }
              case 'carry out': {
                const busy = store.writers.filter(({ waitingBlocks }) => waitingBlocks > 0)
                const chosen = busy[one.writer % Math.max(1, busy.length)]
                for (let n = 0; n < one.blocks; n++) chosen?.step()
                break
              }
              case 'scale': {
                const first = one.from % store.current.length
                const sealed = store.current.slice(first, first + one.count)
                const range = { low: sealed[0]?.range.low ?? 0, high: sealed.at(-1)?.range.high ?? 1 }
                store.scale(
                  sealed.map(({ segment }) => segment.number),
                  splitKeyRange(one.into, range),
                )
                break
              }
              case 'truncate away': {
                const old = store.all.filter(({ sealed }) => sealed)
                const chosen = old[one.segment % Math.max(1, old.length)]
                if (chosen === undefined) break
                chosen.deleted = true
                store.forgotten.add(chosen.name)
                break
              }
              case 'turn':
                await turn(one.times)
            }
          }
          store.release()
          await writer.flush()
          await turn()
          expect([...new Set(outcomes.values())].filter(outcome => outcome !== 'durable')).toEqual([])
          expect(writer.pendingBytes).toBe(0)
          // A segment is older than its successors, and has the smaller number.
          const stored = KEYS.map((): number[] => [])
          for (const payload of store.payloads) {
            const [key = 0, n = 0] = payload.split(' ').map(Number)
            stored[key]?.push(n)
          }
          expect(stored).toEqual(written.map(count => Array.from({ length: count }, (_, n) => n)))
          await writer.close()
          expect(store.writers.every(({ cause }) => cause !== undefined)).toBe(true)
        },
      ),
      { numRuns: 500 },
    )
  })
})
