import { EventPointer } from '@pravega-ts/client'

/** `scope/stream/number.#epoch.epoch:offset-length` */
export function parsePointer(text: string): EventPointer {
  return EventPointer.fromText(text)
}
