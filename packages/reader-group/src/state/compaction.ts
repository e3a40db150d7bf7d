import type { ReaderGroupState } from './reader-group-state.ts'
import type { Compact } from './updates.ts'

/**
 * The whole state as one update; undefined while it is better to wait for a first checkpoint. Its form cannot say that there was none:
 * Java members would read one without positions, count no unread bytes and fail to go back to it. Where no automatic checkpoint will
 * come, there is nothing to wait for.
 */
export function compactionOf(state: ReaderGroupState): Compact | undefined {
  const willCome = state.config.automaticCheckpointIntervalMs > 0n
  return state.checkpoints.last === undefined && willCome ? undefined : { type: 'compact', state }
}
