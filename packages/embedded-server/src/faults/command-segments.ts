import type { Command } from '@pravega-ts/wire-protocol'

/**
 * The segments that a command is about, as the fields of the command name them; for commands that only name a writer,
 * the segment which that writer appends to.
 */
export function segmentsOf(command: Command, segmentOfWriter: (writerId: string) => string | undefined): string[] {
  if ('segment' in command) return [command.segment]
  if ('segmentName' in command) return [command.segmentName]
  switch (command.command) {
    case 'CreateTransientSegment':
      return [command.parentSegment]
    case 'MergeSegments':
    case 'SegmentsMerged':
      return [command.target, command.source]
    case 'MergeSegmentsBatch':
      return [command.targetSegmentId, ...command.sourceSegmentIds]
    case 'SegmentsBatchMerged':
      return [command.target, ...command.merged.map(({ source }) => source)]
    default: {
      const segment = 'writerId' in command ? segmentOfWriter(command.writerId) : undefined
      return segment === undefined ? [] : [segment]
    }
  }
}
