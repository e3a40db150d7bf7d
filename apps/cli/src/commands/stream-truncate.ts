import type { ScopedStream, StreamCut } from '@pravega-ts/model'
import { connected, type Run } from '../command.ts'
import type { ConnectionFlags } from '../connection-flags.ts'
import { EXIT } from '../exit-codes.ts'
import { CliError } from '../failure.ts'
import { cutText } from './segment-text.ts'

export interface TruncateStreamFlags extends ConnectionFlags {
  readonly at: StreamCut | 'tail'
}

export const truncateStream: Run<TruncateStreamFlags, [ScopedStream]> = connected(
  async ({ manager, output, call }, { at }, stream) => {
    let head: StreamCut
    if (at === 'tail') {
      head = await manager.truncateStreamToTail(stream, call)
    } else {
      if (at.isUnbounded || !at.stream.equals(stream)) {
        throw new CliError('STREAM_CUT_INVALID', EXIT.usage, `${at} is no cut of ${stream}.`)
      }
      await manager.truncateStream(at, call)
      head = at
    }
    output.result(
      { scope: stream.scope, stream: stream.stream, head: head.toText() },
      `truncated stream ${stream}; it begins at ${cutText(head)} now`,
    )
  },
)
