import type { RecordedCut } from '../../../controller/domain/retention.ts'
import type {
  Cut,
  EpochRecord,
  PendingWork,
  RetentionSettings,
  SegmentRecord,
  StreamRecord,
  StreamSettings,
} from '../../../controller/domain/stream-record.ts'
import type { WatermarkPosition } from '../../../controller/domain/watermark.ts'
import type { ControllerState } from '../../../controller/state/controller-state.ts'
import type { RecordTable } from '../../../controller/state/record-table.ts'
import type {
  CompletedTransaction,
  GroupCut,
  ReaderGroupRecord,
  ScopeRecord,
  SubscriberRecord,
  TableRecord,
  TransactionRecord,
  WatermarkRecord,
  WriterMark,
} from '../../../controller/state/records.ts'
import { bigInteger, flag, type Kind, list, map, number, oneOf, optional, record, text, word } from './record-kinds.ts'

type TableNames = Exclude<keyof ControllerState, 'settled'>
type RecordOf<Table> = Table extends RecordTable<infer R> ? R : never

/** How the records of one table are kept. */
export interface TableLayout<R> {
  /** Stands for the table in keys. Never given to another one. */
  readonly id: number
  readonly kind: Kind<R>
}

const cut: Kind<Cut> = map(bigInteger, bigInteger)

const segment: Kind<SegmentRecord> = record<SegmentRecord>({ id: bigInteger, low: number, high: number })

const epoch: Kind<EpochRecord> = record<EpochRecord>({
  epoch: number,
  referenceEpoch: number,
  createdAt: number,
  segments: list(segment),
})

const retention: Kind<RetentionSettings> = record<RetentionSettings>({ type: number, min: bigInteger, max: bigInteger })

const settings: Kind<StreamSettings> = record<StreamSettings>({
  scaling: record<StreamSettings['scaling']>({
    type: number,
    targetRate: number,
    scaleFactor: number,
    minSegments: number,
  }),
  retention: optional(retention),
  tags: list(text),
  timestampAggregationTimeoutMs: bigInteger,
  rolloverSizeBytes: bigInteger,
})

const pendingWork: Kind<PendingWork> = oneOf<PendingWork>({
  create: record({}),
  scale: record({ sealing: list(bigInteger) }),
  truncate: record({ deleting: list(bigInteger) }),
  roll: record({ transactions: list(text) }),
  seal: record({}),
  delete: record({}),
})

const stream: Kind<StreamRecord> = record<StreamRecord>({
  scope: text,
  stream: text,
  settings,
  sealed: flag,
  epochs: list(epoch),
  activeEpoch: number,
  head: optional(cut),
  sealedSizes: optional(map(bigInteger, bigInteger)),
  pending: optional(pendingWork),
})

const groupCut: Kind<GroupCut> = record<GroupCut>({ scope: text, stream: text, cut })

const readerGroup: Kind<ReaderGroupRecord> = record<ReaderGroupRecord>({
  scope: text,
  group: text,
  refreshTimeMs: bigInteger,
  checkpointIntervalMs: bigInteger,
  maxOutstandingCheckpoints: number,
  retentionType: number,
  generation: bigInteger,
  id: text,
  startingCuts: list(groupCut),
  endingCuts: list(groupCut),
  rolloverSizeBytes: bigInteger,
  deleting: optional(flag),
})

const table: Kind<TableRecord> = record<TableRecord>({
  partitions: number,
  primaryKeyLength: number,
  secondaryKeyLength: number,
  rolloverSizeBytes: bigInteger,
  pending: optional(word('create', 'delete')),
})

const transaction: Kind<TransactionRecord> = record<TransactionRecord>({
  id: text,
  state: word('open', 'committing', 'aborting'),
  segments: list(number),
  expiresAt: number,
  latestExpiry: number,
  commitOrder: number,
  mark: optional(record<NonNullable<TransactionRecord['mark']>>({ writer: text, timestamp: bigInteger })),
})

const completed: Kind<CompletedTransaction> = record<CompletedTransaction>({
  outcome: word('committed', 'aborted'),
  completedAt: number,
})

const position: Kind<WatermarkPosition> = record<WatermarkPosition>({ segment, offset: bigInteger })

const watermark: Kind<WatermarkRecord> = record<WatermarkRecord>({
  lower: bigInteger,
  upper: bigInteger,
  positions: list(position),
  end: bigInteger,
})

const writer: Kind<WriterMark> = record<WriterMark>({
  timestamp: bigInteger,
  position: cut,
  removed: flag,
  behindSince: optional(number),
})

const recordedCut: Kind<RecordedCut> = record<RecordedCut>({ recordedAt: number, bytes: bigInteger, cut })

const scope: Kind<ScopeRecord> = record<ScopeRecord>({ deleting: flag })

const subscriber: Kind<SubscriberRecord> = record<SubscriberRecord>({ generation: bigInteger, cut })

/** All tables of the controller, and what their records look like on disk. */
export const CONTROLLER_TABLES: {
  readonly [Name in TableNames]: TableLayout<RecordOf<ControllerState[Name]>>
} = {
  scopes: { id: 1, kind: scope },
  streams: { id: 2, kind: stream },
  readerGroups: { id: 3, kind: readerGroup },
  tables: { id: 4, kind: table },
  lastSegmentNumbers: { id: 5, kind: number },
  recordedCuts: { id: 6, kind: list(recordedCut) },
  watermarks: { id: 7, kind: watermark },
  transactions: { id: 8, kind: transaction },
  completedTransactions: { id: 9, kind: completed },
  writers: { id: 10, kind: writer },
  subscribers: { id: 11, kind: subscriber },
  counters: { id: 12, kind: bigInteger },
}
