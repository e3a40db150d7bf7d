import type { Deadline } from '@pravega-ts/model'

/**
 * Waits, but not beyond the deadline.
 *
 * @throws PravegaError `ABORTED` or `DEADLINE_EXCEEDED`
 */
export async function pause(ms: number, deadline: Deadline): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  try {
    await deadline.race(
      new Promise<void>(resolve => {
        timer = setTimeout(resolve, ms)
      }),
    )
  } finally {
    clearTimeout(timer)
  }
}
