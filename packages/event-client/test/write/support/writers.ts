import { routingKeyPosition } from '@pravega-ts/model'
import { expect } from 'vitest'
import { type EventWriter, type EventWriterOptions, openEventWriter, utf8Serializer } from '../../../src/index.ts'
import { ModelStore } from './model-store.ts'

/** A key whose events go to this part of the key space. */
export function keyBetween(low: number, high: number): string {
  for (let n = 0; ; n++) {
    const position = routingKeyPosition(`k${n}`)
    if (position > low && position < high) return `k${n}`
  }
}

export const LOW: string = keyBetween(0, 0.5)
export const HIGH: string = keyBetween(0.5, 1)

/** A writer of text on a new stream; what fails is tried again at once. */
export async function setUp(
  segments = 1,
  options: EventWriterOptions<string> = {},
): Promise<{ store: ModelStore; writer: EventWriter<string> }> {
  const store = new ModelStore(segments)
  const writer = await openEventWriter(store, store.stream, {
    serializer: utf8Serializer,
    retry: { initialDelayMs: 0 },
    ...options,
  })
  return { store, writer }
}

export function code(expected: string): object {
  return expect.objectContaining({ code: expected })
}
