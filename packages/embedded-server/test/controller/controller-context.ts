import { silentLogger } from '@pravega-ts/config'
import { AtMostEvery } from '../../src/controller/operations/at-most-every.ts'
import type { ControllerContext } from '../../src/controller/operations/context.ts'
import { ExclusiveCalls } from '../../src/controller/operations/exclusive-calls.ts'
import { LeaseTimers } from '../../src/controller/operations/lease-timers.ts'
import { Rounds } from '../../src/controller/operations/rounds.ts'
import { WorkQueues } from '../../src/controller/operations/work-queues.ts'

/** The longest lease that there may be. */
export const LEASE_MS = 1000
const HOUR = 3_600_000

type Given = Pick<ControllerContext, 'state' | 'engine' | 'clock'> &
  Partial<Pick<ControllerContext, 'logger' | 'autoScaling'>>

/** What operations work with where there is no port: nothing comes round by itself, and nobody waits for long leases. */
export function controllerContext({
  state,
  engine,
  clock,
  logger = silentLogger,
  autoScaling,
}: Given): ControllerContext {
  return {
    state,
    engine,
    clock,
    logger,
    leaseLimits: { minimumMs: 1, maximumMs: LEASE_MS },
    queues: new WorkQueues(),
    exclusive: new ExclusiveCalls(),
    leases: new LeaseTimers(clock),
    forgetting: new AtMostEvery(clock, HOUR),
    retention: new Rounds(clock, HOUR),
    watermarks: new Rounds(clock, HOUR),
    autoScaling,
  }
}
