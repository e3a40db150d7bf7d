import type { AttributeUpdate } from '@pravega-ts/wire-protocol'
import { REMOVED } from '../storage/segment-properties.ts'
import type { AttributeChange, StoredProperties } from '../storage/segment-storage.ts'
import { violation } from './violation.ts'

/** "No value" of an attribute, and "no number" of a writer: -2^63. */
export const UNSET: bigint = REMOVED

const CORE_PREFIX = '80000000-0000-0000-'

function core(number: number): string {
  return `${CORE_PREFIX}0000-${number.toString(16).padStart(12, '0')}`
}

/** Ids of the attributes that Pravega gives a meaning to. */
export const ATTRIBUTE: {
  readonly creationTime: string
  readonly eventCount: string
  readonly scaleType: string
  readonly scaleRate: string
  readonly rolloverSize: string
  readonly segmentType: string
  readonly keyLength: string
} = {
  /** Unix time in milliseconds. */
  creationTime: core(0),
  eventCount: core(1),
  scaleType: core(2),
  scaleRate: core(3),
  rolloverSize: core(4),
  segmentType: core(9),
  keyLength: core(12),
}

function isCoreAttribute(id: string): boolean {
  return id.startsWith(CORE_PREFIX)
}

/** Sets an attribute if it has the expected value. Reserved ones cannot be set on condition that they are unset. */
export function compareAndSet(
  stored: StoredProperties,
  id: string,
  expected: bigint,
  value: bigint,
): 'updated' | 'refused' | 'sealed' {
  if (stored.isSealed) return 'sealed'
  if (expected === UNSET && isCoreAttribute(id)) return 'refused'
  if ((stored.attribute(id) ?? UNSET) !== expected) return 'refused'
  stored.changeAttributes([{ id, value }])
  return 'updated'
}

/**
 * What attribute updates come to: undefined when the condition of one does not hold.
 * @throws PravegaError PROTOCOL_VIOLATION for an unknown type of update.
 */
export function resolveUpdates(
  stored: StoredProperties,
  updates: readonly AttributeUpdate[],
): readonly AttributeChange[] | undefined {
  const changes: AttributeChange[] = []
  for (const update of updates) {
    const value = updatedValue(stored.attribute(update.attributeId) ?? UNSET, update)
    if (value === undefined) return undefined
    changes.push({ id: update.attributeId, value })
  }
  return changes
}

function updatedValue(
  current: bigint,
  { attributeUpdateType, newValue, oldValue }: AttributeUpdate,
): bigint | undefined {
  switch (attributeUpdateType) {
    case 0:
      return current === UNSET ? newValue : undefined
    case 1:
      return newValue
    case 2:
      return newValue > current ? newValue : undefined
    case 3:
      return current === UNSET ? newValue : BigInt.asIntN(64, current + newValue)
    case 4:
      return current === oldValue ? newValue : undefined
    default:
      throw violation(`an attribute update of the unknown type ${attributeUpdateType}`)
  }
}
