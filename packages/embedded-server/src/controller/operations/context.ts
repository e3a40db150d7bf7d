import type { Logger } from '@pravega-ts/config'
import type { Measures } from '../../observability/measures.ts'
import type { SegmentEngine } from '../../segment-store/segment-engine.ts'
import type { StorageHealth } from '../../storage-failure.ts'
import type { Clock } from '../../time/clock.ts'
import type { AutoScalingSettings } from '../domain/auto-scale.ts'
import type { StreamRecord } from '../domain/stream-record.ts'
import type { ControllerState } from '../state/controller-state.ts'
import type { AtMostEvery } from './at-most-every.ts'
import type { ExclusiveCalls } from './exclusive-calls.ts'
import type { LeaseTimers } from './lease-timers.ts'
import { badArgument, notFound } from './refusal.ts'
import type { RefusedScales } from './refused-scales.ts'
import type { Rounds } from './rounds.ts'
import type { WorkQueues } from './work-queues.ts'

/** How long the lease of a transaction may be. */
export interface LeaseLimits {
  /** Milliseconds. Pravega: 10,000. */
  readonly minimumMs: number
  /** Milliseconds. Pravega: 600,000. */
  readonly maximumMs: number
}

/** What scaling by rates works with, beside the rates. */
export interface AutoScaling {
  readonly settings: AutoScalingSettings
  readonly rounds: Rounds
  /** Ends the measuring of rates. */
  readonly stopMeasuring: () => void
  readonly refused: RefusedScales
}

/** What every operation of the controller works with. */
export interface ControllerContext {
  readonly state: ControllerState
  readonly engine: SegmentEngine
  readonly clock: Clock
  readonly logger: Logger
  readonly leaseLimits: LeaseLimits
  readonly queues: WorkQueues
  readonly exclusive: ExclusiveCalls
  readonly leases: LeaseTimers
  /** Of finished transactions. */
  readonly forgetting: AtMostEvery
  readonly retention: Rounds
  readonly watermarks: Rounds
  /** Whether the storage works. Default: it does. */
  readonly health?: StorageHealth | undefined
  /** Where calls are counted. Default: nowhere that anybody looks at. */
  readonly measures?: Measures | undefined
  /** Absent: streams are scaled by call only. */
  readonly autoScaling: AutoScaling | undefined
}

/** Which stream. */
export interface StreamNames {
  readonly scope: string
  readonly stream: string
}

/** Key of a stream's queue, and parent of its transactions, writers and subscribers. */
export function streamKey(scope: string, stream: string): string {
  return `${scope}/${stream}`
}

export function findStream(context: ControllerContext, scope: string, stream: string): StreamRecord | undefined {
  return context.state.streams.get(scope, stream)
}

/** @throws Refusal `NOT_FOUND` */
export function existingStream(context: ControllerContext, scope: string, stream: string): StreamRecord {
  const record = findStream(context, scope, stream)
  if (record === undefined) throw notFound(`Stream ${streamKey(scope, stream)}`)
  return record
}

/** The scope that is always there, for what Pravega keeps itself. */
export const SYSTEM_SCOPE = '_system'

/** @throws Refusal `INTERNAL` for an empty name */
export function scopeExists({ state }: ControllerContext, scope: string): boolean {
  if (scope === '') throw badArgument()
  return state.scopes.get('', scope) !== undefined
}

/** Whether something new may be made in the scope. */
export function isOpenScope(context: ControllerContext, scope: string): boolean {
  return context.state.scopes.get('', scope)?.deleting === false
}

/** Adds one to a counter of the whole server; the first number is 1. */
export function nextCount(context: ControllerContext, counter: string): bigint {
  const count = (context.state.counters.get('', counter) ?? 0n) + 1n
  context.state.counters.set('', counter, count)
  return count
}

/** Lets work go on after its call was answered. Its failure has nobody to go to but the log. */
export function inBackground(context: ControllerContext, what: string, work: Promise<unknown>): void {
  context.queues.watch(work).catch((cause: unknown) => {
    // A storage that has failed is told of once, and the work is taken up when it is back.
    const level = context.health?.refusal === undefined ? 'error' : 'debug'
    context.logger[level](`${what} failed`, { cause })
  })
}
