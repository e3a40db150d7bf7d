import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf'
import { type ScopedStream, StreamCut, validateInternalScopeName, validateReaderGroupName } from '@pravega-ts/model'
import { checkCutOf, checkInt32, checkInt64, checkUuid, refuse } from './arguments.ts'
import {
  type ReaderGroupConfigurationSchema,
  ReaderGroupConfiguration_RetentionType as Retention,
} from './generated/index.ts'
import { cutOf, nonsense, positionsTo, streamInfo, streamOf } from './messages.ts'

/** A reader group's name. */
export interface ReaderGroupName {
  readonly scope: string
  readonly name: string
}

/** A stream that a group reads, and which part of it. */
export interface ReaderGroupStream {
  readonly stream: ScopedStream
  /** Default: the head. */
  readonly from?: StreamCut | undefined
  /** Default: no end. */
  readonly to?: StreamCut | undefined
}

/** Settings of a reader group. An update replaces all of them. */
export interface ReaderGroupSettings {
  /** At least one. */
  readonly streams: readonly ReaderGroupStream[]
  /**
   * Whether the group holds back the retention of its streams: not at all, up to what it is told, or up to its last
   * checkpoint. Default `'none'`.
   */
  readonly retention?: 'none' | 'manual' | 'automatic' | undefined
  /** Milliseconds between two looks at the group's shared state. Default 3000. */
  readonly refreshTimeMs?: number | bigint | undefined
  /** Milliseconds between two automatic checkpoints; -1: none. Default 30000. */
  readonly automaticCheckpointIntervalMs?: number | bigint | undefined
  /** Checkpoints that may be under way at a time. Default 3. */
  readonly maxOutstandingCheckpoints?: number | undefined
  /** Size at which the segment store starts a new chunk of the group's state. Default 0: as the server is set. */
  readonly rolloverSizeBytes?: number | bigint | undefined
}

/** Settings of a reader group as the controller keeps them; can be sent back with a change. */
export interface StoredReaderGroupSettings extends ReaderGroupSettings {
  readonly streams: readonly { readonly stream: ScopedStream; readonly from: StreamCut; readonly to: StreamCut }[]
  readonly retention: 'none' | 'manual' | 'automatic'
  readonly refreshTimeMs: bigint
  readonly automaticCheckpointIntervalMs: bigint
  readonly maxOutstandingCheckpoints: number
  readonly rolloverSizeBytes: bigint
}

/** One incarnation of a reader group. */
export interface ReaderGroupIncarnation extends ReaderGroupName {
  /** Canonical UUID; another one when the group was deleted and made again. */
  readonly id: string
  /** Counts updates. */
  readonly generation: bigint
}

/** A reader group as the controller keeps it. */
export interface ReaderGroupRecord extends ReaderGroupIncarnation {
  readonly settings: StoredReaderGroupSettings
}

const ZERO_UUID = '00000000-0000-0000-0000-000000000000'
const RETENTIONS = { none: Retention.NONE, manual: Retention.MANUAL, automatic: Retention.AUTOMATIC } as const

/** The defaults are those of Pravega's Java client. */
const DEFAULTS = { refreshTimeMs: 3_000n, automaticCheckpointIntervalMs: 30_000n, maxOutstandingCheckpoints: 3 }

export function checkName({ scope, name }: ReaderGroupName): ReaderGroupName {
  return { scope: validateInternalScopeName(scope), name: validateReaderGroupName(name) }
}

/** The zero UUID would let the server choose an id, and then nobody could tell a new group from an old one. */
export function checkGroupId(id: string): string {
  const checked = checkUuid('reader group id', id)
  if (checked !== ZERO_UUID) return checked
  throw refuse('reader group id', id, 'it is the zero UUID', 'Leave it out for a random one')
}

export function checkIncarnation(group: ReaderGroupIncarnation): ReaderGroupIncarnation {
  const id = checkUuid('reader group id', group.id)
  return { ...checkName(group), id, generation: checkInt64('generation of a reader group', group.generation, 0n) }
}

export function groupTo(
  { scope, name, id, generation }: ReaderGroupIncarnation,
  settings: ReaderGroupSettings,
): MessageInitShape<typeof ReaderGroupConfigurationSchema> {
  const { streams, retention = 'none' } = settings
  if (streams.length === 0) throw refuse('reader group', name, 'it has no stream', 'Give at least one')
  if (!Object.hasOwn(RETENTIONS, retention)) {
    throw refuse(
      'retention of a reader group',
      retention,
      'it is not one of none, manual, automatic',
      'Give one of those',
    )
  }
  const {
    refreshTimeMs = DEFAULTS.refreshTimeMs,
    automaticCheckpointIntervalMs = DEFAULTS.automaticCheckpointIntervalMs,
    maxOutstandingCheckpoints = DEFAULTS.maxOutstandingCheckpoints,
    rolloverSizeBytes = 0n,
  } = settings
  return {
    scope,
    readerGroupName: name,
    readerGroupId: id,
    generation,
    groupRefreshTimeMillis: checkInt64('refreshTimeMs', refreshTimeMs, 0n),
    automaticCheckpointIntervalMillis: checkInt64('automaticCheckpointIntervalMs', automaticCheckpointIntervalMs, -1n),
    maxOutstandingCheckpointRequest: checkInt32('maxOutstandingCheckpoints', maxOutstandingCheckpoints, 1),
    retentionType: RETENTIONS[retention],
    rolloverSizeBytes: checkInt64('rolloverSizeBytes', rolloverSizeBytes, 0n),
    startingStreamCuts: streams.map(({ stream, from }) => boundTo(stream, from)),
    endingStreamCuts: streams.map(({ stream, to }) => boundTo(stream, to)),
  }
}

function boundTo(stream: ScopedStream, cut: StreamCut = StreamCut.UNBOUNDED) {
  return { streamInfo: streamInfo(stream), cut: positionsTo(checkCutOf(stream, cut).positions) }
}

export function groupOf(config: MessageShape<typeof ReaderGroupConfigurationSchema>): ReaderGroupRecord {
  const ends = new Map(config.endingStreamCuts.map(cut => [String(streamOf(cut.streamInfo)), cutOf(cut)]))
  const streams = config.startingStreamCuts.map(cut => {
    const stream = streamOf(cut.streamInfo)
    return { stream, from: cutOf(cut), to: ends.get(String(stream)) ?? StreamCut.UNBOUNDED }
  })
  return {
    scope: config.scope,
    name: config.readerGroupName,
    id: config.readerGroupId,
    generation: config.generation,
    settings: {
      streams,
      retention: retentionOf(config.retentionType),
      refreshTimeMs: config.groupRefreshTimeMillis,
      automaticCheckpointIntervalMs: config.automaticCheckpointIntervalMillis,
      maxOutstandingCheckpoints: config.maxOutstandingCheckpointRequest,
      rolloverSizeBytes: config.rolloverSizeBytes,
    },
  }
}

function retentionOf(type: number): StoredReaderGroupSettings['retention'] {
  switch (type) {
    case Retention.NONE:
      return 'none'
    case Retention.MANUAL:
      return 'manual'
    case Retention.AUTOMATIC:
      return 'automatic'
    default:
      throw nonsense(`the reader group retention ${type}, which this client does not know`)
  }
}
