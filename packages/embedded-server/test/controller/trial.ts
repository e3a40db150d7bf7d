import { makeSegmentId, segmentEpoch, transactionEpoch } from '@pravega-ts/model'
import * as fc from 'fast-check'
import { autoScalingSettings } from '../../src/auto-scaling-options.ts'
import { activeEpoch, allSegments } from '../../src/controller/domain/epochs.ts'
import { segmentName } from '../../src/controller/domain/names.ts'
import { fixedSettings } from '../../src/controller/domain/settings.ts'
import { headPlacements, segmentsBefore } from '../../src/controller/domain/stream-cut.ts'
import type { StreamRecord, StreamSettings } from '../../src/controller/domain/stream-record.ts'
import { scaleByRates } from '../../src/controller/operations/auto-scaling.ts'
import { type ControllerContext, existingStream } from '../../src/controller/operations/context.ts'
import { createTable } from '../../src/controller/operations/key-value-tables.ts'
import { createReaderGroup } from '../../src/controller/operations/reader-groups.ts'
import { newAutoScaling } from '../../src/controller/operations/recurring-work.ts'
import { retainStream } from '../../src/controller/operations/retention.ts'
import { scaleStream } from '../../src/controller/operations/scaling.ts'
import { createScope } from '../../src/controller/operations/scopes.ts'
import {
  createStream,
  deleteStream,
  sealStream,
  truncateStream,
  updateStream,
} from '../../src/controller/operations/streams.ts'
import {
  abortTransaction,
  commitTransaction,
  createTransaction,
  pingTransaction,
} from '../../src/controller/operations/transactions.ts'
import { noteTimestamp } from '../../src/controller/operations/writer-marks.ts'
import { MemoryControllerState } from '../../src/controller/state/controller-state.ts'
import type { SegmentRates } from '../../src/segment-store/rates/rate-meter.ts'
import { controllerContext, LEASE_MS } from './controller-context.ts'
import { FakeEngine } from './fake-engine.ts'
import { ManualClock } from './manual-clock.ts'
import { requestFor } from './random-stream.ts'
import { ReaderWalk } from './reader-walk.ts'

const HALF_AN_HOUR = 1_800_000

/** Something that happens to a stream. Numbers are taken modulo what there is. */
export type Step =
  | { readonly do: 'scale'; readonly first: number; readonly count: number; readonly parts: number }
  | { readonly do: 'autoScale'; readonly rates: readonly number[] }
  | { readonly do: 'truncate'; readonly path: readonly (readonly [number, boolean])[] }
  | { readonly do: 'update'; readonly segments: number; readonly type: number; readonly keptBytes: bigint | undefined }
  | { readonly do: 'begin' | 'retain' | 'recreate' | 'subscribe' | 'note' }
  | { readonly do: 'commit' | 'abort' | 'ping'; readonly which: number }
  | { readonly do: 'write'; readonly where: number; readonly bytes: bigint }
  | { readonly do: 'wait'; readonly ms: number }

