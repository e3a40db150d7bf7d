import { setTimeout as sleep } from 'node:timers/promises'

/** Waits, with 0 ms too until others have had their turn; ends early with the signal's reason. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  await sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted())
}
