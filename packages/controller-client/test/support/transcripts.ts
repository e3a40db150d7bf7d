// How the recorded calls are made with the client, and what is expected of them. Written from the descriptions of the
// methods, not from the client's own tables.
import { readFileSync } from 'node:fs'
import {
  type ErrorCode,
  type KeyRange,
  type RetentionPolicy,
  type ScalingPolicy,
  ScopedSegment,
  ScopedStream,
  type StreamConfiguration,
  StreamCut,
  uuidFromHalves,
} from '@pravega-ts/model'
import type { Access, Controller, ReaderGroupSettings } from '../../src/index.ts'
import type { Json } from './wire-codec.ts'

export interface Entry {
  readonly id: string
  readonly method: string
  readonly note: string
  readonly request: Request
  readonly response?: Response
  readonly code: number
  readonly grpc: string
  readonly details?: string
}

interface Info {
  readonly scope?: string
  readonly stream?: string
  readonly accessOperation?: string
}
interface Cut {
  readonly streamInfo: Info
  readonly cut?: Readonly<Record<string, string>>
}
interface Group extends Json {
  readonly scope: string
  readonly readerGroupName: string
  readonly readerGroupId: string
  readonly generation: string
  readonly retentionType: number
  readonly groupRefreshTimeMillis: string
  readonly automaticCheckpointIntervalMillis: string
  readonly maxOutstandingCheckpointRequest: number
  readonly rolloverSizeBytes?: string
  readonly startingStreamCuts?: readonly Cut[]
  readonly endingStreamCuts?: readonly Cut[]
}
interface Id {
  readonly streamInfo?: Info
  readonly segmentId?: string
}
interface Range {
  readonly segmentId: Id
  readonly minKey: number
  readonly maxKey: number
}
interface TxnId {
  readonly highBits?: string
  readonly lowBits?: string
}

// biome-ignore lint/suspicious/noExplicitAny: recorded JSON, whose form depends on the method
type Loose = any
type Request = Json & Loose
type Response = Json & Loose

const file = new URL('../vectors/controller-transcripts.json', import.meta.url)
const transcripts: { sections: readonly { entries: readonly Entry[] }[] } = JSON.parse(readFileSync(file, 'utf8'))

/** Some long strings were cut when the calls were recorded: they are put back. */
function restored(value: unknown): unknown {
  if (typeof value === 'string') {
    const [, text, times] = /^(\w) repeated (\d+) times$/.exec(value) ?? []
    return text === undefined ? value : text.repeat(Number(times))
  }
  if (Array.isArray(value)) {
    const [, count] = /^\((\d+) strings: t0 ... t\d+\)$/.exec(String(value[0])) ?? []
    return count === undefined ? value.map(restored) : Array.from({ length: Number(count) }, (_, i) => `t${i}`)
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, restored(item)]))
}

export const entries: readonly Entry[] = transcripts.sections
  .flatMap(section => section.entries)
  .map(entry => ({ ...entry, request: restored(entry.request) as Request }))

const stream = (info: Info): ScopedStream => new ScopedStream(info.scope ?? '', info.stream ?? '')
const segment = ({ streamInfo = {}, segmentId = '0' }: Id): ScopedSegment =>
  new ScopedSegment(streamInfo.scope ?? '', streamInfo.stream ?? '', BigInt(segmentId))
const positions = (cut: Readonly<Record<string, string>> = {}) =>
  new Map(Object.entries(cut).map(([id, offset]) => [BigInt(id), BigInt(offset)]))
const cutOf = ({ streamInfo, cut = {} }: Cut): StreamCut =>
  Object.keys(cut).length === 0 ? StreamCut.UNBOUNDED : new StreamCut(stream(streamInfo), positions(cut))
const transaction = (id: TxnId = {}) => uuidFromHalves(BigInt(id.highBits ?? 0), BigInt(id.lowBits ?? 0))
const access = (operation?: string): Access | undefined =>
  (({ NONE: 'none', READ: 'read', WRITE: 'write', READ_WRITE: 'readWrite' }) as const)[operation ?? '']

function scaling({ scaleType, targetRate = 0, scaleFactor = 0, minNumSegments = 0 }: Loose): ScalingPolicy {
  if (scaleType === 'FIXED_NUM_SEGMENTS') return { type: 'fixed', segments: minNumSegments }
  if (scaleType === 'BY_RATE_IN_KBYTES_PER_SEC') {
    return { type: 'byDataRate', targetKBps: targetRate, scaleFactor, minSegments: minNumSegments }
  }
  return { type: 'byEventRate', targetEventsPerSecond: targetRate, scaleFactor, minSegments: minNumSegments }
}

