import type { SegmentBatch, SegmentEvents, SegmentSlice } from '../../src/index.ts'

/** A payload as it stands in a segment. */
export function framed(payload: Uint8Array | string, { kind = 0, length = payload.length } = {}): Buffer {
  const event = Buffer.alloc(8 + payload.length)
  event.writeInt32BE(kind, 0)
  event.writeInt32BE(length, 4)
  if (typeof payload === 'string') event.write(payload, 8, 'latin1')
  else event.set(payload, 8)
  return event
}

export function sliceOf<T>(batch: SegmentBatch<T> | undefined): SegmentSlice<T> {
  if (batch?.kind !== 'slice') throw new Error(`a slice was expected, not ${batch?.kind}`)
  return batch.slice
}

/** Values of all events that are there without waiting. */
export function valuesOf<T>(events: SegmentEvents<T>): T[] {
  const values: T[] = []
  for (let batch = events.tryNext(); batch?.kind === 'slice'; batch = events.tryNext()) {
    for (const event of batch.slice) values.push(event.value)
  }
  return values
}
