import type { ReaderGroupName } from '@pravega-ts/controller-client'
import type { CallOptions } from '@pravega-ts/model'
import type { ReaderGroupStore } from '../reader-group-store.ts'
import { lastCheckpointCuts } from '../state/positions.ts'
import type { ReaderGroupState } from '../state/reader-group-state.ts'

/** Whether the controller is still to be told what the group has read. */
export function mustPublish({ config, checkpoints }: ReaderGroupState): boolean {
  return config.retention === 'automatic' && !checkpoints.published && checkpoints.last !== undefined
}

/** Tells the controller that everything before the last checkpoint was read, so that streams may drop it. */
export async function publishLastCheckpoint(
  controller: Pick<ReaderGroupStore['controller'], 'updateSubscriberStreamCut'>,
  group: ReaderGroupName,
  state: ReaderGroupState,
  call: CallOptions,
): Promise<void> {
  const { id, generation } = state.config
  for (const cut of lastCheckpointCuts(state)?.values() ?? []) {
    await controller.updateSubscriberStreamCut({ ...group, id, generation }, cut, call)
  }
}
