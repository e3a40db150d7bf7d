import { setTimeout as sleep } from 'node:timers/promises'
import type { Deadline } from '@pravega-ts/model'

/** Waits, but not beyond a deadline, whose reason it throws. */
export async function pause(ms: number, deadline: Deadline): Promise<void> {
  deadline.check()
  await sleep(Math.min(ms, deadline.remainingMs), undefined, { signal: deadline.signal }).catch(() => {})
  deadline.check()
}
