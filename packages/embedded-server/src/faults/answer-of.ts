import { type Command, isReply, type Reply, type Request } from '@pravega-ts/wire-protocol'
import { segmentsOf } from './command-segments.ts'
import { failureNamed } from './failure-named.ts'
import type { AnyCommandFault } from './fault-switchboard.ts'

/** Whether a command is one that can be answered: a request with an id. */
export function isAnswerable(command: Command): command is Request & { readonly requestId: bigint } {
  return !isReply(command) && 'requestId' in command
}

/** What a fault answers a request with. */
export function answerOf(
  answer: NonNullable<AnyCommandFault['answer']>,
  request: Request,
  segmentOfWriter: (writerId: string) => string | undefined,
): Reply {
  if (typeof answer !== 'string') return (answer as (request: Request) => Reply)(request)
  const [segment = ''] = segmentsOf(request, segmentOfWriter)
  return failureNamed(answer, request, segment)
}
