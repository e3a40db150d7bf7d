import { type Deadline, PravegaError } from '@pravega-ts/model'
import { waitChannel } from '../diagnostics.ts'
import { checkpointStatus } from '../state/checkpoint-queries.ts'
import type { Offsets } from '../state/reader-group-state.ts'
import type { GroupContext } from './group-context.ts'
import { groupText } from './group-name.ts'
import { pause } from './pause.ts'

/** As Java. Readers answer at their own looks, so a shorter time would only ask more often. */
const POLL_MS = 500

/** The readers that a call waits for, for the message of its deadline. */
export interface Awaited {
  readers: readonly string[]
}

/**
 * Waits until all readers have answered a checkpoint. Resolves to its positions.
 *
 * @param awaited - Is kept up to date with who is late.
 * @throws PravegaError `CHECKPOINT_FAILED` when it is cancelled or cleared meanwhile
 */
export async function awaitCheckpoint(
  { state: store, group }: GroupContext,
  checkpoint: string,
  awaited: Awaited,
  deadline: Deadline,
): Promise<Offsets> {
  const began = performance.now()
  for (;;) {
    const status = checkpointStatus(await store.refresh(deadline.rest()), checkpoint)
    switch (status.kind) {
      case 'complete':
        if (status.positions.size > 0) return status.positions
        throw failed(groupText(group), checkpoint, 'the group has nothing left to read, so it has no positions')
      case 'gone':
        throw failed(groupText(group), checkpoint, 'it was cancelled, or cleared because a later one was complete')
      case 'waiting':
        awaited.readers = status.readers
    }
    if (waitChannel.hasSubscribers) {
      waitChannel.publish({
        group: groupText(group),
        waitsFor: `checkpoint ${checkpoint} to be answered by ${awaited.readers.join(', ')}`,
        waitedMs: performance.now() - began,
        readers: awaited.readers,
      })
    }
    await pause(POLL_MS, deadline)
  }
}

function failed(group: string, checkpoint: string, why: string): PravegaError {
  return new PravegaError(
    'CHECKPOINT_FAILED',
    `Checkpoint ${checkpoint} of reader group ${group} has no result: ${why}. Initiate another one`,
    { details: { group, checkpoint } },
  )
}
