import type { DescEnum } from '@bufbuild/protobuf'
import * as pb from '../generated/index.ts'
import { NO_SCOPE, NO_TABLE, type Refusal, refusal, refused, SEALED } from './refusal.ts'

// Every status that an answer can hold, and what it stands for.

type Verdict<T> = { readonly value: T } | Refusal

function value<const T>(value: T): { readonly value: T } {
  return { value }
}

const DONE = value(undefined)
const FAILED = refusal(
  'CONTROLLER_FAILURE',
  'the controller answered FAILURE, which it does not explain',
  "Look at the controller's log; repeat the call once the reason is gone",
)
const BUSY = refusal(
  'CONTROLLER_FAILURE',
  'the controller answered FAILURE: another change of the same stream may be running',
  'Wait for that change to end and repeat the call',
)
const NO_STREAM = refusal('STREAM_NOT_FOUND', 'the stream does not exist', 'Create it with createStream first')
const NO_GROUP = refusal(
  'READER_GROUP_NOT_FOUND',
  'no reader group has this name and id',
  'Read name and id with getReaderGroup; a group that was made again has a new id',
)
const NO_TRANSACTION = refusal(
  'TRANSACTION_NOT_FOUND',
  'the transaction is unknown',
  'It was never made, its stream is gone, or it ended more than a day ago: begin a new one',
)
const OTHER_GROUP = refusal(
  'READER_GROUP_CONFIG_MISMATCH',
  'id or generation are not those of the stored configuration',
  'Somebody changed the group: read it with getReaderGroup and update that',
)
const OWN_FAULT = refusal(
  'CONTROLLER_FAILURE',
  'the controller reports an error of its own',
  "Look at the controller's log and repeat the call",
  true,
)
const BAD_NAME = refusal(
  'INVALID_ARGUMENT',
  'the controller refuses the name',
  'Use the letters a-z and A-Z, digits, "." and "-"',
)

interface Statuses<T> {
  readonly type: DescEnum
  readonly verdicts: Readonly<Record<string, Verdict<T>>>
}

/** The statuses of one enum: all of them, or it does not compile. */
function of<E extends object, T>(type: DescEnum, _: E, verdicts: { [S in keyof E]: Verdict<T> }): Statuses<T> {
  return { type, verdicts: verdicts as Record<string, Verdict<T>> }
}

const CHANGE = {
  SUCCESS: DONE,
  FAILURE: BUSY,
  STREAM_NOT_FOUND: NO_STREAM,
  SCOPE_NOT_FOUND: NO_SCOPE,
  STREAM_SEALED: SEALED,
}
const changed: Statuses<undefined> = of(pb.UpdateStreamStatus_StatusSchema, pb.UpdateStreamStatus_Status, CHANGE)
const scopeDeleted: Statuses<boolean> = of(pb.DeleteScopeStatus_StatusSchema, pb.DeleteScopeStatus_Status, {
  SUCCESS: value(true),
  FAILURE: FAILED,
  SCOPE_NOT_FOUND: value(false),
  SCOPE_NOT_EMPTY: refusal(
    'SCOPE_NOT_EMPTY',
    'the scope still has streams, tables or reader groups',
    'Delete them first, or use deleteScopeRecursive',
  ),
})
const streamsListed: Statuses<undefined> = of(
  pb.StreamsInScopeResponse_StatusSchema,
  pb.StreamsInScopeResponse_Status,
  {
    SUCCESS: DONE,
    FAILURE: FAILED,
    SCOPE_NOT_FOUND: NO_SCOPE,
  },
)
const ENDED_THE_OTHER_WAY = 'it has ended the other way, its lease is over, or it is unknown'

