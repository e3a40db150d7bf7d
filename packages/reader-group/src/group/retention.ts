import { type CallOptions, PravegaError, type StreamCut } from '@pravega-ts/model'
import { callDeadline, type GroupContext, needCheckpoints } from './group-context.ts'
import { groupText } from './group-name.ts'

/** Tells the controller that a group with manual retention needs nothing before these cuts any more. */
export async function updateRetentionStreamCut(
  context: GroupContext,
  cuts: Iterable<StreamCut>,
  call: CallOptions | undefined,
): Promise<void> {
  needCheckpoints(context, 'Holding back retention')
  const { store, group, state: states } = context
  using deadline = callDeadline('Updating the retention of', group, call)
  const { config } = await states.refresh(deadline.rest())
  if (config.retention !== 'manual') {
    const text = groupText(group)
    throw new PravegaError(
      'OPERATION_UNSUPPORTED',
      `Reader group ${text} is not told where retention may cut: its retention is '${config.retention}'. ` +
        "Create it with retention: 'manual', or reset({ retention: 'manual' })",
      { details: { group: text, retention: config.retention } },
    )
  }
  const { id, generation } = config
  for (const cut of cuts) {
    await store.controller.updateSubscriberStreamCut({ ...group, id, generation }, cut, deadline.rest())
  }
}
