import { gunzipSync, gzipSync } from 'node:zlib'
import { invalid } from './refuse.ts'
import { ScopedStream } from './scoped-stream.ts'
import { makeSegmentId, segmentEpoch, segmentNumber } from './segment-id.ts'

/*
 * text    = "UNBOUNDED" | base64(gzip(utf8(plain)))
 * plain   = "0:" scope "/" stream ":" numbers ":" epochs ":" offsets
 * numbers, epochs, offsets = lists of the same length, joined with ","
 */

export const UNBOUNDED_TEXT = 'UNBOUNDED'
const FORMAT = '0'
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/
const NUMBER = /^\d{1,10}$/
const OFFSET = /^-?\d{1,19}$/
/** Several hundred thousand segments; a text that unpacks to more than that is no stream cut. */
const LARGEST_PLAIN_BYTES = 16 * 1024 * 1024
const GZIP_SYSTEM_BYTE = 9

export function textOfCut(stream: ScopedStream, positions: ReadonlyMap<bigint, bigint>): string {
  const ids = [...positions.keys()]
  const numbers = ids.map(segmentNumber).join(',')
  const epochs = ids.map(segmentEpoch).join(',')
  const plain = `${FORMAT}:${stream}:${numbers}:${epochs}:${[...positions.values()].join(',')}`
  const zipped = gzipSync(plain)
  // Without this the text of a cut would depend on the operating system; 255 (unknown) is what Java writes.
  zipped[GZIP_SYSTEM_BYTE] = 0xff
  return zipped.toString('base64')
}

export function cutOfText(text: string): { stream: ScopedStream; positions: readonly (readonly [bigint, bigint])[] } {
  const [format, name, numbers, epochs, offsets] = fields(unpack(text))
  if (format !== FORMAT || name === undefined) {
    throw refused(text, `its format version is not ${FORMAT}`)
  }
  const stream = ScopedStream.parse(name)
  const numberList = list(numbers)
  const epochList = list(epochs)
  const offsetList = list(offsets)
  if (numberList.length !== epochList.length || numberList.length !== offsetList.length) {
    throw refused(text, 'its lists of segment numbers, epochs and offsets differ in length')
  }
  const positions = numberList.map((number, i) => {
    const epoch = epochList[i] ?? ''
    const offset = offsetList[i] ?? ''
    if (!NUMBER.test(number) || !NUMBER.test(epoch) || !OFFSET.test(offset)) {
      throw refused(text, `its segment ${i + 1} is not made of whole numbers`)
    }
    return [makeSegmentId(Number(number), Number(epoch)), BigInt(offset)] as const
  })
  return { stream, positions }
}

function unpack(text: string): string {
  if (!BASE64.test(text)) throw refused(text, 'it is neither UNBOUNDED nor base64')
  try {
    return gunzipSync(Buffer.from(text, 'base64'), { maxOutputLength: LARGEST_PLAIN_BYTES }).toString('utf8')
  } catch (cause) {
    throw refused(text, 'it is not the base64 form of gzip data', cause)
  }
}

/** Split at the first four colons only, as Java does. */
function fields(plain: string): string[] {
  const parts = plain.split(':')
  return parts.length <= 5 ? parts : [...parts.slice(0, 4), parts.slice(4).join(':')]
}

function list(joined: string | undefined): string[] {
  return joined === undefined || joined === '' ? [] : joined.split(',')
}

function refused(text: string, rule: string, cause?: unknown): Error {
  return invalid('stream cut text', text, rule, 'Give what toText() or a Java StreamCut.asText() returned', cause)
}
