import type { Serializer } from '../serializer.ts'

/**
 * Bytes, as they are. What is read is a view on received memory: copy what is kept. Anything but a `Uint8Array` (or `Buffer`) is
 * refused.
 */
export const bytesSerializer: Serializer<Uint8Array> = {
  serialize: event => checked(event),
  deserialize: bytes => bytes,
  maxLength: event => checked(event).length,
  encodeInto(event, target, offset) {
    target.set(event, offset)
    return event.length
  },
}

function checked(event: Uint8Array): Uint8Array {
  if (event instanceof Uint8Array) return event
  throw new TypeError('It is no Uint8Array. Give one, or give the writer a serializer')
}
