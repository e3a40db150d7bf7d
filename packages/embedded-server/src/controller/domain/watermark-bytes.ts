import { CompactWriter } from '@pravega-ts/model'
import type { Watermark } from './watermark.ts'

/*
 * record    = int32(type 0) int32(length) watermark
 * watermark = single: int64(lower) int64(upper) map(segment to int64(offset))
 * segment   = single: int64(id) float64(low) float64(high)
 * single    = format 00, version 00, revisions 01, revision 00, int32(length) data
 */

/** A watermark as clients read it from the stream for watermarks. */
export function watermarkRecord({ lower, upper, positions }: Watermark): Uint8Array {
  const watermark = single(data => {
    data.int64(lower)
    data.int64(upper)
    data.int(positions.length)
    for (const { segment, offset } of positions) {
      data.bytes(
        single(range => {
          range.int64(segment.id)
          range.float64(segment.low)
          range.float64(segment.high)
        }),
      )
      data.int64(offset)
    }
  })
  const record = new CompactWriter()
  record.number(0n, 4)
  record.number(BigInt(watermark.length), 4)
  record.bytes(watermark)
  return record.finish()
}

function single(write: (data: CompactWriter) => void): Uint8Array {
  const data = new CompactWriter()
  write(data)
  const bytes = data.finish()
  const out = new CompactWriter()
  out.number(0x00_00_01_00n, 4)
  out.number(BigInt(bytes.length), 4)
  out.bytes(bytes)
  return out.finish()
}
