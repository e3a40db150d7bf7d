import { CompactReader } from '@pravega-ts/model'
import { decodeCheckpoints } from '../../src/codec/checkpoints-bytes.ts'
import { decodeGroupConfig } from '../../src/codec/group-config-bytes.ts'
import type { Compact, GroupConfig, Init, ReaderGroupUpdate } from '../../src/index.ts'
import { bytesOf, type JavaOffsets, type JavaSegment, nameOf, offsetsOf, rangesOf } from '../vectors/java-states.ts'

/** What the vectors say about an update. */
export interface JavaFields {
  readonly readerId: string
  readonly ownedSegments: JavaOffsets
  readonly segment: string
  readonly offset: string | number
  readonly distanceToTail: string | number
  readonly lastReadPositions: JavaOffsets
  readonly segmentCompleted: JavaSegment
  readonly successors: readonly (readonly [JavaSegment, readonly string[]])[]
  readonly checkpointId: string
  readonly positions: JavaOffsets
  readonly clearUpToCheckpoint: string
  readonly isCheckpointPublishedToController: boolean
  readonly updatingConfig: boolean
}

/** What the vectors say about a full state. */
export interface JavaInitial {
  readonly name: string
  readonly typeId: number
  readonly hex: string
  readonly hexViaUpdateSerializer?: string
  readonly config: string
  readonly checkpointState?: string
  readonly startingSegments?: JavaOffsets
  readonly endSegments?: JavaOffsets
  readonly distanceToTail?: readonly (readonly [string, string])[] | string | number
  readonly futureSegments?: readonly (readonly [JavaSegment, readonly string[]])[]
  readonly assignedSegments?: readonly (readonly [string, JavaOffsets])[]
  readonly unassignedSegments?: JavaOffsets
  readonly lastReadPosition?: JavaOffsets
  readonly updatingConfig: boolean
}

export function javaUpdate(typeId: number, java: JavaFields): ReaderGroupUpdate {
  const reader = java.readerId
  switch (typeId) {
    case 2:
      return { type: 'addReader', reader }
    case 3:
      return { type: 'removeReader', reader, offsets: offsetsOf(java.ownedSegments) }
    case 4:
      return { type: 'releaseSegment', reader, segment: java.segment, offset: BigInt(java.offset) }
    case 5:
      return { type: 'acquireSegment', reader, segment: java.segment }
    case 6:
      return {
        type: 'updateDistanceToTail',
        reader,
        lag: BigInt(java.distanceToTail),
        offsets: offsetsOf(java.lastReadPositions),
        ranges: rangesOf(java.lastReadPositions.map(([segment]) => segment)),
      }
    case 7: {
      const names = java.successors.map(([segment]) => segment)
      return {
        type: 'segmentCompleted',
        reader,
        segment: nameOf(java.segmentCompleted),
        successors: new Map(java.successors.map(([segment, ids]) => [nameOf(segment), ids.map(BigInt)])),
        ranges: rangesOf([java.segmentCompleted, ...names]),
      }
    }
    case 8:
      return { type: 'checkpointReader', checkpoint: java.checkpointId, reader, positions: offsetsOf(java.positions) }
    case 9:
      return { type: 'createCheckpoint', checkpoint: java.checkpointId }
    case 10:
      return { type: 'clearCheckpointsBefore', checkpoint: java.clearUpToCheckpoint ?? java.checkpointId }
    case 11:
      return { type: 'updateCheckpointPublished', published: java.isCheckpointPublishedToController }
    case 12:
      return { type: 'updatingConfig', updating: java.updatingConfig }
    case 13:
      return { type: 'removeOutstandingCheckpoints' }
    default:
      throw new Error(`no update has type ${typeId}`)
  }
}

export function javaInitial(java: JavaInitial): Init | Compact {
  const config: GroupConfig = decodeGroupConfig(new CompactReader(bytesOf(java.config)))
  const { updatingConfig, endSegments = [], startingSegments } = java
  const segments = (startingSegments ?? []).map(([segment]) => segment)
  if (startingSegments !== undefined) {
    const [starts, ends] = [offsetsOf(startingSegments), offsetsOf(endSegments)]
    return { type: 'init', config, starts, ends, ranges: rangesOf(segments), updatingConfig }
  }
  const { assignedSegments = [], unassignedSegments = [], futureSegments = [], lastReadPosition = [] } = java
  const all = [...futureSegments, ...assignedSegments.flatMap(([, owned]) => owned), ...unassignedSegments]
  const lags = java.distanceToTail as readonly (readonly [string, string])[]
  const known = [...rangesOf(all.map(([segment]) => segment))].flatMap(([name, range]) =>
    range ? [[name, range] as const] : [],
  )
  return {
    type: 'compact',
    state: {
      config,
      checkpoints: decodeCheckpoints(new CompactReader(bytesOf(java.checkpointState ?? ''))),
      assigned: new Map(assignedSegments.map(([reader, owned]) => [reader, offsetsOf(owned)])),
      unassigned: offsetsOf(unassignedSegments),
      future: new Map(futureSegments.map(([segment, ids]) => [nameOf(segment), new Set(ids.map(BigInt))])),
      lag: new Map(lags.map(([reader, lag]) => [reader, BigInt(lag)])),
      lastRead: offsetsOf(lastReadPosition),
      end: offsetsOf(endSegments),
      ranges: new Map(known),
      updatingConfig,
    },
  }
}
