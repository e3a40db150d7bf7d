import { newWriterId, PravegaError, type ScopedSegment } from '@pravega-ts/model'
import type { TransientSegment } from '@pravega-ts/segment-client'
import type { EventStore } from '../event-store.ts'

/** Bytes of each append, of which one at a time is on its way. */
const PIECE_BYTES = 4 * 1024 * 1024

/**
 * - `merged`: the event is in the segment, which is `length` bytes long now, as far as that is known
 * - `moved`: the segment takes no more events, and this one is not in it
 * - `again`: the event is not in the segment; that may be different next time
 */
export type LargeOutcome =
  | { readonly tag: 'merged'; readonly length: bigint | undefined }
  | { readonly tag: 'moved'; readonly cause: PravegaError }
  | { readonly tag: 'again'; readonly cause: PravegaError }

/** Waits before something is asked again; told how often that was and why. */
export type Pause = (attempt: number, cause: PravegaError) => Promise<void>

/**
 * Writes an event that is too large for one append: into a segment of its own, which then becomes part of the segment in one step.
 *
 * @throws PravegaError what speaks against trying again
 */
export async function writeLargeEvent(
  store: EventStore,
  segment: ScopedSegment,
  event: Uint8Array,
  signal: AbortSignal,
  pause: Pause,
): Promise<LargeOutcome> {
  let source: TransientSegment | undefined
  try {
    source = await store.createTransient(segment, newWriterId(), { signal })
    await fill(store, source, event, signal)
  } catch (caught) {
    const error = PravegaError.from(caught)
    if (source !== undefined) discard(store, source)
    signal.throwIfAborted()
    // What is said of the segment that was made for the event says nothing of the one that it is for.
    if (source === undefined && isEnd(error)) return { tag: 'moved', cause: error }
    if (isEnd(error) || isPassing(error)) return { tag: 'again', cause: error }
    throw error
  }
  return await merge(store, segment, source, signal, pause)
}

async function fill(
  store: EventStore,
  source: TransientSegment,
  event: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  const writer = store.openWriter(source, {
    expectedOffset: 0n,
    maxBlockBytes: PIECE_BYTES,
    maxInFlightBytes: 2 * PIECE_BYTES,
    timeoutMs: Number.POSITIVE_INFINITY,
  })
  try {
    await writer.append(event, { owned: true, signal })
    await writer.flush({ signal })
  } finally {
    await writer.close({ force: true })
  }
}

/**
 * Once a merge was asked for, the event is written again elsewhere only when this one can have no effect any more: when the target says
 * that it takes no more and the source is still there. A source that is gone was merged: nothing else takes it away.
 */
async function merge(
  store: EventStore,
  segment: ScopedSegment,
  source: TransientSegment,
  signal: AbortSignal,
  pause: Pause,
): Promise<LargeOutcome> {
  for (let attempt = 1; ; attempt++) {
    let cause: PravegaError
    try {
      return { tag: 'merged', length: await store.merge(segment, source, {}, { signal }) }
    } catch (caught) {
      cause = PravegaError.from(caught)
      signal.throwIfAborted()
    }
    const isUnknown = cause.details['outcome'] === 'unknown'
    if (!isUnknown && !isEnd(cause) && !isPassing(cause)) {
      discard(store, source)
      throw cause
    }
    try {
      if (!(await exists(store, source, signal))) {
        return (await exists(store, segment, signal)) ? { tag: 'merged', length: undefined } : { tag: 'moved', cause }
      }
      if (isEnd(cause)) {
        discard(store, source)
        return { tag: 'moved', cause }
      }
    } catch (caught) {
      signal.throwIfAborted()
      cause = PravegaError.from(caught)
      if (!isPassing(cause)) throw cause
    }
    await pause(attempt, cause)
  }
}

async function exists(
  store: EventStore,
  segment: ScopedSegment | TransientSegment,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await store.getInfo(segment, { signal })
    return true
  } catch (error) {
    if (PravegaError.is(error, 'NO_SUCH_SEGMENT')) return false
    throw error
  }
}

/** Nobody waits for it: servers drop such segments by themselves after a time. */
function discard(store: EventStore, source: TransientSegment): void {
  store.delete(source).catch(() => {})
}

function isEnd(error: PravegaError): boolean {
  return PravegaError.is(error, 'SEGMENT_SEALED', 'NO_SUCH_SEGMENT')
}

function isPassing(error: PravegaError): boolean {
  return (
    error.retriable ||
    PravegaError.is(error, 'DEADLINE_EXCEEDED', 'RETRIES_EXHAUSTED', 'CONDITIONAL_CHECK_FAILED', 'INVALID_EVENT_NUMBER')
  )
}
