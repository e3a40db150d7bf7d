import { isUtf8 } from 'node:buffer'
import type { ReceivedEvent } from '@pravega-ts/client'
import { toJsonLine } from '../output.ts'

const NEW_LINE = Buffer.from('\n')

/** An event as one line: as it is, behind its pointer and a tab, or as JSON. */
export function eventLine(event: ReceivedEvent<Uint8Array>, json: boolean, pointer: boolean): Buffer {
  if (json) return Buffer.from(toJsonLine(eventObject(event)))
  const before = pointer ? Buffer.from(`${event.pointer.toText()}\t`) : new Uint8Array()
  return Buffer.concat([before, event.payload, NEW_LINE])
}

/** What is not text is given in base64, under another name. */
export function eventObject({
  payload,
  stream,
  segment,
  offset,
  pointer,
}: ReceivedEvent<Uint8Array>): Record<string, unknown> {
  const bytes = Buffer.from(payload)
  const content = isUtf8(bytes) ? { event: bytes.toString('utf8') } : { base64: bytes.toString('base64') }
  return { ...content, stream: String(stream), segment: String(segment), offset, pointer: pointer.toText() }
}
