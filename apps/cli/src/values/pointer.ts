import type { EventPointer } from '@pravega-ts/client'

/** `scope/stream/number.#epoch.epoch:offset-length` */
export async function parsePointer(text: string): Promise<EventPointer> {
  // Loaded when there is one to read: `--help` should not wait for all of the client.
  const { EventPointer } = await import('@pravega-ts/client')
  return EventPointer.fromText(text)
}
