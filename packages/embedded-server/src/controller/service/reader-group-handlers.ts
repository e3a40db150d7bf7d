import type { MessageInitShape } from '@bufbuild/protobuf'
import {
  CreateReaderGroupResponse_Status,
  DeleteReaderGroupStatus_Status,
  ReaderGroupConfigResponse_Status,
  type ReaderGroupConfiguration,
  type ReaderGroupConfigurationSchema,
  type StreamCut,
  SubscribersResponse_Status,
  UpdateReaderGroupResponse_Status,
  UpdateSubscriberStatus_Status,
} from '@pravega-ts/controller-client/generated'
import type { ControllerContext } from '../operations/context.ts'
import {
  createReaderGroup,
  deleteReaderGroup,
  getReaderGroup,
  isUuid,
  updateReaderGroup,
} from '../operations/reader-groups.ts'
import { unknown } from '../operations/refusal.ts'
import { listSubscribers, updateSubscriberStreamCut } from '../operations/subscribers.ts'
import type { GroupCut, ReaderGroupRecord } from '../state/records.ts'
import type { ControllerHandlers } from './controller-handlers.ts'
import { type CutMessage, cutMessage, cutOf, streamOf } from './messages.ts'

export function readerGroupHandlers(context: ControllerContext): ControllerHandlers {
  return {
    createReaderGroup: async request => {
      const answer = await createReaderGroup(context, groupOf(request))
      const status = CreateReaderGroupResponse_Status[answer.status]
      return answer.status === 'SUCCESS' ? { status, config: groupMessage(answer.group) } : { status }
    },
    getReaderGroupConfig: ({ scope, readerGroup }) => {
      const group = getReaderGroup(context, scope, readerGroup)
      return group === undefined
        ? { status: ReaderGroupConfigResponse_Status.RG_NOT_FOUND, config: {} }
        : { status: ReaderGroupConfigResponse_Status.SUCCESS, config: groupMessage(group) }
    },
    updateReaderGroup: async request => {
      const { status, generation } = await updateReaderGroup(context, groupOf(request))
      return { status: UpdateReaderGroupResponse_Status[status], generation }
    },
    deleteReaderGroup: async ({ scope, readerGroup, readerGroupId }) => {
      if (!isUuid(readerGroupId)) throw unknown()
      const status = await deleteReaderGroup(context, scope, readerGroup, readerGroupId)
      return { status: DeleteReaderGroupStatus_Status[status] }
    },
    listSubscribers: ({ scope, stream }) => {
      const subscribers = listSubscribers(context, scope, stream)
      return subscribers === undefined
        ? { status: SubscribersResponse_Status.STREAM_NOT_FOUND }
        : { status: SubscribersResponse_Status.SUCCESS, subscribers: [...subscribers] }
    },
    updateSubscriberStreamCut: ({ subscriber, readerGroupId, generation, streamCut }) => {
      if (!isUuid(readerGroupId)) throw unknown()
      const names = streamOf(streamCut?.streamInfo)
      const cut = cutOf(streamCut?.cut ?? {})
      const update = { ...names, subscriber, groupId: readerGroupId, generation, cut }
      return { status: UpdateSubscriberStatus_Status[updateSubscriberStreamCut(context, update)] }
    },
  }
}

function groupOf(message: ReaderGroupConfiguration): ReaderGroupRecord {
  return {
    scope: message.scope,
    group: message.readerGroupName,
    refreshTimeMs: message.groupRefreshTimeMillis,
    checkpointIntervalMs: message.automaticCheckpointIntervalMillis,
    maxOutstandingCheckpoints: message.maxOutstandingCheckpointRequest,
    retentionType: message.retentionType,
    generation: message.generation,
    id: message.readerGroupId.toLowerCase(),
    startingCuts: message.startingStreamCuts.map(groupCutOf),
    endingCuts: message.endingStreamCuts.map(groupCutOf),
    rolloverSizeBytes: message.rolloverSizeBytes,
  }
}

function groupMessage(group: ReaderGroupRecord): MessageInitShape<typeof ReaderGroupConfigurationSchema> {
  return {
    scope: group.scope,
    readerGroupName: group.group,
    groupRefreshTimeMillis: group.refreshTimeMs,
    automaticCheckpointIntervalMillis: group.checkpointIntervalMs,
    maxOutstandingCheckpointRequest: group.maxOutstandingCheckpoints,
    retentionType: group.retentionType,
    generation: group.generation,
    readerGroupId: group.id,
    startingStreamCuts: group.startingCuts.map(groupCutMessage),
    endingStreamCuts: group.endingCuts.map(groupCutMessage),
    rolloverSizeBytes: group.rolloverSizeBytes,
  }
}

function groupCutOf({ streamInfo, cut }: StreamCut): GroupCut {
  return { ...streamOf(streamInfo), cut: cutOf(cut) }
}

function groupCutMessage({ scope, stream, cut }: GroupCut): {
  streamInfo: { scope: string; stream: string }
  cut: CutMessage
} {
  return { streamInfo: { scope, stream }, cut: cutMessage(cut) }
}