function retention(policy: Loose): RetentionPolicy | undefined {
  const { retentionType, retentionParam: least, retentionMax: most } = policy ?? {}
  if (retentionType === 'TIME') return { type: 'byTime', minMs: BigInt(least), maxMs: BigInt(most) }
  if (retentionType === 'SIZE') return { type: 'bySize', minBytes: BigInt(least), maxBytes: BigInt(most) }
  return undefined
}

function configuration(config: Loose): StreamConfiguration {
  return {
    scaling: config.scalingPolicy && scaling(config.scalingPolicy),
    retention: retention(config.retentionPolicy),
    tags: config.tags?.tag ?? [],
    timestampAggregationTimeoutMs: BigInt(config.timestampAggregationTimeout ?? 0),
    rolloverSizeBytes: BigInt(config.rolloverSizeBytes ?? 0),
  }
}

const RETENTION = ['none', 'manual', 'automatic'] as const

function settings(group: Group): ReaderGroupSettings {
  const ends = group.endingStreamCuts ?? []
  return {
    streams: (group.startingStreamCuts ?? []).map((start, i) => ({
      stream: stream(start.streamInfo),
      from: cutOf(start),
      to: ends[i] === undefined ? StreamCut.UNBOUNDED : cutOf(ends[i]),
    })),
    retention: (RETENTION[group.retentionType ?? 0] ?? `type ${group.retentionType}`) as 'none',
    refreshTimeMs: BigInt(group.groupRefreshTimeMillis ?? 0),
    automaticCheckpointIntervalMs: BigInt(group.automaticCheckpointIntervalMillis ?? 0),
    maxOutstandingCheckpoints: group.maxOutstandingCheckpointRequest ?? 0,
    rolloverSizeBytes: BigInt(group.rolloverSizeBytes ?? 0),
  }
}

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

const ZERO_UUID = '00000000-0000-0000-0000-000000000000'
const everything = { includeInternal: true }
const named = (request: Loose) => ({ scope: request.scope, name: request.kvtName })
const incarnation = (request: Loose, name: string) => ({
  scope: request.scope,
  name,
  id: request.readerGroupId,
  generation: BigInt(request.generation ?? 0),
})
const sent = (request: Loose) => [stream(request.streamInfo ?? {}), transaction(request.txnId)] as const

