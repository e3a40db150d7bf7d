import { segmentEpoch, segmentNumber } from '@pravega-ts/model'

const INTERNAL = /^_?[A-Za-z0-9.-]{1,255}$/
const USER = /^[A-Za-z0-9.-]{1,250}$/
const LONGEST = 255

/** Scopes and streams: one leading underscore is taken too, since Pravega's own names have it. */
export function isScopeOrStreamName(name: string): boolean {
  return name.length <= LONGEST && INTERNAL.test(name)
}

/** Reader groups and key-value tables: no underscore, as something is put around their names. */
export function isGroupOrTableName(name: string): boolean {
  return USER.test(name)
}

/** The stream for watermarks that belongs to a stream. */
export function markStreamOf(stream: string): string {
  return `_MARK${stream}`
}

export function isMarkStream(stream: string): boolean {
  return stream.startsWith('_MARK')
}

/** The stream that holds a reader group's shared state. */
export function readerGroupStreamOf(group: string): string {
  return `_RG${group}`
}

/** What stands for the stream in the segment names of a key-value table. */
export function tableSegmentOwner(table: string): string {
  return `${table}_kvtable`
}

/**
 * The name of a segment on the segment store. Not made with the model's `ScopedSegment`, which refuses the name that
 * the watermarks of a stream with the longest possible name get.
 *
 * @param transaction canonical UUID
 */
export function segmentName(scope: string, stream: string, id: bigint, transaction?: string): string {
  const name = `${scope}/${stream}/${segmentNumber(id)}.#epoch.${segmentEpoch(id)}`
  return transaction === undefined ? name : `${name}#transaction.${transaction.replaceAll('-', '')}`
}