/** What the statuses of a method stand for when they are no refusal. */
export interface Outcomes {
  createScope: boolean
  deleteScope: boolean
  deleteScopeRecursive: boolean
  createStream: boolean
  updateStream: undefined
  truncateStream: undefined
  sealStream: undefined
  deleteStream: boolean
  listStreamsInScope: undefined
  listStreamsInScopeForTag: undefined
  scale: undefined
  checkScale: 'inProgress' | 'done'
  commitTransaction: undefined
  abortTransaction: undefined
  pingTransaction: 'open' | 'committed' | 'aborted'
  checkTransactionState: 'open' | 'committing' | 'committed' | 'aborting' | 'aborted'
  listCompletedTransactions: 'committed' | 'aborted'
  noteTimestampFromWriter: undefined
  removeWriter: boolean
  createReaderGroup: undefined
  getReaderGroupConfig: undefined
  updateReaderGroup: undefined
  deleteReaderGroup: boolean
  listSubscribers: undefined
  updateSubscriberStreamCut: undefined
  createKeyValueTable: boolean
  getKeyValueTableConfiguration: undefined
  listKeyValueTablesInScope: undefined
  deleteKeyValueTable: boolean
}

const STATUSES: { readonly [M in keyof Outcomes]: Statuses<Outcomes[M]> } = {
  createScope: of(pb.CreateScopeStatus_StatusSchema, pb.CreateScopeStatus_Status, {
    SUCCESS: value(true),
    FAILURE: FAILED,
    SCOPE_EXISTS: value(false),
    INVALID_SCOPE_NAME: BAD_NAME,
  }),
  deleteScope: scopeDeleted,
  deleteScopeRecursive: scopeDeleted,
  createStream: of(pb.CreateStreamStatus_StatusSchema, pb.CreateStreamStatus_Status, {
    SUCCESS: value(true),
    FAILURE: refusal(
      'CONTROLLER_FAILURE',
      'the controller answered FAILURE; a stream may be left half made',
      'Delete the stream (that works without a seal), then create it again',
    ),
    STREAM_EXISTS: value(false),
    SCOPE_NOT_FOUND: NO_SCOPE,
    INVALID_STREAM_NAME: BAD_NAME,
  }),
  updateStream: changed,
  truncateStream: of(pb.UpdateStreamStatus_StatusSchema, pb.UpdateStreamStatus_Status, {
    ...CHANGE,
    FAILURE: refusal(
      'STREAM_CUT_INVALID',
      'the cut does not cover the key space or lies before the head, or another truncation is running',
      'Give a complete cut at or after the head (getHeadSegments)',
    ),
  }),
  sealStream: changed,
  deleteStream: of(pb.DeleteStreamStatus_StatusSchema, pb.DeleteStreamStatus_Status, {
    SUCCESS: value(true),
    FAILURE: FAILED,
    STREAM_NOT_FOUND: value(false),
    STREAM_NOT_SEALED: refusal('STREAM_NOT_SEALED', 'the stream is not sealed', 'Seal it with sealStream first'),
  }),
  listStreamsInScope: streamsListed,
  listStreamsInScopeForTag: streamsListed,
  scale: of(pb.ScaleResponse_ScaleStreamStatusSchema, pb.ScaleResponse_ScaleStreamStatus, {
    STARTED: DONE,
    FAILURE: refusal(
      'SCALE_REFUSED',
      'the stream is unknown or sealed, another scale is running, or the new ranges are not exactly those of the sealed segments',
      'Copy the bounds bit for bit from getCurrentSegments',
    ),
    PRECONDITION_FAILED: refusal(
      'SCALE_REFUSED',
      'a segment to be sealed is not active, or too few segments would be left',
      'Take the segments from getCurrentSegments and keep at least the smallest number of the scaling policy',
    ),
  }),
  checkScale: of(pb.ScaleStatusResponse_ScaleStatusSchema, pb.ScaleStatusResponse_ScaleStatus, {
    IN_PROGRESS: value('inProgress'),
    SUCCESS: value('done'),
    INVALID_INPUT: refusal(
      'INVALID_ARGUMENT',
      'the stream is unknown or has not come to this epoch',
      'Give the epoch that scaleStream returned',
    ),
    INTERNAL_ERROR: OWN_FAULT,
  }),
  commitTransaction: of(pb.TxnStatus_StatusSchema, pb.TxnStatus_Status, {
    SUCCESS: DONE,
    FAILURE: refusal(
      'TRANSACTION_FAILED',
      `the transaction cannot be committed: ${ENDED_THE_OTHER_WAY}`,
      'Begin a new one',
    ),
    STREAM_NOT_FOUND: NO_STREAM,
    TRANSACTION_NOT_FOUND: NO_TRANSACTION,
  }),
  abortTransaction: of(pb.TxnStatus_StatusSchema, pb.TxnStatus_Status, {
    SUCCESS: DONE,
    FAILURE: refusal(
      'TRANSACTION_FAILED',
      `the transaction cannot be aborted: ${ENDED_THE_OTHER_WAY}`,
      'Ask checkTransactionState how it ended',
    ),
    STREAM_NOT_FOUND: NO_STREAM,
    TRANSACTION_NOT_FOUND: NO_TRANSACTION,
  }),
  pingTransaction: of(pb.PingTxnStatus_StatusSchema, pb.PingTxnStatus_Status, {
    OK: value('open'),
    LEASE_TOO_LARGE: refusal('LEASE_REFUSED', 'the lease is too long', 'Give at most 600000 ms'),
    MAX_EXECUTION_TIME_EXCEEDED: refusal(
      'LEASE_REFUSED',
      'the transaction would live longer than a transaction may',
      'Commit or abort it',
    ),
    SCALE_GRACE_TIME_EXCEEDED: refusal('LEASE_REFUSED', 'the stream was scaled too long ago', 'Commit or abort it'),
    DISCONNECTED: refusal('UNAVAILABLE', "the controller's timer service is away", 'Ping again', true),
    COMMITTED: value('committed'),
    ABORTED: value('aborted'),
    UNKNOWN: NO_TRANSACTION,
  }),
  checkTransactionState: of(pb.TxnState_StateSchema, pb.TxnState_State, {
    UNKNOWN: NO_TRANSACTION,
    OPEN: value('open'),
    COMMITTING: value('committing'),
    COMMITTED: value('committed'),
    ABORTING: value('aborting'),
    ABORTED: value('aborted'),
  }),
  listCompletedTransactions: of(pb.TxnResponse_StatusSchema, pb.TxnResponse_Status, {
    COMMITTED: value('committed'),
    ABORTED: value('aborted'),
  }),
  noteTimestampFromWriter: of(pb.TimestampResponse_StatusSchema, pb.TimestampResponse_Status, {
    SUCCESS: DONE,
    INVALID_TIME: refusal('INVALID_ARGUMENT', 'the time is before the last one noted', 'Note times in order'),
    INVALID_POSITION: refusal(
      'STREAM_CUT_INVALID',
      'the position is before the last one noted',
      'Give the offsets that were acknowledged last',
    ),
    INTERNAL_ERROR: OWN_FAULT,
  }),
  removeWriter: of(pb.RemoveWriterResponse_StatusSchema, pb.RemoveWriterResponse_Status, {
    SUCCESS: value(true),
    UNKNOWN_WRITER: value(false),
    STREAM_DOES_NOT_EXIST: NO_STREAM,
    INTERNAL_ERROR: OWN_FAULT,
  }),
  createReaderGroup: of(pb.CreateReaderGroupResponse_StatusSchema, pb.CreateReaderGroupResponse_Status, {
    SUCCESS: DONE,
    FAILURE: FAILED,
    SCOPE_NOT_FOUND: NO_SCOPE,
    INVALID_RG_NAME: BAD_NAME,
  }),
  getReaderGroupConfig: of(pb.ReaderGroupConfigResponse_StatusSchema, pb.ReaderGroupConfigResponse_Status, {
    SUCCESS: DONE,
    FAILURE: FAILED,
    RG_NOT_FOUND: NO_GROUP,
  }),
  updateReaderGroup: of(pb.UpdateReaderGroupResponse_StatusSchema, pb.UpdateReaderGroupResponse_Status, {
    SUCCESS: DONE,
    FAILURE: BUSY,
    RG_NOT_FOUND: NO_GROUP,
    INVALID_CONFIG: OTHER_GROUP,
  }),
  deleteReaderGroup: of(pb.DeleteReaderGroupStatus_StatusSchema, pb.DeleteReaderGroupStatus_Status, {
    SUCCESS: value(true),
    FAILURE: FAILED,
    RG_NOT_FOUND: value(false),
  }),
  listSubscribers: of(pb.SubscribersResponse_StatusSchema, pb.SubscribersResponse_Status, {
    SUCCESS: DONE,
    FAILURE: FAILED,
    STREAM_NOT_FOUND: NO_STREAM,
  }),
  updateSubscriberStreamCut: of(pb.UpdateSubscriberStatus_StatusSchema, pb.UpdateSubscriberStatus_Status, {
    SUCCESS: DONE,
    FAILURE: FAILED,
    STREAM_NOT_FOUND: NO_STREAM,
    SUBSCRIBER_NOT_FOUND: refusal(
      'SUBSCRIBER_NOT_FOUND',
      'no reader group with this name and id holds back the stream',
      'Make the group with retention "manual" or "automatic"',
    ),
    STREAM_CUT_NOT_VALID: refusal(
      'STREAM_CUT_INVALID',
      'the cut is not valid or lies before the last one',
      'Give a complete cut that moves on',
    ),
    GENERATION_MISMATCH: OTHER_GROUP,
  }),
  createKeyValueTable: of(pb.CreateKeyValueTableStatus_StatusSchema, pb.CreateKeyValueTableStatus_Status, {
    SUCCESS: value(true),
    FAILURE: FAILED,
    TABLE_EXISTS: value(false),
    SCOPE_NOT_FOUND: NO_SCOPE,
    INVALID_TABLE_NAME: BAD_NAME,
  }),
  getKeyValueTableConfiguration: of(
    pb.KeyValueTableConfigResponse_StatusSchema,
    pb.KeyValueTableConfigResponse_Status,
    {
      SUCCESS: DONE,
      FAILURE: FAILED,
      TABLE_NOT_FOUND: NO_TABLE,
    },
  ),
  listKeyValueTablesInScope: of(pb.KVTablesInScopeResponse_StatusSchema, pb.KVTablesInScopeResponse_Status, {
    SUCCESS: DONE,
    FAILURE: FAILED,
    SCOPE_NOT_FOUND: NO_SCOPE,
  }),
  deleteKeyValueTable: of(pb.DeleteKVTableStatus_StatusSchema, pb.DeleteKVTableStatus_Status, {
    SUCCESS: value(true),
    FAILURE: FAILED,
    TABLE_NOT_FOUND: value(false),
  }),
}

/**
 * The value that a status stands for.
 *
 * @param subject - What the call was about, for the error.
 * @throws PravegaError for a status that is a refusal, and for a number that is unknown: it would otherwise pass for success
 */
export function settle<M extends keyof Outcomes>(method: M, status: number, subject: string): Outcomes[M] {
  const { type, verdicts } = STATUSES[method]
  const name = type.value[status]?.name
  const verdict = name === undefined ? undefined : verdicts[name]
  if (verdict === undefined) {
    const why = `the controller answered with status ${status}, which this client does not know`
    throw refused(method, subject, refusal('CONTROLLER_FAILURE', why, 'Use a newer client'), { status })
  }
  if ('value' in verdict) return verdict.value as Outcomes[M]
  throw refused(method, subject, verdict, { status: name })
}
