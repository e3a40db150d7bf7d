import type { MessageInitShape } from '@bufbuild/protobuf'
import type { SegmentId, SegmentRangesSchema, SuccessorResponseSchema } from '@pravega-ts/controller-client/generated'
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
    getCurrentSegments: ({ scope, stream }) =>
      rangesMessage({ scope, stream }, getCurrentSegments(context, scope, stream)),
    getEpochSegments: request => {
      const names = streamOf(request.streamInfo)
      return rangesMessage(names, getEpochSegments(context, names.scope, names.stream, request.epoch))
    },
    getSegments: request => {
      const names = streamOf(request.streamInfo)
      const head = getHead(context, names.scope, names.stream)
      return { segments: [...head].map(([id, offset]) => ({ segmentId: segmentIdMessage(names, id), offset })) }
    },
    getSegmentsImmediatlyFollowing: following,
    getSegmentsImmediatelyFollowing: following,
    getSegmentsBetween: request => {
      const names = streamOf(request.streamInfo)
      const ids = getSegmentsBetween(context, names.scope, names.stream, cutOf(request.from), cutOf(request.to))
      return { segments: ids.map(id => segmentIdMessage(names, id)) }
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
): MessageInitShape<typeof SegmentRangesSchema> {
  return { segmentRanges: segments.map(segment => rangeMessage(stream, segment)) }
}
