import type { Serializer } from '../serializer.ts'
import { utf8Serializer } from './utf8-serializer.ts'

/**
 * Anything that JSON has a form for, as JSON in UTF-8. What is read is not checked to be a `T`: {@link schemaSerializer} does that.
 *
 * Refused on writing: bigint anywhere, cycles, and events that are `undefined`, a function or a symbol.
 */
export function jsonSerializer<T>(): Serializer<T> {
  return {
    serialize: event => Buffer.from(textOf(event), 'utf8'),
    deserialize: bytes => JSON.parse(utf8Serializer.deserialize(bytes)) as T,
  }
}

function textOf(event: unknown): string {
  let text: string | undefined
  try {
    text = JSON.stringify(event)
  } catch (error) {
    if (error instanceof TypeError) refuseBigint(event, error)
    throw error
  }
  if (text !== undefined) return text
  throw new TypeError(`JSON has no form for ${typeof event}. Write null, or an object`)
}

/** Looks for what JSON has refused; says nothing if it was something else. */
function refuseBigint(event: unknown, cause: TypeError): void {
  const visited = new Set<unknown>()
  JSON.stringify(event, (key, value: unknown) => {
    if (typeof value === 'bigint') {
      const where = key === '' ? 'the event' : `"${key}"`
      throw new TypeError(`JSON has no form for bigint, which ${where} is. Write it as text, or as a number`, { cause })
    }
    if (typeof value !== 'object' || value === null) return value
    // Something that is there again is looked through once: it may be a cycle.
    if (visited.has(value)) return null
    visited.add(value)
    return value
  })
}
