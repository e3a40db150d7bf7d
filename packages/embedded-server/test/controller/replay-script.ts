import type { JsonValue } from '@bufbuild/protobuf'
import { streamConfig } from './controller-harness.ts'

/** What happened on the recorded server besides the recorded calls. */
export type Preparation =
  | { readonly call: string; readonly request: JsonValue }
  /** Time that went by. */
  | { readonly advanceMs: number }

/** How the embedded controller answers a recorded call otherwise, and why. */
export interface Deviation {
  readonly reason: string
  readonly grpc: string
  /** Left out where the answer is looked at by another test. */
  readonly response?: JsonValue
}

const group = (scope: string, readerGroupName: string, stream: string): JsonValue => ({
  scope,
  readerGroupName,
  groupRefreshTimeMillis: '3000',
  automaticCheckpointIntervalMillis: '30000',
  maxOutstandingCheckpointRequest: 3,
  readerGroupId: '11111111-2222-4333-8444-555555555555',
  startingStreamCuts: [{ streamInfo: { scope, stream } }],
})
const table: JsonValue = { scope: 'demo2', kvtName: 'kv', partitionCount: 1, primaryKeyLength: 4 }
const seal = (scope: string, stream: string): Preparation => ({ call: 'sealStream', request: { scope, stream } })
const remove = (scope: string, stream: string): Preparation => ({ call: 'deleteStream', request: { scope, stream } })
const stream = (scope: string, name: string, segments: number): Preparation => ({
  call: 'createStream',
  request: streamConfig(scope, name, segments),
})
const scope = (name: string): Preparation => ({ call: 'createScope', request: { scope: name } })
const transaction = (scopeName: string, name: string): Preparation => ({
  call: 'createTransaction',
  request: { streamInfo: { scope: scopeName, stream: name }, lease: '30000' },
})

/** What comes before a recorded call, by its id. */
export const PREPARATIONS: Readonly<Record<string, readonly Preparation[]>> = {
  A47: [scope('other1'), scope('other2')],
  B1: [stream('demo', 't1', 1), stream('demo', 'roll', 1), stream('demo', 'del', 2)],
  B33: [{ advanceMs: 9_000 }],
  B34: [{ advanceMs: 2_500 }],
  B147: [
    stream('demo2', 'a', 1),
    { call: 'createReaderGroup', request: group('demo2', 'rg9', 'a') },
    { call: 'createKeyValueTable', request: table },
  ],
  C19: [seal('demo3', 's'), remove('demo3', 's')],
  D1: [scope('q')],
  H1: [scope('demo')],
  H2: [stream('demo', 's1', 2)],
  H10: [stream('demo', 'sized', 3)],
  D10: [stream('q', 't', 1), transaction('q', 't')],
  D11: [seal('q', 't'), remove('q', 't')],
  D12: [{ call: 'createReaderGroup', request: group('q', 'g', 'half') }],
  R1: [seal('demo', 't1'), remove('demo', 't1')],
  P1: [scope('hz')],
  P12: [stream('hz', 'tx', 1)],
  P17: [transaction('hz', 'tx')],
  P18: [{ advanceMs: 2_000 }],
  P19: [transaction('hz', 'tx')],
  P21: [stream('hz', 'up', 3)],
  P29: [stream('hz', 'tr', 1)],
  P32: [scope('many'), ...Array.from({ length: 520 }, (_, i) => stream('many', `s${i}`, 1))],
}

/** Calls that were made at the same moment, in the order in which the server saw them. */
export const SIMULTANEOUS: readonly (readonly string[])[] = [
  ['C1', 'C2'],
  ['C12', 'C13'],
  ['P19', 'P20'],
]

/** A long call, and the calls that were made while it ran. */
export const MEANWHILE: Readonly<Record<string, readonly string[]>> = {
  P22: ['P21'],
  P39: ['P35', 'P36', 'P37', 'P38'],
}

const success: JsonValue = { status: 'SUCCESS' }
const noEmptyScale = 'an empty scale is refused, and leaves the stream as it was; Pravega never gets out of it'
const noPolicy = 'an update without a policy is refused; Pravega leaves the stream in the middle of it'
const noHalf = 'a stream that cannot be is refused at once; Pravega leaves a half-made one behind'

