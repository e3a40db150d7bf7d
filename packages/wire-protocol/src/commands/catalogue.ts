import type { CommandCodec } from '../codec/define-command.ts'
import { type AppendBlock, appendBlock } from './append-block.ts'
import { type AppendBlockEnd, appendBlockEnd } from './append-block-end.ts'
import { type AppendSetup, appendSetup } from './append-setup.ts'
import { type AuthTokenCheckFailed, authTokenCheckFailed } from './auth-token-check-failed.ts'
import { type ConditionalAppend, conditionalAppend } from './conditional-append.ts'
import { type ConditionalBlockEnd, conditionalBlockEnd } from './conditional-block-end.ts'
import { type ConditionalCheckFailed, conditionalCheckFailed } from './conditional-check-failed.ts'
import { type CreateSegment, createSegment } from './create-segment.ts'
import { type CreateTableSegment, createTableSegment } from './create-table-segment.ts'
import { type CreateTransientSegment, createTransientSegment } from './create-transient-segment.ts'
import { type DataAppended, dataAppended } from './data-appended.ts'
import { type DeleteSegment, deleteSegment } from './delete-segment.ts'
import { type DeleteTableSegment, deleteTableSegment } from './delete-table-segment.ts'
import { type ErrorMessage, errorMessage } from './error-message.ts'
import { type Event, event } from './event.ts'
import { type FlushToStorage, flushToStorage } from './flush-to-storage.ts'
import { type GetSegmentAttribute, getSegmentAttribute } from './get-segment-attribute.ts'
import { type GetStreamSegmentInfo, getStreamSegmentInfo } from './get-stream-segment-info.ts'
import { type GetTableSegmentInfo, getTableSegmentInfo } from './get-table-segment-info.ts'
import { type Hello, hello } from './hello.ts'
import { type InvalidEventNumber, invalidEventNumber } from './invalid-event-number.ts'
import { type KeepAlive, keepAlive } from './keep-alive.ts'
import { type ListStorageChunks, listStorageChunks } from './list-storage-chunks.ts'
import { type LocateOffset, locateOffset } from './locate-offset.ts'
import { type MergeSegments, mergeSegments } from './merge-segments.ts'
import { type MergeSegmentsBatch, mergeSegmentsBatch } from './merge-segments-batch.ts'
import { type MergeTableSegments, mergeTableSegments } from './merge-table-segments.ts'
import { type NoSuchSegment, noSuchSegment } from './no-such-segment.ts'
import { type OffsetLocated, offsetLocated } from './offset-located.ts'
import { type OperationUnsupported, operationUnsupported } from './operation-unsupported.ts'
import { type Padding, padding } from './padding.ts'
import { type PartialEvent, partialEvent } from './partial-event.ts'
import { type ReadSegment, readSegment } from './read-segment.ts'
import { type ReadTable, readTable } from './read-table.ts'
import { type ReadTableEntries, readTableEntries } from './read-table-entries.ts'
import { type ReadTableEntriesDelta, readTableEntriesDelta } from './read-table-entries-delta.ts'
import { type ReadTableKeys, readTableKeys } from './read-table-keys.ts'
import { type RemoveTableKeys, removeTableKeys } from './remove-table-keys.ts'
import { type SealSegment, sealSegment } from './seal-segment.ts'
import { type SealTableSegment, sealTableSegment } from './seal-table-segment.ts'
import { type SegmentAlreadyExists, segmentAlreadyExists } from './segment-already-exists.ts'
import { type SegmentAttribute, segmentAttribute } from './segment-attribute.ts'
import { type SegmentAttributeUpdated, segmentAttributeUpdated } from './segment-attribute-updated.ts'
import { type SegmentCreated, segmentCreated } from './segment-created.ts'
import { type SegmentDeleted, segmentDeleted } from './segment-deleted.ts'
import { type SegmentIsSealed, segmentIsSealed } from './segment-is-sealed.ts'
import { type SegmentIsTruncated, segmentIsTruncated } from './segment-is-truncated.ts'
import { type SegmentPolicyUpdated, segmentPolicyUpdated } from './segment-policy-updated.ts'
import { type SegmentRead, segmentRead } from './segment-read.ts'
import { type SegmentSealed, segmentSealed } from './segment-sealed.ts'
import { type SegmentTruncated, segmentTruncated } from './segment-truncated.ts'
import { type SegmentsBatchMerged, segmentsBatchMerged } from './segments-batch-merged.ts'
import { type SegmentsMerged, segmentsMerged } from './segments-merged.ts'
import { type SetupAppend, setupAppend } from './setup-append.ts'
import { type StorageChunksListed, storageChunksListed } from './storage-chunks-listed.ts'
import { type StorageFlushed, storageFlushed } from './storage-flushed.ts'
import { type StreamSegmentInfo, streamSegmentInfo } from './stream-segment-info.ts'
import { type TableEntriesDeltaRead, tableEntriesDeltaRead } from './table-entries-delta-read.ts'
import { type TableEntriesRead, tableEntriesRead } from './table-entries-read.ts'
import { type TableEntriesUpdated, tableEntriesUpdated } from './table-entries-updated.ts'
import { type TableKeyBadVersion, tableKeyBadVersion } from './table-key-bad-version.ts'
import { type TableKeyDoesNotExist, tableKeyDoesNotExist } from './table-key-does-not-exist.ts'
import { type TableKeysRead, tableKeysRead } from './table-keys-read.ts'
import { type TableKeysRemoved, tableKeysRemoved } from './table-keys-removed.ts'
import { type TableRead, tableRead } from './table-read.ts'
import { type TableSegmentInfo, tableSegmentInfo } from './table-segment-info.ts'
import { type TableSegmentNotEmpty, tableSegmentNotEmpty } from './table-segment-not-empty.ts'
import { type TruncateSegment, truncateSegment } from './truncate-segment.ts'
import { type UpdateSegmentAttribute, updateSegmentAttribute } from './update-segment-attribute.ts'
import { type UpdateSegmentPolicy, updateSegmentPolicy } from './update-segment-policy.ts'
import { type UpdateTableEntries, updateTableEntries } from './update-table-entries.ts'
import { type WrongHost, wrongHost } from './wrong-host.ts'