export const randomStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('scale' as const),
      first: fc.nat(9),
      count: fc.integer({ min: 1, max: 2 }),
      parts: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('autoScale' as const),
      rates: fc.array(fc.constantFrom(0, 0, 8, 25, 1000), { minLength: 1, maxLength: 5 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('truncate' as const),
      path: fc.array(fc.tuple(fc.nat(9), fc.boolean()), { maxLength: 9 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('update' as const),
      segments: fc.integer({ min: 1, max: 4 }),
      type: fc.integer({ min: 0, max: 2 }),
      keptBytes: fc.option(fc.bigInt(0n, 50n), { nil: undefined }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('begin' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('commit' as const, 'abort' as const, 'ping' as const),
      which: fc.nat(9),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('write' as const), where: fc.nat(9), bytes: fc.bigInt(1n, 40n) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: LEASE_MS }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('retain' as const, 'subscribe' as const, 'note' as const, 'recreate' as const),
    }),
  },
)

const GROUP_ID = '11111111-2222-4333-8444-555555555555'

/** A controller on a fake segment store, with one stream to which things happen. */
export class Trial {
  readonly engine: FakeEngine = new FakeEngine()
  readonly clock: ManualClock = new ManualClock()
  readonly context: ControllerContext
  #transactions: string[] = []
  #groups = 0

  constructor() {
    const { clock, engine } = this
    const settings = autoScalingSettings()
    this.context = controllerContext({
      state: new MemoryControllerState(),
      engine,
      clock,
      autoScaling: settings && newAutoScaling(clock, engine, settings),
    })
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
    await createStream(this.context, 'a', 's', settingsFor(1, 2, undefined))
    await createTable(this.context, 'a', 't', {
      partitions: 2,
      primaryKeyLength: 4,
      secondaryKeyLength: 0,
      rolloverSizeBytes: 0n,
    })
  }

  async take(next: Step): Promise<unknown> {
    const { context } = this
    switch (next.do) {
      case 'scale':
        return scaleStream(context, 'a', 's', requestFor(this.stream, next))
      case 'autoScale':
        return this.#autoScale(next.rates)
      case 'truncate': {
        const { epochs, activeEpoch: active } = this.stream
        const reader = new ReaderWalk({ ...this.stream, epochs: epochs.slice(0, active + 1) })
        for (const [choice, finish] of next.path) reader.step(choice, finish)
        return truncateStream(context, 'a', 's', reader.cut)
      }
      case 'update':
        return updateStream(context, 'a', 's', settingsFor(next.segments, next.type, next.keptBytes))
      case 'begin':
        return this.#transactions.push((await createTransaction(context, 'a', 's', LEASE_MS)).id)
      case 'commit':
        return commitTransaction(context, 'a', 's', this.#transaction(next.which), { writer: '', timestamp: 0n })
      case 'abort':
        return abortTransaction(context, 'a', 's', this.#transaction(next.which))
      case 'ping':
        return pingTransaction(context, 'a', 's', this.#transaction(next.which), LEASE_MS)
      case 'write': {
        const names = this.active()
        const segment = this.engine.segments.get(names[next.where % names.length] ?? '')
        if (segment?.isSealed === false) segment.length += next.bytes
        return
      }
      case 'wait':
        return this.clock.advance(next.ms)
      case 'retain':
        return retainStream(context, 'a', 's')
      case 'note': {
        const position = new Map(activeEpoch(this.stream).segments.map(({ id }) => [id, 0n]))
        return noteTimestamp(context, 'a', 's', 'w', 1n, position)
      }
      case 'subscribe':
        return this.#subscribe()
      case 'recreate': {
        const { settings } = this.stream
        await sealStream(context, 'a', 's')
        await deleteStream(context, 'a', 's')
        return createStream(context, 'a', 's', settings)
      }
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

  /** Lets every lease run out that is open. */
  async expireLeases(): Promise<void> {
    this.clock.advance(LEASE_MS)
    await this.context.queues.idle()
  }

  /** The rates are those of the active segments in order, as if they had been so for half an hour. */
  async #autoScale(rates: readonly number[]): Promise<void> {
    const names = activeEpoch(this.stream).segments.map(({ id }) => segmentName('a', 's', id))
    this.engine.ratesOf = name => {
      const rate = rates[names.indexOf(name) % rates.length]
      return names.includes(name) && rate !== undefined ? this.#steady(rate) : undefined
    }
    await scaleByRates(this.context, 'a', 's')
    this.engine.ratesOf = () => undefined
  }

  #steady(rate: number): SegmentRates {
    const now = this.clock.now()
    const rates = { twoMinutes: rate, fiveMinutes: rate, tenMinutes: rate, twentyMinutes: rate }
    return { ...rates, since: now - HALF_AN_HOUR, lastTraffic: now }
  }

  #subscribe(): Promise<unknown> {
    this.#groups += 1
    return createReaderGroup(this.context, {
      scope: 'a',
      group: `g${this.#groups}`,
      refreshTimeMs: 3000n,
      checkpointIntervalMs: 30_000n,
      maxOutstandingCheckpoints: 3,
      retentionType: 1,
      generation: 0n,
      id: GROUP_ID,
      startingCuts: [{ scope: 'a', stream: 's', cut: new Map() }],
      endingCuts: [],
      rolloverSizeBytes: 0n,
    })
  }

  #transaction(which: number): string {
    return this.#transactions[which % Math.max(this.#transactions.length, 1)] ?? ''
  }
}

function settingsFor(minSegments: number, type: number, keptBytes: bigint | undefined): StreamSettings {
  const scaling = { type, targetRate: type === 0 ? 0 : 10, scaleFactor: 3, minSegments }
  const settings = { ...fixedSettings(0n), scaling }
  return keptBytes === undefined ? settings : { ...settings, retention: { type: 2, min: keptBytes, max: 2n ** 62n } }
}

/** Epoch of creation of a segment whose number is not above those of the epoch before, which cannot be. */
export function misnumbered({ epochs }: StreamRecord): readonly bigint[] {
  return epochs.flatMap(({ epoch, referenceEpoch, segments }) =>
    segments
      .filter(({ id }) => segmentEpoch(id) === epoch && epoch === referenceEpoch && epoch > 0)
      .filter(({ id }) =>
        (epochs[epoch - 1]?.segments ?? []).some(before => (before.id & 0xffff_ffffn) >= (id & 0xffff_ffffn)),
      )
      .map(({ id }) => id),
  )
}
