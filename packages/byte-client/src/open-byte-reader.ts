import type { ByteReader, ByteReaderOptions } from './byte-reader.ts'
import type { ByteStreamStore } from './byte-stream-store.ts'
import { type ByteStreamTarget, segmentToRead } from './only-segment.ts'
import { offsetAt } from './position.ts'
import { SegmentByteReader } from './segment-byte-reader.ts'

/**
 * Opens a reader at the head of a stream of one segment.
 *
 * @throws PravegaError `STREAM_NOT_FOUND`, `NO_SUCH_SEGMENT`, `MULTIPLE_SEGMENTS`; with `offset` as `ByteReader.seek`
 */
export async function openByteReader(
  store: ByteStreamStore,
  target: ByteStreamTarget,
  options: ByteReaderOptions = {},
): Promise<ByteReader> {
  const call = { signal: options.signal, timeoutMs: options.timeoutMs }
  const segment = await segmentToRead(store, target, call)
  const info = await store.getInfo(segment, call)
  const reader = store.openReader(segment, {
    offset: options.offset === undefined ? info.startOffset : offsetAt(options.offset, info),
    requestLength: options.requestLength,
    budget: options.readAheadBytes,
    retry: options.retry,
    dedicatedConnection: true,
  })
  return new SegmentByteReader(store, segment, reader)
}
