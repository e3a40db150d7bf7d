import { type CallOptions, type ScopedStream, StreamCut, validateWriterId } from '@pravega-ts/model'
import { checkInt64 } from './arguments.ts'
import type { Calls } from './calls.ts'
import { ControllerService } from './generated/index.ts'
import { positionsTo, streamInfo } from './messages.ts'
import { settle } from './outcomes/statuses.ts'

/** Times that writers note, from which the controller makes watermarks. */
export interface WatermarkCalls {
  /**
   * Notes that what a writer has written up to a position is not newer than a time. Neither may go backwards.
   *
   * @param timestamp - Any unit that grows.
   * @param position - Id of each segment that was written to and the last offset that was acknowledged there.
   * @throws PravegaError `INVALID_ARGUMENT` for a time, `STREAM_CUT_INVALID` for a position that goes backwards,
   * `STREAM_NOT_FOUND`
   */
  noteTimestampFromWriter(
    stream: ScopedStream,
    writer: string,
    timestamp: number | bigint,
    position: ReadonlyMap<bigint, bigint>,
    options?: CallOptions,
  ): Promise<void>
  /**
   * The writer notes no more times and does not hold back watermarks.
   *
   * @returns `false`: the writer, or the stream, is unknown
   */
  removeWriter(stream: ScopedStream, writer: string, options?: CallOptions): Promise<boolean>
}

const EARLIEST = -(2n ** 63n)

const { noteTimestampFromWriter, removeWriter } = ControllerService.method

export function watermarkCalls(calls: Calls): WatermarkCalls {
  return {
    async noteTimestampFromWriter(stream, writer, timestamp, position, options) {
      const subject = `writer ${writer} of ${stream}`
      const { positions } = new StreamCut(stream, position)
      const request = {
        writer: validateWriterId(writer),
        timestamp: checkInt64('timestamp', timestamp, EARLIEST),
        position: { streamInfo: streamInfo(stream), cut: positionsTo(positions) },
      }
      const { result } = await calls.send(noteTimestampFromWriter, subject, request, options)
      return settle('noteTimestampFromWriter', result, subject)
    },
    async removeWriter(stream, writer, options) {
      const subject = `writer ${writer} of ${stream}`
      const request = { writer: validateWriterId(writer), stream: streamInfo(stream) }
      const { result } = await calls.send(removeWriter, subject, request, options)
      return settle('removeWriter', result, subject)
    },
  }
}