/** The call of the client that stands for a recorded request. */
export const express: Readonly<Record<string, (controller: Controller, request: Loose) => Promise<unknown>>> = {
  getControllerServerList: c => c.getControllerServerList(),
  createScope: (c, r) => c.createScope(r.scope),
  deleteScope: (c, r) => c.deleteScope(r.scope),
  deleteScopeRecursive: (c, r) => c.deleteScopeRecursive(r.scope),
  checkScopeExists: (c, r) => c.checkScopeExists(r.scope),
  listScopes: c => all(c.listScopes(everything)),
  createStream: async (c, r) => c.createStream(stream(r.streamInfo ?? {}), configuration(r)),
  updateStream: async (c, r) => c.updateStream(stream(r.streamInfo), configuration(r)),
  truncateStream: async (c, r) => c.truncateStream(cutOf(r)),
  sealStream: async (c, r) => c.sealStream(stream(r)),
  deleteStream: async (c, r) => c.deleteStream(stream(r)),
  checkStreamExists: async (c, r) => c.checkStreamExists(stream(r)),
  getStreamConfiguration: async (c, r) => c.getStreamConfiguration(stream(r)),
  listStreamsInScope: (c, r) => all(c.listStreams(r.scope.scope, everything)),
  listStreamsInScopeForTag: async (c, r) => all(c.listStreamsForTag(r.scope.scope, r.tag, everything)),
  getCurrentSegments: async (c, r) => c.getCurrentSegments(stream(r), { access: access(r.accessOperation) }),
  getEpochSegments: async (c, r) => c.getEpochSegments(stream(r.streamInfo), r.epoch ?? 0),
  getSegments: async (c, r) => c.getHeadSegments(stream(r.streamInfo)),
  getSegmentsImmediatelyFollowing: async (c, r) => c.getSuccessors(segment(r)),
  getSegmentsImmediatlyFollowing: async (c, r) => c.getSuccessors(segment(r)),
  getSegmentsBetween: async (c, r) =>
    c.getSegmentsBetween(
      stream(r.streamInfo),
      cutOf({ streamInfo: r.streamInfo, cut: r.from }),
      cutOf({ streamInfo: r.streamInfo, cut: r.to }),
    ),
  getURI: async (c, r) => c.getEndpoint(segment(r)),
  isSegmentValid: async (c, r) => c.isSegmentValid(segment(r)),
  isStreamCutValid: async (c, r) => c.isStreamCutValid(cutOf(r)),
  scale: async (c, r) =>
    c.scaleStream(
      stream(r.streamInfo),
      (r.sealedSegments ?? []).map(BigInt),
      (r.newKeyRanges ?? []).map(
        ({ start, end }: { start: number; end: number }): KeyRange => ({ low: start, high: end }),
      ),
    ),
  checkScale: async (c, r) => c.checkScale(stream(r.streamInfo), r.epoch ?? 0),
  createTransaction: async (c, r) => c.createTransaction(stream(r.streamInfo), Number(r.lease)),
  pingTransaction: async (c, r) => c.pingTransaction(...sent(r), Number(r.lease)),
  commitTransaction: async (c, r) =>
    c.commitTransaction(...sent(r), { writerId: r.writerId || undefined, timestamp: BigInt(r.timestamp ?? 0) }),
  abortTransaction: async (c, r) => c.abortTransaction(...sent(r)),
  checkTransactionState: async (c, r) => c.checkTransactionState(...sent(r)),
  listCompletedTransactions: async (c, r) => c.listCompletedTransactions(stream(r.streamInfo)),
  noteTimestampFromWriter: async (c, r) =>
    c.noteTimestampFromWriter(
      stream(r.position.streamInfo),
      r.writer,
      BigInt(r.timestamp ?? 0),
      positions(r.position.cut),
    ),
  removeWriter: async (c, r) => c.removeWriter(stream(r.stream), r.writer),
  createReaderGroup: async (c, r) => {
    const id = r.readerGroupId === ZERO_UUID ? undefined : r.readerGroupId
    return (await c.createReaderGroup({ scope: r.scope, name: r.readerGroupName, id }, settings(r))).group
  },
  getReaderGroupConfig: (c, r) => c.getReaderGroup({ scope: r.scope, name: r.readerGroup }),
  updateReaderGroup: async (c, r) => c.updateReaderGroup(incarnation(r, r.readerGroupName), settings(r)),
  deleteReaderGroup: async (c, r) => c.deleteReaderGroup(incarnation(r, r.readerGroup)),
  listSubscribers: async (c, r) => c.listSubscribers(stream(r)),
  updateSubscriberStreamCut: async (c, r) => {
    const [scope = '', name = ''] = r.subscriber.split('/')
    return c.updateSubscriberStreamCut(incarnation({ ...r, scope }, name), cutOf(r.streamCut))
  },
  createKeyValueTable: async (c, r) =>
    c.createKeyValueTable(named(r), {
      partitions: r.partitionCount,
      primaryKeyLength: r.primaryKeyLength,
      secondaryKeyLength: r.secondaryKeyLength,
      rolloverSizeBytes: BigInt(r.rolloverSizeBytes),
    }),
  deleteKeyValueTable: (c, r) => c.deleteKeyValueTable(named(r)),
  getKeyValueTableConfiguration: (c, r) => c.getKeyValueTableSettings(named(r)),
  getCurrentSegmentsKeyValueTable: (c, r) => c.getCurrentKeyValueTableSegments(named(r)),
  listKeyValueTablesInScope: (c, r) => all(c.listKeyValueTables(r.scope.scope)),
  getDelegationToken: async (c, r) => c.getDelegationToken(stream(r), access(r.accessOperation)),
  getControllerToBucketMapping: (c, r) =>
    c.getControllerToBucketMapping(r.serviceType === 'WatermarkingService' ? 'watermarking' : 'retention'),
}

type Outcome = { readonly value: unknown } | { readonly error: ErrorCode }
const value = (result?: unknown): Outcome => ({ value: result })
const error = (code: ErrorCode): Outcome => ({ error: code })

const CHANGED = {
  SUCCESS: value(),
  FAILURE: error('CONTROLLER_FAILURE'),
  STREAM_NOT_FOUND: error('STREAM_NOT_FOUND'),
  STREAM_SEALED: error('STREAM_SEALED'),
}
const SCOPE_DELETED = {
  SUCCESS: value(true),
  SCOPE_NOT_FOUND: value(false),
  SCOPE_NOT_EMPTY: error('SCOPE_NOT_EMPTY'),
}

