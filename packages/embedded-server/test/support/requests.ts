import type { Command, TableEntry, TableKey } from '@pravega-ts/wire-protocol'

type Fields<Name extends Command['command']> = Omit<Extract<Command, { readonly command: Name }>, 'command'>
type Request<Name extends Command['command']> = Extract<Command, { readonly command: Name }>

const delegationToken = ''
const NOTHING = new Uint8Array(0)

export const UNSET = -(2n ** 63n)

export function bytes(text: string): Uint8Array {
  return Buffer.from(text)
}

export function text(data: Uint8Array): string {
  return Buffer.from(data).toString()
}

export function createSegment(requestId: bigint, segment: string): Request<'CreateSegment'> {
  return {
    command: 'CreateSegment',
    requestId,
    segment,
    targetRate: 0,
    scaleType: 0,
    delegationToken,
    rolloverSizeBytes: 0n,
  }
}

export function setupAppend(requestId: bigint, writerId: string, segment: string): Request<'SetupAppend'> {
  return { command: 'SetupAppend', requestId, writerId, segment, delegationToken }
}

/** An append in one frame. */
export function append(
  writerId: string,
  number: bigint,
  data: string | Uint8Array,
  fields: Partial<Fields<'AppendBlockEnd'>> = {},
): Request<'AppendBlockEnd'> {
  const body = typeof data === 'string' ? bytes(data) : data
  return {
    command: 'AppendBlockEnd',
    writerId,
    sizeOfWholeEvents: body.byteLength,
    data: body,
    numEvents: 1,
    lastEventNumber: number,
    requestId: 1000n + number,
    ...fields,
  }
}

export function conditionalBlock(
  writerId: string,
  eventNumber: bigint,
  expectedOffset: bigint,
  data: string,
): Request<'ConditionalBlockEnd'> {
  return {
    command: 'ConditionalBlockEnd',
    writerId,
    eventNumber,
    expectedOffset,
    data: bytes(data),
    requestId: 1000n + eventNumber,
  }
}

export function readSegment(
  requestId: bigint,
  segment: string,
  offset: bigint,
  suggestedLength = 65_536,
): Request<'ReadSegment'> {
  return { command: 'ReadSegment', segment, offset, suggestedLength, delegationToken, requestId }
}

/** The requests that only name a segment. */
export function about<Name extends 'SealSegment' | 'DeleteSegment'>(
  command: Name,
  requestId: bigint,
  segment: string,
): Request<Name> {
  return { command, requestId, segment, delegationToken } as Request<Name>
}

export function segmentInfo(requestId: bigint, segmentName: string): Request<'GetStreamSegmentInfo'> {
  return { command: 'GetStreamSegmentInfo', requestId, segmentName, delegationToken }
}

export function truncateSegment(
  requestId: bigint,
  segment: string,
  truncationOffset: bigint,
): Request<'TruncateSegment'> {
  return { command: 'TruncateSegment', requestId, segment, truncationOffset, delegationToken }
}

export function getAttribute(
  requestId: bigint,
  segmentName: string,
  attributeId: string,
): Request<'GetSegmentAttribute'> {
  return { command: 'GetSegmentAttribute', requestId, segmentName, attributeId, delegationToken }
}

export function setAttribute(
  requestId: bigint,
  segmentName: string,
  attributeId: string,
  expectedValue: bigint,
  newValue: bigint,
): Request<'UpdateSegmentAttribute'> {
  return {
    command: 'UpdateSegmentAttribute',
    requestId,
    segmentName,
    attributeId,
    newValue,
    expectedValue,
    delegationToken,
  }
}

export function mergeSegments(
  requestId: bigint,
  target: string,
  source: string,
  attributeUpdates: Fields<'MergeSegments'>['attributeUpdates'] = [],
): Request<'MergeSegments'> {
  return { command: 'MergeSegments', requestId, target, source, delegationToken, attributeUpdates }
}

export function mergeBatch(
  requestId: bigint,
  targetSegmentId: string,
  ...sourceSegmentIds: readonly string[]
): Request<'MergeSegmentsBatch'> {
  return { command: 'MergeSegmentsBatch', requestId, targetSegmentId, sourceSegmentIds, delegationToken }
}

export function createTable(requestId: bigint, segment: string, keyLength = 0): Request<'CreateTableSegment'> {
  return {
    command: 'CreateTableSegment',
    requestId,
    segment,
    delegationToken,
    sortedDeprecated: false,
    keyLength,
    rolloverSizeBytes: 0n,
  }
}

export function key(data: string, keyVersion: bigint = UNSET): TableKey {
  return { data: bytes(data), keyVersion }
}

export function entry(data: string, value: string, keyVersion: bigint = UNSET): TableEntry {
  return { key: key(data, keyVersion), value: { data: bytes(value) } }
}

export function updateTable(
  requestId: bigint,
  segment: string,
  tableEntries: readonly TableEntry[],
  tableSegmentOffset = -1n,
): Request<'UpdateTableEntries'> {
  return { command: 'UpdateTableEntries', requestId, segment, delegationToken, tableEntries, tableSegmentOffset }
}

export function removeKeys(
  requestId: bigint,
  segment: string,
  keys: readonly TableKey[],
  tableSegmentOffset = -1n,
): Request<'RemoveTableKeys'> {
  return { command: 'RemoveTableKeys', requestId, segment, delegationToken, keys, tableSegmentOffset }
}

export function readTable(requestId: bigint, segment: string, ...keys: readonly string[]): Request<'ReadTable'> {
  return { command: 'ReadTable', requestId, segment, delegationToken, keys: keys.map(name => key(name)) }
}

export function readEntries(
  requestId: bigint,
  segment: string,
  fields: Partial<Fields<'ReadTableEntries'>> = {},
): Request<'ReadTableEntries'> {
  return {
    command: 'ReadTableEntries',
    requestId,
    segment,
    delegationToken,
    suggestedEntryCount: 100,
    continuationToken: NOTHING,
    prefixFilter: NOTHING,
    fromKey: NOTHING,
    toKey: NOTHING,
    ...fields,
  }
}

export function readDelta(
  requestId: bigint,
  segment: string,
  fromPosition: bigint,
  suggestedEntryCount = 100,
): Request<'ReadTableEntriesDelta'> {
  return {
    command: 'ReadTableEntriesDelta',
    requestId,
    segment,
    delegationToken,
    fromPosition,
    suggestedEntryCount,
  }
}

export function tableInfo(requestId: bigint, segmentName: string): Request<'GetTableSegmentInfo'> {
  return { command: 'GetTableSegmentInfo', requestId, segmentName, delegationToken }
}