export const DEVIATIONS: Readonly<Record<string, Deviation>> = {
  A1: {
    reason: 'served, so that pravega:// works; Pravega standalone does not serve it',
    grpc: 'OK',
  },
  A86: {
    reason: 'the first scale is done when it is answered, so that the same request comes too late',
    grpc: 'OK',
    response: { status: 'PRECONDITION_FAILED', segments: [], epoch: 0 },
  },
  B11: {
    reason: 'the commit is done by the time of the next call; Pravega takes longer',
    grpc: 'OK',
    response: { state: 'COMMITTED' },
  },
  B151: {
    reason: 'the embedded controller works without streams of its own',
    grpc: 'OK',
    response: { streams: [], continuationToken: { token: '' }, status: 'SUCCESS' },
  },
  H1: {
    reason: 'a token of no list ends the listing; Pravega tries again and again',
    grpc: 'OK',
    response: { streams: [], continuationToken: { token: 'garbage' }, status: 'SUCCESS' },
  },
  H2: { reason: noEmptyScale, grpc: 'OK', response: { status: 'FAILURE' } },
  H3: { reason: noEmptyScale, grpc: 'OK', response: { status: 'PRECONDITION_FAILED' } },
  H4: { reason: noEmptyScale, grpc: 'OK', response: { status: 'STARTED' } },
  H5: { reason: noEmptyScale, grpc: 'OK', response: { status: 'SUCCESS' } },
  H6: { reason: noEmptyScale, grpc: 'OK', response: success },
  H8: { reason: noEmptyScale, grpc: 'OK', response: success },
  H9: {
    reason: noEmptyScale,
    grpc: 'OK',
    response: {
      segmentRanges: [
        { segmentId: { segmentId: '1' }, minKey: 0.5, maxKey: 1 },
        { segmentId: { segmentId: '4294967298' }, minKey: 0, maxKey: 0.25 },
        { segmentId: { segmentId: '4294967299' }, minKey: 0.25, maxKey: 0.5 },
      ],
    },
  },
  H10: { reason: noPolicy, grpc: 'OK', response: { status: 'FAILURE' } },
  H11: {
    reason: noPolicy,
    grpc: 'OK',
    response: { scalingPolicy: { scaleType: 'FIXED_NUM_SEGMENTS', minNumSegments: 3 } },
  },
  L1: {
    reason: 'Pravega 0.13 loses the list as soon as two streams have finished transactions',
    grpc: 'OK',
    response: {
      response: [
        { txnId: { highBits: '0', lowBits: '1' }, status: 'COMMITTED' },
        { txnId: { highBits: '0', lowBits: '2' }, status: 'ABORTED' },
        { txnId: { highBits: '0', lowBits: '3' }, status: 'ABORTED' },
      ],
    },
  },
  L2: {
    reason: 'as L1',
    grpc: 'OK',
    response: {
      response: [
        { txnId: { highBits: '0', lowBits: '4' }, status: 'COMMITTED' },
        { txnId: { highBits: '4294967296', lowBits: '5' }, status: 'ABORTED' },
      ],
    },
  },
  R1: {
    reason: 'a group can be deleted after its stream; Pravega works on that for 120 s and gives up',
    grpc: 'OK',
    response: success,
  },
  R3: { reason: 'the group went with R1', grpc: 'OK', response: { status: 'RG_NOT_FOUND', generation: '0' } },
  R4: { reason: 'the group went with R1', grpc: 'OK', response: { status: 'RG_NOT_FOUND' } },
  D2: { reason: 'the last range ends at 1.0; only that range was recorded', grpc: 'OK' },
  D4: { reason: noHalf, grpc: 'OK', response: success },
  D6: {
    reason: 'whole streams have a stream for watermarks',
    grpc: 'OK',
    response: {
      streams: ['s49', '_MARKs49', 'half', '_MARKhalf'].map(name => ({
        scope: 'q',
        stream: name,
        accessOperation: 'UNSPECIFIED',
      })),
      continuationToken: { token: Buffer.from('streams of q\ns49').toString('base64url') },
      status: 'SUCCESS',
    },
  },
  D7: { reason: noHalf, grpc: 'OK', response: success },
  P2: { reason: noHalf, grpc: 'NOT_FOUND' },
  P27: {
    reason: 'a group that subscribes to a missing stream fails at once; Pravega never answers',
    grpc: 'OK',
    response: { status: 'FAILURE' },
  },
  P39: { reason: 'answers when it is done, however long that takes', grpc: 'OK', response: success },
  P40: { reason: 'the delete of P39 is done', grpc: 'OK', response: { exists: false } },
}