/** What a recorded status stands for. */
const STATUS: Readonly<Record<string, Readonly<Record<string, Outcome>>>> = {
  createScope: { SUCCESS: value(true), SCOPE_EXISTS: value(false), INVALID_SCOPE_NAME: error('INVALID_ARGUMENT') },
  deleteScope: SCOPE_DELETED,
  deleteScopeRecursive: SCOPE_DELETED,
  createStream: {
    SUCCESS: value(true),
    STREAM_EXISTS: value(false),
    SCOPE_NOT_FOUND: error('SCOPE_NOT_FOUND'),
    FAILURE: error('CONTROLLER_FAILURE'),
  },
  updateStream: CHANGED,
  truncateStream: { ...CHANGED, FAILURE: error('STREAM_CUT_INVALID') },
  sealStream: CHANGED,
  deleteStream: {
    SUCCESS: value(true),
    STREAM_NOT_FOUND: value(false),
    STREAM_NOT_SEALED: error('STREAM_NOT_SEALED'),
  },
  listStreamsInScope: { SCOPE_NOT_FOUND: error('SCOPE_NOT_FOUND') },
  listStreamsInScopeForTag: { SCOPE_NOT_FOUND: error('SCOPE_NOT_FOUND') },
  listKeyValueTablesInScope: { SCOPE_NOT_FOUND: error('SCOPE_NOT_FOUND') },
  scale: { FAILURE: error('SCALE_REFUSED'), PRECONDITION_FAILED: error('SCALE_REFUSED') },
  checkScale: { SUCCESS: value('done'), IN_PROGRESS: value('inProgress'), INVALID_INPUT: error('INVALID_ARGUMENT') },
  commitTransaction: { SUCCESS: value(), FAILURE: error('TRANSACTION_FAILED') },
  abortTransaction: { SUCCESS: value(), FAILURE: error('TRANSACTION_FAILED') },
  pingTransaction: {
    OK: value('open'),
    COMMITTED: value('committed'),
    ABORTED: value('aborted'),
    UNKNOWN: error('TRANSACTION_NOT_FOUND'),
  },
  checkTransactionState: {
    OPEN: value('open'),
    COMMITTING: value('committing'),
    COMMITTED: value('committed'),
    ABORTED: value('aborted'),
    UNKNOWN: error('TRANSACTION_NOT_FOUND'),
  },
  noteTimestampFromWriter: {
    SUCCESS: value(),
    INVALID_TIME: error('INVALID_ARGUMENT'),
    INVALID_POSITION: error('STREAM_CUT_INVALID'),
  },
  removeWriter: { SUCCESS: value(true), UNKNOWN_WRITER: value(false) },
  createReaderGroup: { SCOPE_NOT_FOUND: error('SCOPE_NOT_FOUND') },
  getReaderGroupConfig: { RG_NOT_FOUND: error('READER_GROUP_NOT_FOUND') },
  updateReaderGroup: {
    RG_NOT_FOUND: error('READER_GROUP_NOT_FOUND'),
    INVALID_CONFIG: error('READER_GROUP_CONFIG_MISMATCH'),
  },
  deleteReaderGroup: { SUCCESS: value(true), RG_NOT_FOUND: value(false) },
  listSubscribers: { STREAM_NOT_FOUND: error('STREAM_NOT_FOUND') },
  updateSubscriberStreamCut: {
    SUCCESS: value(),
    STREAM_NOT_FOUND: error('STREAM_NOT_FOUND'),
    SUBSCRIBER_NOT_FOUND: error('SUBSCRIBER_NOT_FOUND'),
    STREAM_CUT_NOT_VALID: error('STREAM_CUT_INVALID'),
    GENERATION_MISMATCH: error('READER_GROUP_CONFIG_MISMATCH'),
  },
  createKeyValueTable: { SUCCESS: value(true), TABLE_EXISTS: value(false), SCOPE_NOT_FOUND: error('SCOPE_NOT_FOUND') },
  getKeyValueTableConfiguration: { TABLE_NOT_FOUND: error('TABLE_NOT_FOUND') },
  deleteKeyValueTable: { SUCCESS: value(true), TABLE_NOT_FOUND: value(false) },
}

