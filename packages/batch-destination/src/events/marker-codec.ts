import { type KeyRange, keyRange, PravegaError } from '@pravega-ts/model'
import type { PredicateGroup, RelatedTable } from '@pravega-ts/streaming-batch-writer'
import { decodeRow, encodeRow } from '../json/row-codec.ts'
import { versionFrom } from '../schema/table-version.ts'
import type { MarkerBody, SyncColumns, TableEvent } from './table-event.ts'

/*
 * A marker is a JSON array, which a row never is:
 *
 * ["migrateTable", {"range": [low, high], "version": {…}}]
 * ["deleteStale", {"range": [low, high], "source": "…", "syncTime": {"$date": "…"}, "columns": {…}}]
 * ["deleteRecord", {"range": [low, high], "id": "…", "table": "…", "related": […], "where": […], "columns": {…}}]
 */

/** First byte of a marker. */
export const MARKER_BYTE = 0x5b

export function encodeMarker({ kind, ...body }: MarkerBody, { low, high }: KeyRange): Uint8Array {
  return Buffer.from(JSON.stringify([kind, { range: [low, high], ...encodeRow(body) }]))
}

function corrupt(text: string, cause?: unknown): PravegaError {
  return new PravegaError(
    'SERIALIZATION_FAILED',
    `${text.slice(0, 100)} is no marker that this release knows; update the reader, or write only through a destination`,
    { ...(cause !== undefined && { cause }) },
  )
}

/** @throws PravegaError `SERIALIZATION_FAILED` */
export function decodeMarker(payload: Uint8Array): TableEvent {
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString()
  let kind: unknown
  let fields: Record<string, unknown>
  try {
    const [name, body] = JSON.parse(text)
    kind = name
    fields = { ...decodeRow(body) }
  } catch (error) {
    throw corrupt(text, error)
  }
  const marker = markerOf(kind, fields)
  if (marker === undefined) throw corrupt(text)
  return marker
}

function rangeOf(value: unknown): KeyRange | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined
  return keyRange(Number(value[0]), Number(value[1]))
}

function markerOf(kind: unknown, fields: Record<string, unknown>): TableEvent | undefined {
  const range = rangeOf(fields['range'])
  if (range === undefined) return undefined
  const { source, syncTime, id, table, related, where } = fields
  const columns = fields['columns'] as SyncColumns | undefined
  if (kind === 'migrateTable') {
    const version = versionFrom(fields['version'])
    return version === undefined ? undefined : { kind, range, version }
  }
  if (columns === undefined) return undefined
  if (kind === 'deleteStale') {
    if (typeof source !== 'string' || !(syncTime instanceof Date)) return undefined
    return { kind, range, source, syncTime, columns }
  }
  if (kind !== 'deleteRecord' || typeof id !== 'string' || typeof table !== 'string') return undefined
  if (!Array.isArray(related) || !Array.isArray(where)) return undefined
  return {
    kind,
    range,
    id,
    table,
    related: related as RelatedTable[],
    where: where as PredicateGroup[],
    ...(syncTime instanceof Date && { syncTime }),
    columns,
  }
}
