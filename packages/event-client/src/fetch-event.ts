import { type CallOptions, Deadline, PravegaError } from '@pravega-ts/model'
import type { SegmentReader } from '@pravega-ts/segment-client'
import { asBuffer } from './as-buffer.ts'
import { EVENT_HEADER_LENGTH } from './event-header.ts'
import { EventPointer } from './event-pointer.ts'
import type { EventStore } from './event-store.ts'
import { CarriedEvent } from './read/carried-event.ts'
import { EventOrigin } from './read/event-block.ts'
import { ReceivedEvent } from './read/received-event.ts'
import type { Serializer } from './serializer.ts'
import { bytesSerializer } from './serializers/bytes-serializer.ts'

const DEFAULT_TIMEOUT_MS = 60_000
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
  if (end > writeOffset) throw beyondEnd(at, writeOffset)
  await using reader = store.openReader(segment, {
    offset,
    requestLength: Math.min(length, LARGEST_REQUEST),
    budget: length,
  })
  const bytes = await readWhole(reader, at, deadline)
  const block = { origin: new EventOrigin(segment, serializer), bytes, offset }
  return new ReceivedEvent(block, EVENT_HEADER_LENGTH, length - EVENT_HEADER_LENGTH)
}

async function readWhole(reader: SegmentReader, pointer: EventPointer, deadline: Deadline): Promise<Buffer> {
  const event = new CarriedEvent()
  while (!event.isComplete) {
    const result = await reader.read(deadline.rest())
    if (result.kind === 'truncated') throw truncatedError(pointer, result.startOffset)
    if (result.kind === 'endOfSegment') throw beyondEnd(pointer, result.offset)
    event.take(asBuffer(result.bytes), 0)
    if (event.wholeLength !== undefined && event.wholeLength !== pointer.length) throw noSuchEvent(pointer, event.bytes)
  }
  return event.bytes
}

function truncatedError(pointer: EventPointer, startOffset: bigint): PravegaError {
  return new PravegaError(
    'SEGMENT_TRUNCATED',
    `The event ${pointer} was truncated away: its segment begins at ${startOffset} now. It cannot be read any more`,
    { details: { pointer: pointer.toText(), startOffset } },
  )
}

function beyondEnd(pointer: EventPointer, end: bigint): PravegaError {
  const remedy = 'The pointer is of another stream of this name, or was made up'
  return new PravegaError(
    'OFFSET_OUT_OF_RANGE',
    `There is no event ${pointer}: its segment ends at ${end}. ${remedy}`,
    { details: { pointer: pointer.toText(), end } },
  )
}

function noSuchEvent(pointer: EventPointer, bytes: Buffer): PravegaError {
  const header = bytes.subarray(0, EVENT_HEADER_LENGTH).toString('hex')
  const remedy = 'The pointer is of another stream of this name, or was made up'
  return new PravegaError(
    'CORRUPT_EVENT',
    `There is no event ${pointer}: the header there is ${header}, not that of an event of this length. ${remedy}`,
    { details: { pointer: pointer.toText(), header } },
  )
}
