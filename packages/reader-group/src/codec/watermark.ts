import type { CompactReader, KeyRange } from '@pravega-ts/model'
import { readList, readRange, writeList, writeRange } from './fields.ts'
import { decoding, malformed, readSingle, single, writeSingle } from './versioned.ts'

/*
 * bytes = single, revision 0: int64(lower) int64(upper) map(segment to int64(offset))
 * segment = single, revision 0: int64(id) range
 */

/** One segment of a watermark. */
export interface WatermarkPosition {
  readonly segmentId: bigint
  readonly range: KeyRange
  readonly offset: bigint
}

/**
 * What the controller writes about event time into the stream `_MARK<stream>`: up to these positions, all writers have noted times
 * between the two bounds.
 */
export interface Watermark {
  /** In the unit of the writers that note times. */
  readonly lower: bigint
  readonly upper: bigint
  readonly positions: readonly WatermarkPosition[]
}

export function encodeWatermark({ lower, upper, positions }: Watermark): Uint8Array {
  return single(out => {
    out.int64(lower)
    out.int64(upper)
    writeList(out, positions, ({ segmentId, range, offset }) => {
      writeSingle(out, data => {
        data.int64(segmentId)
        writeRange(data, range)
      })
      out.int64(offset)
    })
  })
}

/** @throws PravegaError `CORRUPT_STATE` */
export function decodeWatermark(bytes: Uint8Array): Watermark {
  return decoding('CORRUPT_STATE', 'A watermark', bytes, outer => {
    const [data] = readSingle(outer)
    const lower = data.int64()
    const upper = data.int64()
    return { lower, upper, positions: readList(data, () => readPosition(data)) }
  })
}

function readPosition(data: CompactReader): WatermarkPosition {
  const [segment] = readSingle(data)
  const segmentId = segment.int64()
  const range = readRange(segment)
  if (range === undefined) throw malformed(`it has no key range for segment ${segmentId}`)
  return { segmentId, range, offset: data.int64() }
}
