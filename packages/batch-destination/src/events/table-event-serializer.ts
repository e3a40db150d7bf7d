import type { Serializer } from '@pravega-ts/event-client'
import { PravegaError } from '@pravega-ts/model'
import type { DecodedRows, TableFormat } from '../format/table-format.ts'
import { jsonLines } from '../json/json-lines.ts'
import { decodeMarker, MARKER_BYTE } from './marker-codec.ts'
import type { TableEvent } from './table-event.ts'

/** Options of {@link tableEventSerializer}. */
export interface TableEventSerializerOptions {
  /** Formats besides JSON that rows may be in. Default: none. */
  readonly formats?: readonly Pick<TableFormat<never>, 'decode'>[] | undefined
}

/** What a reader of a table's stream needs to understand its events. Does not write. */
export function tableEventSerializer(options: TableEventSerializerOptions = {}): Serializer<TableEvent> {
  const formats = [jsonLines, ...(options.formats ?? [])]
  return {
    serialize() {
      throw new TypeError('events of tables are written by a batch destination; see openBatchDestination')
    },
    deserialize(payload) {
      if (payload[0] === MARKER_BYTE) return decodeMarker(payload)
      for (const format of formats) {
        const decoded: DecodedRows | undefined = format.decode(payload)
        if (decoded !== undefined) return { kind: 'rows', ...decoded }
      }
      throw new PravegaError(
        'SERIALIZATION_FAILED',
        'The event is in no format that is known here; give formats: [arrowIpc()] for Arrow',
      )
    },
  }
}
