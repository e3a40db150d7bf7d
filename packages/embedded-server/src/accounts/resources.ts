// Names of what an account may be allowed to use, as Pravega's access control lists have them.

const READER_GROUP_STREAM = '_RG'
const MARK_STREAM = '_MARK'
const TABLE_SUFFIX = '_kvtable'

/** All scopes: who may list, create and delete them. */
export const ALL_SCOPES = 'prn::/'

export function scopeResource(scope: string): string {
  return `prn::/scope:${scope}`
}

export function streamResource(scope: string, stream: string): string {
  return `${scopeResource(scope)}/stream:${stream}`
}

export function readerGroupResource(scope: string, group: string): string {
  return `${scopeResource(scope)}/reader-group:${group}`
}

export function tableResource(scope: string, table: string): string {
  return `${scopeResource(scope)}/key-value-table:${table}`
}

/** The resource that stands for a stream: for the one that belongs to a reader group or to another stream, its owner. */
export function ownerResource(scope: string, stream: string): string {
  if (stream.startsWith(READER_GROUP_STREAM)) {
    return readerGroupResource(scope, stream.slice(READER_GROUP_STREAM.length))
  }
  if (stream.startsWith(MARK_STREAM)) return ownerResource(scope, stream.slice(MARK_STREAM.length))
  return streamResource(scope, stream)
}

/** Whether a stream is one that clients keep what they share in: the state of a group, the watermarks of a stream. */
export function isInternalStream(stream: string): boolean {
  return stream.startsWith('_')
}

/** The key-value table whose segments are named after that stream; the stream's own name if there is none. */
export function tableNamedBy(stream: string): string {
  return stream.endsWith(TABLE_SUFFIX) ? stream.slice(0, -TABLE_SUFFIX.length) : stream
}

const TABLE_CLAIM = /^prn::\/scope:([^/]+)\/key-value-table:([^/]+)$/

/** What the names of all segments of a resource begin with, up to a slash; `*` for all segments. */
export function segmentPrefix(resource: string): string {
  const table = TABLE_CLAIM.exec(resource)
  if (table !== null) return `${table[1]}/${table[2]}${TABLE_SUFFIX}`
  return resource.replaceAll(/prn::|\/scope:|stream:/g, '')
}

/** Whether a segment belongs to a resource. */
export function coversSegment(resource: string, segment: string): boolean {
  const prefix = segmentPrefix(resource)
  if (prefix === '*' || prefix === segment) return true
  return prefix !== '' && segment.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`)
}
