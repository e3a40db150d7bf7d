import { type CallOptions, Deadline, PravegaError } from '@pravega-ts/model'
import { EventPointer } from './event-pointer.ts'
import type { EventStore } from './event-store.ts'
import { openSegmentEvents } from './open-segment-events.ts'
import type { ReceivedEvent } from './read/received-event.ts'
import type { Serializer } from './serializer.ts'
import { bytesSerializer } from './serializers/bytes-serializer.ts'

const DEFAULT_TIMEOUT_MS = 60_000
const SMALLEST_REQUEST = 8
const LARGEST_REQUEST = 2 * 1024 * 1024

/**
 * Reads the event that a pointer points at.
 *
 * @param pointer - One of {@link ReceivedEvent.pointer}, or its text.
 * @param serializer - Default: bytes, as they are.
 * @param call - Default time: one minute.
 * @throws PravegaError `SEGMENT_TRUNCATED` or `NO_SUCH_SEGMENT`: the event is gone; `CORRUPT_EVENT`: no event of that length begins
 * there; `OFFSET_OUT_OF_RANGE`: the segment is not that long; `INVALID_ARGUMENT`, `DEADLINE_EXCEEDED`, `ABORTED`
 */
export async function fetchEvent<T = Uint8Array>(
  store: Pick<EventStore, 'openReader' | 'getInfo'>,
  pointer: EventPointer | string,
  serializer: Serializer<T> = bytesSerializer as Serializer<unknown> as Serializer<T>,
  call?: CallOptions,
): Promise<ReceivedEvent<T>> {
  const at = typeof pointer === 'string' ? EventPointer.fromText(pointer) : pointer
  const { segment, offset, length } = at
  const end = offset + BigInt(length)
  using deadline = new Deadline(`Reading the event ${at}`, call, DEFAULT_TIMEOUT_MS)
  const { startOffset, writeOffset } = await store.getInfo(segment, deadline.rest())
  if (offset < startOffset) throw truncatedError(at, startOffset)
  if (end > writeOffset) {
    const details = { pointer: at.toText(), writeOffset }
    const remedy = 'The pointer is of another stream of this name, or was made up'
    throw new PravegaError(
      'OFFSET_OUT_OF_RANGE',
      `There is no event ${at}: segment ${segment} ends at ${writeOffset}. ${remedy}`,
      { details },
    )
  }
  await using events = openSegmentEvents(store, segment, {
    offset,
    endOffset: end,
    serializer,
    requestLength: Math.min(Math.max(length, SMALLEST_REQUEST), LARGEST_REQUEST),
    budget: length,
  })
  const batch = await events.next(deadline.rest())
  if (batch.kind === 'truncated') throw truncatedError(at, batch.startOffset)
  const event = batch.kind === 'slice' ? batch.slice.next() : undefined
  if (event?.endOffset === end) return event.copy()
  const found = event === undefined ? 'none' : `one of ${event.endOffset - offset} bytes`
  throw new PravegaError(
    'CORRUPT_EVENT',
    `No event ${at} begins there, but ${found}. The pointer is of another stream`,
    {
      details: { pointer: at.toText() },
    },
  )
}

function truncatedError(pointer: EventPointer, startOffset: bigint): PravegaError {
  return new PravegaError(
    'SEGMENT_TRUNCATED',
    `The event ${pointer} was truncated away: its segment begins at ${startOffset} now. It cannot be read any more`,
    { details: { pointer: pointer.toText(), startOffset } },
  )
}