/** What a client asks of a segment store. */
export type Request =
  | ListStorageChunks
  | FlushToStorage
  | SetupAppend
  | AppendBlock
  | AppendBlockEnd
  | ConditionalAppend
  | ReadSegment
  | GetStreamSegmentInfo
  | CreateSegment
  | SealSegment
  | DeleteSegment
  | UpdateSegmentPolicy
  | GetSegmentAttribute
  | UpdateSegmentAttribute
  | TruncateSegment
  | CreateTransientSegment
  | LocateOffset
  | MergeSegments
  | GetTableSegmentInfo
  | CreateTableSegment
  | DeleteTableSegment
  | MergeTableSegments
  | SealTableSegment
  | UpdateTableEntries
  | RemoveTableKeys
  | ReadTable
  | ReadTableKeys
  | ReadTableEntries
  | ReadTableEntriesDelta
  | ConditionalBlockEnd
  | MergeSegmentsBatch

/** Replies to requests that went well. */
export type Success =
  | StorageChunksListed
  | StorageFlushed
  | AppendSetup
  | DataAppended
  | SegmentRead
  | StreamSegmentInfo
  | SegmentCreated
  | SegmentSealed
  | SegmentDeleted
  | SegmentPolicyUpdated
  | SegmentAttribute
  | SegmentAttributeUpdated
  | SegmentTruncated
  | OffsetLocated
  | SegmentsMerged
  | TableSegmentInfo
  | TableEntriesUpdated
  | TableKeysRemoved
  | TableRead
  | TableKeysRead
  | TableEntriesRead
  | TableEntriesDeltaRead
  | SegmentsBatchMerged

/** Replies that say why a request was refused; `errorFromReply` turns one into a PravegaError. */
export type FailureReply =
  | ConditionalCheckFailed
  | WrongHost
  | SegmentIsSealed
  | SegmentAlreadyExists
  | NoSuchSegment
  | InvalidEventNumber
  | SegmentIsTruncated
  | OperationUnsupported
  | AuthTokenCheckFailed
  | ErrorMessage
  | TableSegmentNotEmpty
  | TableKeyDoesNotExist
  | TableKeyBadVersion

/** What either side may send at any time; belongs to the connection and is not routed. */
export type Control = Hello | KeepAlive

/** Frames that only occur inside the data of an append block or of a segment. */
export type Inner = PartialEvent | Padding | Event

/** Everything a segment store answers to a request. */
export type Reply = Success | FailureReply

/** Every command of the wire protocol; `command` is the tag. */
export type Command = Request | Reply | Control | Inner

/** All commands in the order of their types. */
export const ALL_COMMANDS: readonly CommandCodec<Command>[] = [
  hello,
  storageChunksListed,
  listStorageChunks,
  storageFlushed,
  flushToStorage,
  partialEvent,
  padding,
  event,
  setupAppend,
  appendSetup,
  appendBlock,
  appendBlockEnd,
  conditionalAppend,
  dataAppended,
  conditionalCheckFailed,
  readSegment,
  segmentRead,
  getStreamSegmentInfo,
  streamSegmentInfo,
  createSegment,
  segmentCreated,
  sealSegment,
  segmentSealed,
  deleteSegment,
  segmentDeleted,
  updateSegmentPolicy,
  segmentPolicyUpdated,
  getSegmentAttribute,
  segmentAttribute,
  updateSegmentAttribute,
  segmentAttributeUpdated,
  truncateSegment,
  segmentTruncated,
  createTransientSegment,
  locateOffset,
  offsetLocated,
  wrongHost,
  segmentIsSealed,
  segmentAlreadyExists,
  noSuchSegment,
  invalidEventNumber,
  segmentIsTruncated,
  operationUnsupported,
  mergeSegments,
  segmentsMerged,
  authTokenCheckFailed,
  errorMessage,
  getTableSegmentInfo,
  tableSegmentInfo,
  createTableSegment,
  deleteTableSegment,
  mergeTableSegments,
  sealTableSegment,
  updateTableEntries,
  tableEntriesUpdated,
  removeTableKeys,
  tableKeysRemoved,
  readTable,
  tableRead,
  tableSegmentNotEmpty,
  tableKeyDoesNotExist,
  tableKeyBadVersion,
  readTableKeys,
  tableKeysRead,
  readTableEntries,
  tableEntriesRead,
  tableEntriesDeltaRead,
  readTableEntriesDelta,
  conditionalBlockEnd,
  mergeSegmentsBatch,
  segmentsBatchMerged,
  keepAlive,
]
