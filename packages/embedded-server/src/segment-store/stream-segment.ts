import type { AttributeChange, StoredSegment } from '../storage/segment-storage.ts'
import { ATTRIBUTE, UNSET } from './attributes.ts'
import type { RateMeter } from './rates/rate-meter.ts'

/** An append with what has to hold for it. */
export interface SegmentAppend {
  readonly writerId: string
  /** Number that the segment must have stored for the writer; -2^63 when it must have none. */
  readonly previousNumber: bigint
  readonly eventNumber: bigint
  readonly numEvents: number
  readonly data: readonly Uint8Array[]
  /** Length that the segment must have; undefined or negative: any. */
  readonly expectedOffset: bigint | undefined
}

export type AppendOutcome = 'appended' | 'sealed' | 'badEventNumber' | 'badOffset'

/** Why a waiting read goes on: there are bytes at its offset, or there will never be any. */
export type WakeReason = 'data' | 'sealed' | 'deleted'

interface Waiting {
  readonly offset: bigint
  readonly wake: (reason: WakeReason) => void
}

/**
 * The rules of one stream segment over its stored bytes. Changes are checked against everything that was done before;
 * readers see only what has been published, that is, what is as durable as it will be acknowledged to be.
 */
export class StreamSegment {
  readonly kind = 'stream'
  readonly stored: StoredSegment
  /** What counts the appends; absent where nobody asks for their rate. */
  meter: RateMeter | undefined
  readonly #changed: (segment: StreamSegment) => void
  readonly #waiting = new Set<Waiting>()
  #readable: bigint
  #deleted = false

  /** @param changed told after each change, so that it can be made durable and then published. */
  constructor(stored: StoredSegment, changed: (segment: StreamSegment) => void) {
    this.stored = stored
    this.#changed = changed
    this.#readable = stored.length
  }

  get name(): string {
    return this.stored.name
  }

  /** Number of reads that wait for this segment to grow. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** End of the published bytes. */
  get readableLength(): bigint {
    return this.#readable
  }

  append(append: SegmentAppend): AppendOutcome {
    const { stored } = this
    if (stored.isSealed) return 'sealed'
    if ((stored.attribute(append.writerId) ?? UNSET) !== append.previousNumber) return 'badEventNumber'
    const { expectedOffset } = append
    if (expectedOffset !== undefined && expectedOffset >= 0n && expectedOffset !== stored.length) return 'badOffset'
    this.#store(append.data, append.numEvents, [{ id: append.writerId, value: append.eventNumber }])
    return 'appended'
  }

  /** Appends one event of nobody who would send it again. */
  appendUnnumbered(data: Uint8Array, attributes: readonly AttributeChange[]): 'appended' | 'sealed' {
    if (this.stored.isSealed) return 'sealed'
    this.#store([data], 1, attributes)
    return 'appended'
  }

  seal(): 'sealed' | 'alreadySealed' {
    if (this.stored.isSealed) return 'alreadySealed'
    this.stored.seal()
    this.meter = undefined
    this.#changed(this)
    return 'sealed'
  }

  truncate(offset: bigint): 'truncated' | 'outOfRange' {
    if (offset < this.stored.startOffset || offset > this.stored.length) return 'outOfRange'
    this.stored.truncate(offset)
    this.#changed(this)
    return 'truncated'
  }

  /** The segment is gone: what still waits on it is woken when this is published. */
  markDeleted(): void {
    this.#deleted = true
    this.#changed(this)
  }

  /** Published bytes from `offset` on. */
  read(offset: bigint, maxBytes: number): readonly Uint8Array[] | Promise<readonly Uint8Array[]> {
    const available = this.#readable - offset
    return this.stored.read(offset, available < maxBytes ? Number(available) : maxBytes)
  }

  /**
   * Calls `wake` once, when something is published that a read at `offset` has waited for.
   * @returns what ends the wait without a call.
   */
  wait(offset: bigint, wake: (reason: WakeReason) => void): () => void {
    const waiting: Waiting = { offset, wake }
    this.#waiting.add(waiting)
    return () => this.#waiting.delete(waiting)
  }

  /** Lets readers see the bytes below `length`, and the state as it is. */
  publish(length: bigint): void {
    this.#readable = length
    if (this.#waiting.size === 0) return
    for (const waiting of [...this.#waiting]) {
      const reason = this.#reasonFor(waiting.offset)
      if (reason !== undefined && this.#waiting.delete(waiting)) waiting.wake(reason)
    }
  }

  #store(data: readonly Uint8Array[], numEvents: number, attributes: readonly AttributeChange[]): void {
    // The storage may take the memory of the data over.
    const bytes = this.meter === undefined ? 0 : bytesOf(data)
    const eventCount = (this.stored.attribute(ATTRIBUTE.eventCount) ?? 0n) + BigInt(numEvents)
    this.stored.append(data, [...attributes, { id: ATTRIBUTE.eventCount, value: eventCount }])
    this.meter?.add(bytes, numEvents)
    this.#changed(this)
  }

  #reasonFor(offset: bigint): WakeReason | undefined {
    if (offset < this.#readable) return 'data'
    if (this.stored.isSealed && this.#readable === this.stored.length) return 'sealed'
    return this.#deleted ? 'deleted' : undefined
  }
}

function bytesOf(data: readonly Uint8Array[]): number {
  let bytes = 0
  for (const part of data) bytes += part.byteLength
  return bytes
}
