import type { Logger } from '@pravega-ts/config'
import type { Command } from '@pravega-ts/wire-protocol'
import { segmentsOf } from '../faults/command-segments.ts'
import { LOG_LINES } from '../observability/log-lines.ts'

/** What changes segments, or is going to; the data themselves are too many to be told of. */
const CHANGES: ReadonlySet<Command['command']> = new Set<Command['command']>([
  'CreateSegment',
  'CreateTableSegment',
  'CreateTransientSegment',
  'DeleteSegment',
  'DeleteTableSegment',
  'MergeSegments',
  'MergeSegmentsBatch',
  'SealSegment',
  'SetupAppend',
  'TruncateSegment',
  'UpdateSegmentAttribute',
  'UpdateSegmentPolicy',
])

/** Tells who asks for which change of a segment. */
export function logChange(logger: Logger, peer: string, command: Command): void {
  if (!CHANGES.has(command.command)) return
  logger.debug(LOG_LINES.command, { command: command.command, segments: segmentsOf(command, () => undefined), peer })
}