const owned = ({ segmentId, minKey, maxKey }: Range, owner?: string, id?: string) => ({
  segment: new ScopedSegment(
    segmentId.streamInfo?.scope ?? '',
    owner ?? segmentId.streamInfo?.stream ?? '',
    BigInt(segmentId.segmentId ?? 0),
    id,
  ),
  range: { low: minKey, high: maxKey },
})
const ranges = (list: readonly Range[], owner?: string, id?: string) =>
  [...list].sort((a, b) => a.minKey - b.minKey).map(range => owned(range, owner, id))
const segmentsWithToken = (r: Loose) => ({ segments: ranges(r.segmentRanges), delegationToken: r.delegationToken })
const group = (config: Group) => ({
  scope: config.scope,
  name: config.readerGroupName,
  id: config.readerGroupId,
  generation: BigInt(config.generation),
  settings: settings(config),
})

/** What the rest of an answer is turned into. */
const successors = (r: Loose) =>
  r.segments.map((next: Loose) => ({ segment: owned(next.segment), predecessors: next.value.map(BigInt) }))

const RESULT: Readonly<Record<string, (response: Loose, request: Loose) => unknown>> = {
  checkScopeExists: r => r.exists,
  checkStreamExists: r => r.exists,
  listScopes: r => r.scopes,
  getStreamConfiguration: r => configuration(r),
  listStreamsInScope: r => r.streams.map(stream),
  listStreamsInScopeForTag: r => r.streams.map(stream),
  getCurrentSegments: segmentsWithToken,
  getEpochSegments: segmentsWithToken,
  getSegments: r => r.segments.map((at: Loose) => ({ segment: segment(at.segmentId), offset: BigInt(at.offset) })),
  getSegmentsImmediatelyFollowing: successors,
  getSegmentsImmediatlyFollowing: successors,
  getSegmentsBetween: r => r.segments.map(segment),
  getURI: r => ({ host: r.endpoint, port: r.port }),
  isSegmentValid: r => r.response,
  isStreamCutValid: r => r.response,
  scale: r => ({ epoch: r.epoch, segments: ranges(r.segments) }),
  createTransaction: r => {
    const id = transaction(r.txnId)
    return { id, segments: ranges(r.activeSegments, undefined, id), delegationToken: r.delegationToken }
  },
  listCompletedTransactions: r =>
    r.response.map((done: Loose) => ({ id: transaction(done.txnId), outcome: done.status.toLowerCase() })),
  createReaderGroup: r => group(r.config),
  getReaderGroupConfig: r => group(r.config),
  updateReaderGroup: r => BigInt(r.generation),
  listSubscribers: r => r.subscribers.map((name: string) => ({ scope: name.split('/')[0], name: name.split('/')[1] })),
  getKeyValueTableConfiguration: r => ({
    partitions: r.config.partitionCount,
    primaryKeyLength: r.config.primaryKeyLength,
    secondaryKeyLength: r.config.secondaryKeyLength,
    rolloverSizeBytes: BigInt(r.config.rolloverSizeBytes),
  }),
  getCurrentSegmentsKeyValueTable: (r, request) => ({
    segments: ranges(r.segmentRanges, `${request.kvtName}_kvtable`),
    delegationToken: r.delegationToken,
  }),
  listKeyValueTablesInScope: r => r.kvtables.map((table: Loose) => ({ scope: table.scope, name: table.kvtName })),
  getDelegationToken: r => r.delegationToken,
}

const NOT_FOUND: Readonly<Record<string, ErrorCode>> = {
  getEpochSegments: 'NOT_FOUND',
  isStreamCutValid: 'NOT_FOUND',
  getReaderGroupConfig: 'SCOPE_NOT_FOUND',
  getCurrentSegmentsKeyValueTable: 'TABLE_NOT_FOUND',
}
const UNKNOWN: Readonly<Record<string, ErrorCode>> = {
  getControllerServerList: 'UNIMPLEMENTED',
  getSegmentsBetween: 'STREAM_CUT_INVALID',
  isStreamCutValid: 'STREAM_CUT_INVALID',
}

function code({ grpc, method, details = '' }: Entry): ErrorCode {
  switch (grpc) {
    case 'NOT_FOUND':
      return NOT_FOUND[method] ?? 'STREAM_NOT_FOUND'
    case 'UNKNOWN':
      return UNKNOWN[method] ?? 'CONTROLLER_FAILURE'
    case 'INTERNAL':
      if (details.includes('SEALED')) return 'STREAM_SEALED'
      return details.includes('CREATING') ? 'CONTROLLER_FAILURE' : 'INVALID_ARGUMENT'
    case 'UNAVAILABLE':
      return details.includes('ertificate') ? 'CONNECTION_FAILED' : 'UNAVAILABLE'
    case 'CANCELLED':
      return 'UNAVAILABLE'
    default:
      return grpc as ErrorCode
  }
}

