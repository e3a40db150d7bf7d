import { PravegaError, parseUuid, type ScalingPolicy, type ScopedSegment, type WriterId } from '@pravega-ts/model'
import { NO_EVENT_NUMBER } from '@pravega-ts/wire-protocol'
import { toOffset } from '../offset.ts'
import { type SegmentInfo, segmentInfoFrom } from '../segment-info.ts'
import { type SegmentReference, segmentName, type TransientSegment } from '../segment-name.ts'
import type { CreateSegmentOptions, MergeOptions } from '../segments.ts'
import type { RequestPlan } from '../store-context.ts'

/** Update type of an attribute: only if it has the expected value. */
const IF_EQUAL = 4

export function getInfo(segment: SegmentReference): RequestPlan<SegmentInfo> {
  const name = segmentName(segment)
  return {
    what: `getting the info of segment ${name}`,
    segment,
    access: 'read',
    make: (requestId, delegationToken) => ({
      command: 'GetStreamSegmentInfo',
      requestId,
      segmentName: name,
      delegationToken,
    }),
    read: reply => {
      const info = segmentInfoFrom(segment, reply)
      if (info !== undefined) return { value: info }
      if (reply.command !== 'StreamSegmentInfo') return undefined
      throw new PravegaError(
        'NO_SUCH_SEGMENT',
        `Segment ${name} does not exist. Check its name, and whether it was deleted`,
      )
    },
  }
}

export function create(segment: ScopedSegment, options: CreateSegmentOptions): RequestPlan<boolean> {
  const name = segmentName(segment)
  const rolloverSizeBytes = toOffset('rolloverSizeBytes', options.rolloverSizeBytes ?? 0n)
  return {
    what: `creating segment ${name}`,
    segment,
    access: 'readWrite',
    make: (requestId, delegationToken) => ({
      command: 'CreateSegment',
      requestId,
      segment: name,
      ...scaleFields(options.scaling),
      delegationToken,
      rolloverSizeBytes,
    }),
    read: reply => {
      if (reply.command === 'SegmentCreated') return { value: true }
      return reply.command === 'SegmentAlreadyExists' ? { value: false } : undefined
    },
  }
}

export function createTransient(parent: ScopedSegment, writerId: WriterId): RequestPlan<TransientSegment> {
  const id = parseUuid(writerId)
  return {
    what: `creating a transient segment beside ${parent}`,
    segment: parent,
    access: 'readWrite',
    make: (requestId, delegationToken) => ({
      command: 'CreateTransientSegment',
      requestId,
      writerId: id,
      parentSegment: parent.toString(),
      delegationToken,
    }),
    read: reply => (reply.command === 'SegmentCreated' ? { value: { parent, name: reply.segment } } : undefined),
  }
}

export function seal(segment: SegmentReference): RequestPlan<void> {
  const name = segmentName(segment)
  return {
    what: `sealing segment ${name}`,
    segment,
    access: 'readWrite',
    make: (requestId, delegationToken) => ({ command: 'SealSegment', requestId, segment: name, delegationToken }),
    read: reply =>
      reply.command === 'SegmentSealed' || reply.command === 'SegmentIsSealed' ? { value: undefined } : undefined,
  }
}

export function truncate(segment: SegmentReference, offset: number | bigint): RequestPlan<void> {
  const name = segmentName(segment)
  const truncationOffset = toOffset('offset', offset)
  return {
    what: `truncating segment ${name} at ${truncationOffset}`,
    segment,
    access: 'readWrite',
    make: (requestId, delegationToken) => ({
      command: 'TruncateSegment',
      requestId,
      segment: name,
      truncationOffset,
      delegationToken,
    }),
    read: reply => {
      if (reply.command === 'SegmentTruncated') return { value: undefined }
      if (reply.command !== 'SegmentIsTruncated') return undefined
      if (reply.startOffset >= truncationOffset) return { value: undefined }
      throw new PravegaError(
        'OFFSET_OUT_OF_RANGE',
        `Segment ${name} cannot be truncated at ${truncationOffset}: that is beyond its end. Give an offset up to its writeOffset`,
        { details: { segment: name, offset: truncationOffset } },
      )
    },
  }
}

export function deleteSegment(segment: SegmentReference): RequestPlan<boolean> {
  const name = segmentName(segment)
  return {
    what: `deleting segment ${name}`,
    segment,
    access: 'readWrite',
    make: (requestId, delegationToken) => ({ command: 'DeleteSegment', requestId, segment: name, delegationToken }),
    read: reply => {
      if (reply.command === 'SegmentDeleted') return { value: true }
      return reply.command === 'NoSuchSegment' ? { value: false } : undefined
    },
  }
}

export function updatePolicy(segment: ScopedSegment, scaling: ScalingPolicy): RequestPlan<void> {
  const name = segmentName(segment)
  return {
    what: `updating the policy of segment ${name}`,
    segment,
    access: 'readWrite',
    make: (requestId, delegationToken) => ({
      command: 'UpdateSegmentPolicy',
      requestId,
      segment: name,
      ...scaleFields(scaling),
      delegationToken,
    }),
    read: reply => (reply.command === 'SegmentPolicyUpdated' ? { value: undefined } : undefined),
  }
}

export function merge(target: ScopedSegment, source: SegmentReference, options: MergeOptions): RequestPlan<bigint> {
  const sourceName = segmentName(source)
  const what = `merging segment ${sourceName} into ${target}`
  const attributeUpdates = (options.ifAttributes ?? []).map(condition => ({
    attributeId: parseUuid(condition.attributeId),
    attributeUpdateType: IF_EQUAL,
    newValue: condition.value,
    oldValue: condition.expected ?? NO_EVENT_NUMBER,
  }))
  return {
    what,
    segment: target,
    access: 'readWrite',
    make: (requestId, delegationToken) => ({
      command: 'MergeSegments',
      requestId,
      target: target.toString(),
      source: sourceName,
      delegationToken,
      attributeUpdates,
    }),
    read: reply => {
      if (reply.command === 'SegmentsMerged') return { value: reply.newTargetWriteOffset }
      if (reply.command !== 'SegmentAttributeUpdated') return undefined
      throw new PravegaError(
        'CONDITIONAL_CHECK_FAILED',
        `${what} was refused: an attribute has another value. The source is sealed now and still there`,
      )
    },
    isDoubtful: error => PravegaError.is(error, 'NO_SUCH_SEGMENT', 'CONDITIONAL_CHECK_FAILED'),
  }
}

/** How a scaling policy is told to a segment store; it measures, the controller scales. */
function scaleFields(scaling: ScalingPolicy | undefined): { readonly targetRate: number; readonly scaleType: number } {
  switch (scaling?.type) {
    case 'byDataRate':
      return { scaleType: 1, targetRate: scaling.targetKBps }
    case 'byEventRate':
      return { scaleType: 2, targetRate: scaling.targetEventsPerSecond }
    default:
      return { scaleType: 0, targetRate: 0 }
  }
}
