import { PravegaError } from '@pravega-ts/model'
import { toOffset } from '@pravega-ts/segment-client'
import type { ByteStreamStore } from './byte-stream-store.ts'
import type { ByteWriter, ByteWriterOptions } from './byte-writer.ts'
import { type ByteStreamTarget, segmentToWrite } from './only-segment.ts'
import { SegmentByteWriter } from './segment-byte-writer.ts'

/** One block on its way and one being filled. */
const MAX_IN_FLIGHT_BYTES = 8 * 1024 * 1024

/**
 * Opens a writer at the tail of a stream of one segment.
 *
 * @throws PravegaError `STREAM_NOT_FOUND`, `NO_SUCH_SEGMENT`, `MULTIPLE_SEGMENTS`, `STREAM_SEALED`, `SEGMENT_SEALED`; with `offset`
 * `CONDITIONAL_CHECK_FAILED` when the stream ends elsewhere, `OFFSET_OUT_OF_RANGE` beyond its end
 */
export async function openByteWriter(
  store: ByteStreamStore,
  target: ByteStreamTarget,
  options: ByteWriterOptions = {},
): Promise<ByteWriter> {
  const { shared = false, signal, timeoutMs } = options
  const wanted = options.offset === undefined ? undefined : toOffset('offset', options.offset)
  if (shared && wanted !== undefined) {
    throw new PravegaError(
      'INVALID_ARGUMENT',
      'offset and shared are refused together: a shared writer appends wherever the stream ends. Leave one of them out',
    )
  }
  const segment = await segmentToWrite(store, target, { signal, timeoutMs })
  const { isSealed, writeOffset } = await store.getInfo(segment, { signal, timeoutMs })
  if (isSealed) {
    throw new PravegaError(
      'SEGMENT_SEALED',
      `Segment ${segment} is sealed: nothing can be written to it any more. Read it, or write to another stream`,
      { details: { segment: String(segment), length: writeOffset } },
    )
  }
  if (wanted !== undefined && wanted !== writeOffset) throw endsElsewhere(String(segment), wanted, writeOffset)
  const writer = store.openWriter(segment, {
    maxBlockBytes: options.maxBlockBytes,
    maxInFlightBytes: options.maxInFlightBytes ?? MAX_IN_FLIGHT_BYTES,
    retry: options.retry,
    timeoutMs: options.callTimeoutMs,
    ...(shared ? {} : { expectedOffset: writeOffset }),
  })
  return new SegmentByteWriter(store, segment, writer, writeOffset)
}

function endsElsewhere(segment: string, offset: bigint, tail: bigint): PravegaError {
  const details = { segment, offset, tail }
  if (offset > tail) {
    const message = `Segment ${segment} ends at ${tail}, before offset ${offset}. Leave the offset out to begin at the end`
    return new PravegaError('OFFSET_OUT_OF_RANGE', message, { details })
  }
  return new PravegaError(
    'CONDITIONAL_CHECK_FAILED',
    `Segment ${segment} ends at ${tail}, not at ${offset}: something was written there already. Leave the offset out to begin at the end`,
    { details },
  )
}
