import { parseUuid } from '@pravega-ts/model'
import { NO_EVENT_NUMBER } from '@pravega-ts/wire-protocol'
import { type SegmentReference, segmentName } from '../segment-name.ts'
import type { RequestPlan } from '../store-context.ts'

export function getAttribute(segment: SegmentReference, attributeId: string): RequestPlan<bigint | undefined> {
  const name = segmentName(segment)
  const id = parseUuid(attributeId)
  return {
    what: `getting an attribute of segment ${name}`,
    segment,
    access: 'read',
    make: (requestId, delegationToken) => ({
      command: 'GetSegmentAttribute',
      requestId,
      segmentName: name,
      attributeId: id,
      delegationToken,
    }),
    read: reply => {
      if (reply.command !== 'SegmentAttribute') return undefined
      return { value: reply.value === NO_EVENT_NUMBER ? undefined : reply.value }
    },
  }
}

export function setAttribute(
  segment: SegmentReference,
  attributeId: string,
  expected: bigint | undefined,
  value: bigint | undefined,
): RequestPlan<boolean> {
  const name = segmentName(segment)
  const id = parseUuid(attributeId)
  return {
    what: `setting an attribute of segment ${name}`,
    segment,
    access: 'readWrite',
    make: (requestId, delegationToken) => ({
      command: 'UpdateSegmentAttribute',
      requestId,
      segmentName: name,
      attributeId: id,
      newValue: value ?? NO_EVENT_NUMBER,
      expectedValue: expected ?? NO_EVENT_NUMBER,
      delegationToken,
    }),
    read: reply => (reply.command === 'SegmentAttributeUpdated' ? { value: reply.success } : undefined),
  }
}
