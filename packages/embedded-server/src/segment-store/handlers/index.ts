import type { AppendBlockEnd, Command, ConditionalAppend, ConditionalBlockEnd } from '@pravega-ts/wire-protocol'
import type { Conversation } from '../conversation.ts'
import { violation } from '../violation.ts'
import { appendBlock } from './append-block.ts'
import { appendBlockEnd } from './append-block-end.ts'
import { conditionalAppend } from './conditional-append.ts'
import { conditionalBlockEnd } from './conditional-block-end.ts'
import { createSegment } from './create-segment.ts'
import { createTableSegment } from './create-table-segment.ts'
import { createTransientSegment } from './create-transient-segment.ts'
import { deleteSegment } from './delete-segment.ts'
import { deleteTableSegment } from './delete-table-segment.ts'
import { getSegmentAttribute } from './get-segment-attribute.ts'
import { getStreamSegmentInfo } from './get-stream-segment-info.ts'
import { getTableSegmentInfo } from './get-table-segment-info.ts'
import { hello } from './hello.ts'
import { keepAlive } from './keep-alive.ts'
import { mergeSegments } from './merge-segments.ts'
import { mergeSegmentsBatch } from './merge-segments-batch.ts'
import { readSegment } from './read-segment.ts'
import { readTable } from './read-table.ts'
import { readTableEntries } from './read-table-entries.ts'
import { readTableEntriesDelta } from './read-table-entries-delta.ts'
import { readTableKeys } from './read-table-keys.ts'
import { removeTableKeys } from './remove-table-keys.ts'
import { sealSegment } from './seal-segment.ts'
import { setupAppend } from './setup-append.ts'
import { truncateSegment } from './truncate-segment.ts'
import { updateSegmentAttribute } from './update-segment-attribute.ts'
import { updateSegmentPolicy } from './update-segment-policy.ts'
import { updateTableEntries } from './update-table-entries.ts'

type Handlers = {
  readonly [Name in Command['command']]?: (
    command: Extract<Command, { readonly command: Name }>,
    conversation: Conversation,
  ) => void
}

/**
 * What a segment store does on its client port. Commands that are not here end the connection: replies, frames that only
 * occur inside of others, the admin commands, and those of other releases than 0.13.
 */
const HANDLERS: Handlers = {
  AppendBlock: appendBlock,
  AppendBlockEnd: appendBlockEnd,
  ConditionalAppend: conditionalAppend,
  ConditionalBlockEnd: conditionalBlockEnd,
  CreateSegment: createSegment,
  CreateTableSegment: createTableSegment,
  CreateTransientSegment: createTransientSegment,
  DeleteSegment: deleteSegment,
  DeleteTableSegment: deleteTableSegment,
  GetSegmentAttribute: getSegmentAttribute,
  GetStreamSegmentInfo: getStreamSegmentInfo,
  GetTableSegmentInfo: getTableSegmentInfo,
  Hello: hello,
  KeepAlive: keepAlive,
  MergeSegments: mergeSegments,
  MergeSegmentsBatch: mergeSegmentsBatch,
  ReadSegment: readSegment,
  ReadTable: readTable,
  ReadTableEntries: readTableEntries,
  ReadTableEntriesDelta: readTableEntriesDelta,
  ReadTableKeys: readTableKeys,
  RemoveTableKeys: removeTableKeys,
  SealSegment: sealSegment,
  SetupAppend: setupAppend,
  TruncateSegment: truncateSegment,
  UpdateSegmentAttribute: updateSegmentAttribute,
  UpdateSegmentPolicy: updateSegmentPolicy,
  UpdateTableEntries: updateTableEntries,
}

/**
 * Carries out a command.
 * @throws PravegaError PROTOCOL_VIOLATION for one that clients must not send, or not so.
 */
export function handle(command: Command, conversation: Conversation): void {
  const handler = HANDLERS[command.command] as ((command: Command, conversation: Conversation) => void) | undefined
  if (handler === undefined) throw violation(`a ${command.command}, which this port does not take`)
  handler(command, conversation)
}

/** True for the commands that carry out an append. */
export function completesAppend(command: Command): command is AppendBlockEnd | ConditionalAppend | ConditionalBlockEnd {
  const { command: name } = command
  return name === 'AppendBlockEnd' || name === 'ConditionalAppend' || name === 'ConditionalBlockEnd'
}
