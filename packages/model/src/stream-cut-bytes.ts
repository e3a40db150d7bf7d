import { CompactReader, CompactWriter } from './compact-numbers.ts'
import { invalid } from './refuse.ts'
import { ScopedStream } from './scoped-stream.ts'

/*
 * bytes    = 00 version count revision*            count revisions; an empty buffer is the unbounded cut
 * revision = number int32(length) data
 * data     = u16(length) "scope/stream" compactInt(entries) { compactLong(segment id) offset }*
 * offset   = compactLong in version 0, compactSignedLong in version 1
 */

const FORMAT = 0
const VERSION = 1

export function bytesOfCut(stream: ScopedStream, positions: ReadonlyMap<bigint, bigint>): Uint8Array {
  const data = new CompactWriter()
  data.ascii(stream.toString())
  data.int(positions.size)
  for (const [id, offset] of positions) {
    data.long(id)
    data.signedLong(offset)
  }
  const body = data.finish()
  const bytes = new Uint8Array(8 + body.length)
  bytes.set([FORMAT, VERSION, 1, 0])
  new DataView(bytes.buffer).setInt32(4, body.length)
  bytes.set(body, 8)
  return bytes
}

export function cutOfBytes(bytes: Uint8Array): {
  stream: ScopedStream
  positions: readonly (readonly [bigint, bigint])[]
} {
  const outer = new CompactReader(bytes)
  const format = outer.byte()
  const version = outer.byte()
  if (format !== FORMAT || version > VERSION) {
    throw refused(bytes, `format ${format} version ${version} is not known (format 0, versions 0 and 1 are)`)
  }
  if (outer.byte() === 0 || outer.byte() !== 0) throw refused(bytes, 'revision 0 is missing')
  const data = new CompactReader(outer.bytes(outer.int32()))
  const stream = ScopedStream.parse(data.ascii())
  const entries = data.int()
  const positions: (readonly [bigint, bigint])[] = []
  for (let i = 0; i < entries; i++) {
    const id = data.long()
    positions.push([id, version === 0 ? data.long() : data.signedLong()])
  }
  return { stream, positions }
}

function refused(bytes: Uint8Array, rule: string): Error {
  return invalid('byte form of a stream cut', `${bytes.length} bytes`, rule, 'Give what toBytes() returned')
}
