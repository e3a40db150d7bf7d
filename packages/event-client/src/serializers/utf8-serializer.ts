import { asBuffer } from '../as-buffer.ts'
import type { Serializer } from '../serializer.ts'

const encoder = new TextEncoder()

/** Most bytes of UTF-8 for one UTF-16 code unit. */
const BYTES_PER_UNIT = 3

/**
 * Text as UTF-8. Lone surrogates are written as U+FFFD, which is also what bytes that are no UTF-8 are read as.
 */
export const utf8Serializer: Serializer<string> = {
  serialize: event => Buffer.from(checked(event), 'utf8'),
  deserialize: bytes => asBuffer(bytes).toString('utf8'),
  decodeFrom: (source, offset, length) => asBuffer(source).toString('utf8', offset, offset + length),
  maxLength: event => checked(event).length * BYTES_PER_UNIT,
  encodeInto(event, target, offset) {
    if (target instanceof Buffer) return target.write(event, offset, 'utf8')
    return encoder.encodeInto(event, target.subarray(offset)).written
  },
}

function checked(event: string): string {
  if (typeof event === 'string') return event
  throw new TypeError('It is no string. Give one, or give the writer another serializer')
}
