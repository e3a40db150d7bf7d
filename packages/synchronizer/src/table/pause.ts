import { setTimeout as sleep } from 'node:timers/promises'
import type { Deadline } from '@pravega-ts/model'

/** Waits, but not longer than the deadline. */
export async function pause(ms: number, deadline: Deadline): Promise<void> {
  deadline.check()
  if (ms <= 0) return
  await sleep(ms, undefined, { signal: deadline.signal }).catch(() => deadline.check())
}

/** Milliseconds to wait before a change that was refused is tried again: at random, so that members do not meet again. */
export function delayAfter(refusals: number): number {
  return refusals < 2 ? 0 : Math.random() * Math.min(500, 5 * 2 ** refusals)
}
