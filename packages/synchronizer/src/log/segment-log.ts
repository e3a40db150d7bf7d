import type { CallOptions, CloseOptions, Deadline, ScopedSegment } from '@pravega-ts/model'
import type { SegmentInfo } from '@pravega-ts/segment-client'
import type { SynchronizerStore } from '../synchronizer-store.ts'
import { LogWriter } from './log-writer.ts'
import { endOf, type ReadRange, readRecords } from './read-records.ts'
import type { LogRecord } from './record-framing.ts'

/** Under it a segment keeps its mark; the same id in all clients. */
const MARK_ATTRIBUTE = '7df9a874-246c-c9d6-9397-cdd19ead68c5'

/** Carries out one request, or several, in the time of a call. */
export type Step = <T>(request: (deadline: Deadline) => Promise<T>) => Promise<T>

/** One segment as a log of records, with a mark. Knows nothing of what the records are. */
export class SegmentLog {
  readonly segment: ScopedSegment
  readonly #store: SynchronizerStore
  readonly #writer: LogWriter

  constructor(store: SynchronizerStore, segment: ScopedSegment) {
    this.segment = segment
    this.#store = store
    this.#writer = new LogWriter(store, segment)
  }

  getInfo(call: CallOptions): Promise<SegmentInfo> {
    return this.#store.getInfo(this.segment, call)
  }

  /**
   * Where the log ends now.
   *
   * @throws PravegaError `SEGMENT_TRUNCATED`, `OFFSET_OUT_OF_RANGE` when `from` is no place in it
   */
  endFrom(from: bigint, call: CallOptions): Promise<bigint> {
    return endOf(this.#store, this.segment, from, call)
  }

  /** See {@link readRecords}. */
  read(range: ReadRange, step: Step): AsyncGenerator<readonly LogRecord[], void, void> {
    return readRecords(this.#store, this.segment, range, step)
  }

  appendIf(offset: bigint, record: Uint8Array, deadline: Deadline): Promise<boolean> {
    return this.#writer.appendIf(offset, record, deadline)
  }

  append(record: Uint8Array, deadline: Deadline): Promise<void> {
    return this.#writer.append(record, deadline)
  }

  /** undefined is a guess: servers forget. */
  getMark(call: CallOptions): Promise<bigint | undefined> {
    return this.#store.getAttribute(this.segment, MARK_ATTRIBUTE, call)
  }

  compareAndSetMark(expected: bigint | undefined, next: bigint | undefined, call: CallOptions): Promise<boolean> {
    return this.#store.compareAndSetAttribute(this.segment, MARK_ATTRIBUTE, expected, next, call)
  }

  truncate(offset: bigint, call: CallOptions): Promise<void> {
    return this.#store.truncate(this.segment, offset, call)
  }

  close(options?: CloseOptions): Promise<void> {
    return this.#writer.close(options)
  }
}
