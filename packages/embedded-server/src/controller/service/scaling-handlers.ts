import {
  ScaleResponse_ScaleStreamStatus,
  ScaleStatusResponse_ScaleStatus,
} from '@pravega-ts/controller-client/generated'
import type { ControllerContext } from '../operations/context.ts'
import { checkScale, scaleStream } from '../operations/scaling.ts'
import type { ControllerHandlers } from './controller-handlers.ts'
import { rangeMessage, streamOf } from './messages.ts'

export function scalingHandlers(context: ControllerContext): ControllerHandlers {
  return {
    scale: async request => {
      const names = streamOf(request.streamInfo)
      const { status, epoch, segments } = await scaleStream(context, names.scope, names.stream, {
        sealing: request.sealedSegments,
        ranges: request.newKeyRanges.map(({ start, end }) => ({ low: start, high: end })),
        timestamp: Number(request.scaleTimestamp),
      })
      return {
        status: ScaleResponse_ScaleStreamStatus[status],
        epoch,
        segments: segments.map(segment => rangeMessage(names, segment)),
      }
    },
    checkScale: request => {
      const { scope, stream } = streamOf(request.streamInfo)
      return { status: ScaleStatusResponse_ScaleStatus[checkScale(context, scope, stream, request.epoch)] }
    },
  }
}
