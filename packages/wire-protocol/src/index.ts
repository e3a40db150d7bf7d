export { AppendAssembler, type AssembledAppend } from './appends/append-assembler.ts'
export type { AppendFields, ConditionalAppendFields } from './appends/append-frames.ts'
export {
  APPEND_HEAD_BYTES,
  APPEND_TAIL_BYTES,
  CONDITIONAL_APPEND_HEAD_BYTES,
  CONDITIONAL_APPEND_TAIL_BYTES,
  finishAppendFrame,
  finishConditionalAppendFrame,
} from './appends/append-frames.ts'
export type { TableEntry, TableKey, TableValue } from './codec/table-fields.ts'
export type { AppendBlock } from './commands/append-block.ts'
export type { AppendBlockEnd } from './commands/append-block-end.ts'
export type { AppendSetup } from './commands/append-setup.ts'
export type { AuthTokenCheckFailed } from './commands/auth-token-check-failed.ts'
export type { Command, Control, FailureReply, Inner, Reply, Request, Success } from './commands/catalogue.ts'
export type { ConditionalAppend } from './commands/conditional-append.ts'
export type { ConditionalBlockEnd } from './commands/conditional-block-end.ts'
export type { ConditionalCheckFailed } from './commands/conditional-check-failed.ts'
export type { CreateSegment } from './commands/create-segment.ts'
export type { CreateTableSegment } from './commands/create-table-segment.ts'
export type { CreateTransientSegment } from './commands/create-transient-segment.ts'
export type { DataAppended } from './commands/data-appended.ts'
export type { DeleteSegment } from './commands/delete-segment.ts'
export type { DeleteTableSegment } from './commands/delete-table-segment.ts'
export type { ErrorMessage } from './commands/error-message.ts'
export type { Event } from './commands/event.ts'
export type { FlushToStorage } from './commands/flush-to-storage.ts'
export type { GetSegmentAttribute } from './commands/get-segment-attribute.ts'
export type { GetStreamSegmentInfo } from './commands/get-stream-segment-info.ts'
export type { GetTableSegmentInfo } from './commands/get-table-segment-info.ts'
export type { Hello } from './commands/hello.ts'
export type { InvalidEventNumber } from './commands/invalid-event-number.ts'
export type { KeepAlive } from './commands/keep-alive.ts'
export type { ListStorageChunks } from './commands/list-storage-chunks.ts'
export type { LocateOffset } from './commands/locate-offset.ts'
export type { AttributeUpdate, MergeSegments } from './commands/merge-segments.ts'
export type { MergeSegmentsBatch } from './commands/merge-segments-batch.ts'
export type { MergeTableSegments } from './commands/merge-table-segments.ts'
export type { NoSuchSegment } from './commands/no-such-segment.ts'
export type { OffsetLocated } from './commands/offset-located.ts'
export type { OperationUnsupported } from './commands/operation-unsupported.ts'
export type { Padding } from './commands/padding.ts'
export type { PartialEvent } from './commands/partial-event.ts'
export type { ReadSegment } from './commands/read-segment.ts'
export type { ReadTable } from './commands/read-table.ts'
export type { ReadTableEntries } from './commands/read-table-entries.ts'
export type { ReadTableEntriesDelta } from './commands/read-table-entries-delta.ts'
export type { ReadTableKeys } from './commands/read-table-keys.ts'
export type { RemoveTableKeys } from './commands/remove-table-keys.ts'
export type { SealSegment } from './commands/seal-segment.ts'
export type { SealTableSegment } from './commands/seal-table-segment.ts'
export type { SegmentAlreadyExists } from './commands/segment-already-exists.ts'
export type { SegmentAttribute } from './commands/segment-attribute.ts'
export type { SegmentAttributeUpdated } from './commands/segment-attribute-updated.ts'
export type { SegmentCreated } from './commands/segment-created.ts'
export type { SegmentDeleted } from './commands/segment-deleted.ts'
export type { SegmentIsSealed } from './commands/segment-is-sealed.ts'
export type { SegmentIsTruncated } from './commands/segment-is-truncated.ts'
export type { SegmentPolicyUpdated } from './commands/segment-policy-updated.ts'
export type { SegmentRead } from './commands/segment-read.ts'
export type { SegmentSealed } from './commands/segment-sealed.ts'
export type { SegmentTruncated } from './commands/segment-truncated.ts'
export type { MergedSegment, SegmentsBatchMerged } from './commands/segments-batch-merged.ts'
export type { SegmentsMerged } from './commands/segments-merged.ts'
export type { SetupAppend } from './commands/setup-append.ts'
export type { StorageChunk, StorageChunksListed } from './commands/storage-chunks-listed.ts'
export type { StorageFlushed } from './commands/storage-flushed.ts'
export type { StreamSegmentInfo } from './commands/stream-segment-info.ts'
export type { TableEntriesDeltaRead } from './commands/table-entries-delta-read.ts'
export type { TableEntriesRead } from './commands/table-entries-read.ts'
export type { TableEntriesUpdated } from './commands/table-entries-updated.ts'
export type { TableKeyBadVersion } from './commands/table-key-bad-version.ts'
export type { TableKeyDoesNotExist } from './commands/table-key-does-not-exist.ts'
export type { TableKeysRead } from './commands/table-keys-read.ts'
export type { TableKeysRemoved } from './commands/table-keys-removed.ts'
export type { TableRead } from './commands/table-read.ts'
export type { TableSegmentInfo } from './commands/table-segment-info.ts'
export type { TableSegmentNotEmpty } from './commands/table-segment-not-empty.ts'
export type { TruncateSegment } from './commands/truncate-segment.ts'
export type { UpdateSegmentAttribute } from './commands/update-segment-attribute.ts'
export type { UpdateSegmentPolicy } from './commands/update-segment-policy.ts'
export type { UpdateTableEntries } from './commands/update-table-entries.ts'
export type { WrongHost } from './commands/wrong-host.ts'
export { type Dial, type DialOptions, dialTcp } from './connection/dial.ts'
export type { Flow, FlowHandler, IdentifiedRequest } from './connection/flow.ts'
export { type ConnectionOptions, WireConnection } from './connection/wire-connection.ts'
export {
  type ConnectionClosedMessage,
  type ConnectionMessage,
  DIAGNOSTICS,
  type FrameMessage,
  type RequestMessage,
} from './diagnostics.ts'
export { errorFromReply, type FailureContext } from './errors/error-from-reply.ts'
export {
  COMMAND_TYPES,
  commandName,
  decodeFrame,
  decodePayload,
  encodeFrame,
  encodeFrameChunks,
  isFailureReply,
  isReply,
  type RawFrame,
} from './framing/frame.ts'
export { freeFrameMemory, takeFrameMemory } from './framing/frame-memory.ts'
export { FrameParser, type FrameParserOptions } from './framing/frame-parser.ts'
export { FRAME_HEADER_BYTES, MAX_APPEND_BYTES, MAX_FRAME_BYTES, NO_EVENT_NUMBER, WIRE_VERSION } from './limits.ts'
export { type AcquireOptions, ConnectionPool, type ConnectionPoolOptions } from './pool/connection-pool.ts'
