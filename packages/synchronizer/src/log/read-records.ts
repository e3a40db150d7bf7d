import { setTimeout as sleep } from 'node:timers/promises'
import { type CallOptions, type Deadline, PravegaError, type ScopedSegment } from '@pravega-ts/model'
import type { SegmentPiece } from '@pravega-ts/segment-client'
import type { SynchronizerStore } from '../synchronizer-store.ts'
import { behindTheEnd, cutOff, truncatedAway } from './log-errors.ts'
import { type LogRecord, RecordParser } from './record-framing.ts'

/** As much as a server gives at a time. */
const READ_BYTES = 2 * 1024 * 1024
/** When what was said to be there has not come after so long, it is asked whether it is there. */
const PATIENCE_MS = 5_000
const PAUSE_AFTER_EMPTY_MS = 50

export interface ReadRange {
  readonly from: bigint
  /**
   * Where the segment is known to go on to. 'news': something stands at `from`; read that and what is behind it, though perhaps not
   * all that others have written.
   */
  readonly to: bigint | 'news'
}

/**
 * The records of a range, with those behind it that came along. Asks for the time of each step anew.
 *
 * @throws PravegaError `SEGMENT_TRUNCATED`, `OFFSET_OUT_OF_RANGE`, `CORRUPT_EVENT`
 */
export async function* readRecords(
  store: Pick<SynchronizerStore, 'read' | 'getInfo'>,
  segment: ScopedSegment,
  range: ReadRange,
  step: <T>(request: (deadline: Deadline) => Promise<T>) => Promise<T>,
): AsyncGenerator<readonly LogRecord[], void, void> {
  const parser = new RecordParser(segment, range.from)
  let offset = range.from
  let to = range.to
  while (to === 'news' || offset < to) {
    const isSure = to !== 'news'
    const piece = await step(deadline => readPiece(store, segment, offset, isSure, deadline))
    if (piece?.kind === 'truncated') throw truncatedAway(segment, offset, piece.startOffset)
    if (piece?.kind === 'data') {
      parser.push(piece.bytes)
      offset += BigInt(piece.bytes.length)
      yield* takeAll(parser)
      // Only where it does not matter: servers say so too when what they have acknowledged cannot be read yet.
      if (to === 'news' && piece.atTail && piece.bytes.length > 0 && parser.held === 0) break
      if (piece.bytes.length === 0) await step(deadline => deadline.race(sleep(PAUSE_AFTER_EMPTY_MS)))
    }
    if (piece?.kind === 'endOfSegment') break
    if (to === 'news') to = await step(deadline => endOf(store, segment, offset, deadline.rest()))
  }
  if (to !== 'news' && offset < to) throw behindTheEnd(segment, to, offset)
  if (parser.held > 0 && (to === 'news' || parser.offset < to)) throw cutOff(segment, parser.offset, offset)
}

/**
 * Where the segment ends now.
 *
 * @throws PravegaError `SEGMENT_TRUNCATED`, `OFFSET_OUT_OF_RANGE` when `from` is no place in it
 */
export async function endOf(
  store: Pick<SynchronizerStore, 'getInfo'>,
  segment: ScopedSegment,
  from: bigint,
  call: CallOptions,
): Promise<bigint> {
  const { startOffset, writeOffset } = await store.getInfo(segment, call)
  if (from < startOffset) throw truncatedAway(segment, from, startOffset)
  if (from > writeOffset) throw behindTheEnd(segment, from, writeOffset)
  return writeOffset
}

/** What stands at an offset; undefined: nothing has come, and it is not sure that there is something. */
async function readPiece(
  store: Pick<SynchronizerStore, 'read'>,
  segment: ScopedSegment,
  offset: bigint,
  isSure: boolean,
  deadline: Deadline,
): Promise<SegmentPiece | undefined> {
  const call = deadline.rest()
  if (isSure) return await store.read(segment, offset, READ_BYTES, call)
  const timeoutMs = Math.min(PATIENCE_MS, call.timeoutMs ?? PATIENCE_MS)
  try {
    return await store.read(segment, offset, READ_BYTES, { ...call, timeoutMs })
  } catch (error) {
    deadline.check()
    if (PravegaError.is(error, 'DEADLINE_EXCEEDED')) return undefined
    throw error
  }
}

/** The records that are complete; those before a bad one come before its error. */
function* takeAll(parser: RecordParser): Generator<readonly LogRecord[], void, void> {
  const records: LogRecord[] = []
  try {
    for (let record = parser.next(); record !== undefined; record = parser.next()) records.push(record)
  } catch (error) {
    yield records
    throw error
  }
  yield records
}
