import type { MessageInitShape } from '@bufbuild/protobuf'
import type { SegmentId, SegmentRangesSchema, SuccessorResponseSchema } from '@pravega-ts/controller-client/generated'
import type { Caller } from '../../accounts/caller.ts'
import type { Permission } from '../../accounts/permissions.ts'
import { streamResource } from '../../accounts/resources.ts'
import type { SegmentRecord } from '../domain/stream-record.ts'
import type { ControllerContext } from '../operations/context.ts'
import {
  getCurrentSegments,
  getEpochSegments,
  getHead,
  getSegmentsBetween,
  getSuccessors,
  isSegmentValid,
  isStreamCutValid,
} from '../operations/segments.ts'
import { wantsToken } from './call-needs.ts'
import type { ControllerHandlers } from './controller-handlers.ts'
import { cutOf, rangeMessage, type StreamNames, segmentIdMessage, streamOf } from './messages.ts'

export function segmentHandlers(context: ControllerContext): ControllerHandlers {
  const following = (request: SegmentId): MessageInitShape<typeof SuccessorResponseSchema> => {
    const names = streamOf(request.streamInfo)
    return {
      segments: getSuccessors(context, names.scope, names.stream, request.segmentId).map(
        ({ segment, predecessors }) => ({ segment: rangeMessage(names, segment), value: [...predecessors] }),
      ),
    }
  }
  return {
    getCurrentSegments: (request, caller) => {
      const names = streamOf(request)
      const segments = getCurrentSegments(context, names.scope, names.stream)
      return rangesMessage(names, segments, wantsToken(request) ? tokenOn(names, 'READ_UPDATE', caller) : '')
    },
    getEpochSegments: (request, caller) => {
      const names = streamOf(request.streamInfo)
      const segments = getEpochSegments(context, names.scope, names.stream, request.epoch)
      return rangesMessage(names, segments, tokenOn(names, 'READ_UPDATE', caller))
    },
    getSegments: (request, caller) => {
      const names = streamOf(request.streamInfo)
      const head = getHead(context, names.scope, names.stream)
      return {
        segments: [...head].map(([id, offset]) => ({ segmentId: segmentIdMessage(names, id), offset })),
        delegationToken: wantsToken(request.streamInfo) ? tokenOn(names, 'READ_UPDATE', caller) : '',
      }
    },
    getSegmentsImmediatlyFollowing: following,
    getSegmentsImmediatelyFollowing: following,
    getSegmentsBetween: (request, caller) => {
      const names = streamOf(request.streamInfo)
      const ids = getSegmentsBetween(context, names.scope, names.stream, cutOf(request.from), cutOf(request.to))
      return { segments: ids.map(id => segmentIdMessage(names, id)), delegationToken: tokenOn(names, 'READ', caller) }
    },
    isSegmentValid: request => {
      const { scope, stream } = streamOf(request.streamInfo)
      return { response: isSegmentValid(context, scope, stream, request.segmentId) }
    },
    isStreamCutValid: request => {
      const { scope, stream } = streamOf(request.streamInfo)
      return { response: isStreamCutValid(context, scope, stream, cutOf(request.cut)) }
    },
  }
}

function rangesMessage(
  stream: StreamNames,
  segments: readonly SegmentRecord[],
  delegationToken: string,
): MessageInitShape<typeof SegmentRangesSchema> {
  return { segmentRanges: segments.map(segment => rangeMessage(stream, segment)), delegationToken }
}

/** What lets the caller use the stream's segments on the segment store. */
export function tokenOn({ scope, stream }: StreamNames, permission: Permission, caller: Caller): string {
  return caller.tokenFor({ resource: streamResource(scope, stream), permission })
}
