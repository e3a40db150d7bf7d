import type { RecordedCut } from '../domain/retention.ts'
import type { StreamRecord } from '../domain/stream-record.ts'
import { MemoryRecordTable, type RecordTable } from './record-table.ts'
import type {
  CompletedTransaction,
  ReaderGroupRecord,
  ScopeRecord,
  SubscriberRecord,
  TableRecord,
  TransactionRecord,
  WatermarkRecord,
  WriterMark,
} from './records.ts'

/**
 * Everything that the controller knows. It outlives the server: a server that is started on it again goes on where the
 * last one stopped. Changes made without an `await` between them belong together; a durable implementation writes them
 * at once.
 */
export interface ControllerState {
  /** Parent `''`. */
  readonly scopes: RecordTable<ScopeRecord>
  /** Parent: the scope. So it is with the next three. */
  readonly streams: RecordTable<StreamRecord>
  readonly readerGroups: RecordTable<ReaderGroupRecord>
  readonly tables: RecordTable<TableRecord>
  /** Highest segment number of each stream that was deleted: its successor of the same name goes on from there. */
  readonly lastSegmentNumbers: RecordTable<number>
  /** Parent: the scope. Cuts of a stream from which retention chooses, oldest first. */
  readonly recordedCuts: RecordTable<readonly RecordedCut[]>
  /** Parent: the scope. The last watermark of a stream. */
  readonly watermarks: RecordTable<WatermarkRecord>
  /** Parent: `scope/stream`, name: the transaction's UUID. */
  readonly transactions: RecordTable<TransactionRecord>
  /** As `transactions`, in the order of completion; kept when the stream is deleted. */
  readonly completedTransactions: RecordTable<CompletedTransaction>
  /** Parent: `scope/stream`, name: the writer. */
  readonly writers: RecordTable<WriterMark>
  /** Parent: `scope/stream`, name: `scope/group`. */
  readonly subscribers: RecordTable<SubscriberRecord>
  /** Parent `''`; one counter, `transactions`. */
  readonly counters: RecordTable<bigint>
  /** Resolves when everything set so far would survive the process. */
  settled(): Promise<void>
}

/** Keeps everything in memory, and nothing beyond the process. */
export class MemoryControllerState implements ControllerState {
  readonly scopes: RecordTable<ScopeRecord> = new MemoryRecordTable()
  readonly streams: RecordTable<StreamRecord> = new MemoryRecordTable()
  readonly readerGroups: RecordTable<ReaderGroupRecord> = new MemoryRecordTable()
  readonly tables: RecordTable<TableRecord> = new MemoryRecordTable()
  readonly lastSegmentNumbers: RecordTable<number> = new MemoryRecordTable()
  readonly recordedCuts: RecordTable<readonly RecordedCut[]> = new MemoryRecordTable()
  readonly watermarks: RecordTable<WatermarkRecord> = new MemoryRecordTable()
  readonly transactions: RecordTable<TransactionRecord> = new MemoryRecordTable()
  readonly completedTransactions: RecordTable<CompletedTransaction> = new MemoryRecordTable()
  readonly writers: RecordTable<WriterMark> = new MemoryRecordTable()
  readonly subscribers: RecordTable<SubscriberRecord> = new MemoryRecordTable()
  readonly counters: RecordTable<bigint> = new MemoryRecordTable()

  settled(): Promise<void> {
    return Promise.resolve()
  }
}
