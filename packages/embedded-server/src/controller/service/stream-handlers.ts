import {
  CreateStreamStatus_Status,
  DeleteStreamStatus_Status,
  RemoveWriterResponse_Status,
  TimestampResponse_Status,
  UpdateStreamStatus_Status,
} from '@pravega-ts/controller-client/generated'
import { type ControllerContext, existingStream, findStream } from '../operations/context.ts'
import { badArgument } from '../operations/refusal.ts'
import { createStream, deleteStream, sealStream, truncateStream, updateStream } from '../operations/streams.ts'
import { noteTimestamp, removeWriter } from '../operations/writer-marks.ts'
import type { ControllerHandlers } from './controller-handlers.ts'
import { configMessage, cutOf, settingsOf, streamOf } from './messages.ts'

export function streamHandlers(context: ControllerContext): ControllerHandlers {
  return {
    createStream: async request => {
      const { scope, stream } = streamOf(request.streamInfo)
      const status = await createStream(context, scope, stream, settingsOf(request))
      return { status: CreateStreamStatus_Status[status] }
    },
    checkStreamExists: ({ scope, stream }) => {
      if (scope === '' || stream === '') throw badArgument()
      return { exists: findStream(context, scope, stream) !== undefined }
    },
    getStreamConfiguration: ({ scope, stream }) => {
      if (scope === '' || stream === '') throw badArgument()
      return configMessage({ scope, stream }, existingStream(context, scope, stream).settings)
    },
    updateStream: async request => {
      const { scope, stream } = streamOf(request.streamInfo)
      const status = await updateStream(context, scope, stream, settingsOf(request))
      return { status: UpdateStreamStatus_Status[status] }
    },
    truncateStream: async request => {
      const { scope, stream } = streamOf(request.streamInfo)
      return { status: UpdateStreamStatus_Status[await truncateStream(context, scope, stream, cutOf(request.cut))] }
    },
    sealStream: async ({ scope, stream }) => ({
      status: UpdateStreamStatus_Status[await sealStream(context, scope, stream)],
    }),
    deleteStream: async ({ scope, stream }) => ({
      status: DeleteStreamStatus_Status[await deleteStream(context, scope, stream)],
    }),
    noteTimestampFromWriter: ({ writer, timestamp, position }) => {
      const { scope, stream } = streamOf(position?.streamInfo)
      const result = noteTimestamp(context, scope, stream, writer, timestamp, cutOf(position?.cut ?? {}))
      return { result: TimestampResponse_Status[result] }
    },
    removeWriter: request => {
      const { scope, stream } = streamOf(request.stream)
      return { result: RemoveWriterResponse_Status[removeWriter(context, scope, stream, request.writer)] }
    },
  }
}
