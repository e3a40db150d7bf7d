import { type Deadline, PravegaError } from '@pravega-ts/model'
import { waitChannel } from '../diagnostics.ts'
import { checkpointStatus } from '../state/checkpoint-queries.ts'
import type { Offsets, ReaderGroupState } from '../state/reader-group-state.ts'
import type { GroupContext } from './group-context.ts'
import { groupText } from './group-name.ts'

/** As Java. Readers answer at their own looks, so a shorter time would only ask more often. */
const POLL_MS = 500

/** A checkpoint that a call waits for. */
export class AwaitedCheckpoint {
  readonly id: string
  /** Readers that have not answered it, as of the last look. */
  readers: readonly string[] = []
  /** Once all have. */
  positions: Offsets | undefined

  constructor(id: string) {
    this.id = id
  }

  /**
   * To be shown every state: automatic checkpoints, and those of other members, clear a complete one, perhaps before this one looks
   * again.
   */
  readonly look = (state: ReaderGroupState): void => {
    const status = checkpointStatus(state, this.id)
    if (status.kind === 'complete') this.positions = status.positions
  }
}

/**
 * Waits until all readers have answered a checkpoint. Resolves to its positions.
 *
 * @param checkpoint - Watches the state already.
 * @throws PravegaError `CHECKPOINT_FAILED` when it is cancelled or cleared meanwhile
 */
export async function awaitCheckpoint(
  { state: store, group }: GroupContext,
  checkpoint: AwaitedCheckpoint,
  deadline: Deadline,
): Promise<Offsets> {
  const began = performance.now()
  for (;;) {
    const status = checkpointStatus(await store.refresh(deadline.rest()), checkpoint.id)
    const { positions } = checkpoint
    if (positions !== undefined) {
      if (positions.size > 0) return positions
      throw failed(groupText(group), checkpoint.id, 'the group has nothing left to read, so it has no positions')
    }
    if (status.kind === 'gone') {
      throw failed(groupText(group), checkpoint.id, 'it was cancelled, or cleared because a later one was complete')
    }
    checkpoint.readers = status.kind === 'waiting' ? status.readers : []
    if (waitChannel.hasSubscribers) {
      waitChannel.publish({
        group: groupText(group),
        waitsFor: `checkpoint ${checkpoint.id} to be answered by ${checkpoint.readers.join(', ')}`,
        waitedMs: performance.now() - began,
        readers: checkpoint.readers,
      })
    }
    await deadline.pause(POLL_MS)
  }
}

function failed(group: string, checkpoint: string, why: string): PravegaError {
  return new PravegaError(
    'CHECKPOINT_FAILED',
    `Checkpoint ${checkpoint} of reader group ${group} has no result: ${why}. Initiate another one`,
    { details: { group, checkpoint } },
  )
}