/** What the client makes of a recorded call. */
export function expected(entry: Entry): Outcome {
  if (entry.code !== 0) return error(code(entry))
  const { response, request, method } = entry
  const settled = STATUS[method]?.[response.status ?? response.result ?? response.state]
  return settled ?? value(RESULT[method]?.(response, request))
}

const BAD_NAME = 'the name breaks the rules'
const INTERNAL_NAME = 'names with a leading underscore are left to Pravega'
const BAD_LEASE = 'the lease is out of bounds'
const NO_POSITION = 'the cut names no position'
const BAD_RANGES = 'the ranges are no partition'

/** Recorded calls that the client does not let out, and why. */
export const REFUSED: Readonly<Record<string, string>> = {
  A4: BAD_NAME,
  A5: BAD_NAME,
  A6: BAD_NAME,
  A7: BAD_NAME,
  A8: BAD_NAME,
  A9: INTERNAL_NAME,
  A19: BAD_NAME,
  A20: INTERNAL_NAME,
  A21: BAD_NAME,
  A22: BAD_NAME,
  A23: 'negative rollover size',
  A24: 'a tag is too long',
  A25: 'too many tags',
  A33: BAD_NAME,
  A45: 'the tag is empty',
  A53: BAD_NAME,
  A56: 'negative epoch',
  A65: BAD_NAME,
  A72: NO_POSITION,
  A77: BAD_RANGES,
  A79: BAD_RANGES,
  A80: BAD_RANGES,
  A92: 'negative epoch',
  A106: 'both cuts are unbounded',
  A115: NO_POSITION,
  B1: BAD_LEASE,
  B2: BAD_LEASE,
  B8: BAD_LEASE,
  B69: BAD_NAME,
  B71: 'the group id is no UUID',
  B72: 'the group has no stream',
  B73: 'the retention is none of the three',
  B74: 'no checkpoint could be under way',
  B92: BAD_NAME,
  B99: 'the group id is no UUID',
  B102: 'the group id is no UUID',
  B108: BAD_NAME,
  B110: 'no partitions',
  B111: 'no primary key',
  B126: BAD_NAME,
  B150: INTERNAL_NAME,
  C7: NO_POSITION,
  C8: NO_POSITION,
  C10: BAD_NAME,
  H2: 'an empty scale blocks the stream for good',
  H10: 'an update without scaling policy blocks the stream for good',
  P3: 'negative number of segments',
  P4: 'negative retention',
  P6: 'too long for _MARK in front of it',
  P13: BAD_LEASE,
  P14: BAD_LEASE,
  P15: BAD_LEASE,
  P16: BAD_LEASE,
  P17: BAD_LEASE,
}

const LATER_PAGE = 'asks for a later page, which the client does only after the one before'
const NO_POLICY = 'the client always sends a scaling policy'

/** Recorded calls that the interface cannot make, and why. */
export const NOT_EXPRESSIBLE: Readonly<Record<string, string>> = {
  A39: LATER_PAGE,
  A42: LATER_PAGE,
  A43: LATER_PAGE,
  A48: LATER_PAGE,
  P33: LATER_PAGE,
  P34: LATER_PAGE,
  P32: 'the recorded answer is cut',
  H1: 'tokens come from the server',
  D3: NO_POLICY,
  P1: NO_POLICY,
  S25: 'access ANY is only ever refused',
  S26: 'access ANY is only ever refused',
  B30: 'a transaction has an id',
}

const OWN_ID = 'the client chooses the id, so that it can tell a new group from an old one'
const END_GIVEN = 'the client sends an unbounded end where no end was recorded'

/** Recorded calls for which the client's request differs in a way that means the same; the outcome must not differ. */
export const DIFFERENT_REQUEST: Readonly<Record<string, string>> = {
  A38: 'the client sends an empty token where no token was recorded',
  A58: 'servers ignore the timestamp, so the client sends none',
  B70: OWN_ID,
  B75: OWN_ID,
  B76: OWN_ID,
  B77: OWN_ID,
  S41: OWN_ID,
  C3: 'retention type 0 is no retention, so the client sends none',
  P10: 'the client sends each tag once',
  P26: END_GIVEN,
  P27: END_GIVEN,
  R3: END_GIVEN,
}
