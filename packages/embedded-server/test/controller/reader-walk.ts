import { overlap, predecessors, successors } from '../../src/controller/domain/epochs.ts'
import type { Cut, SegmentRecord, StreamRecord } from '../../src/controller/domain/stream-record.ts'

/** A model of a reader: it goes from segment to segment, and starts one when it has finished all that come before. */
export class ReaderWalk {
  readonly #stream: StreamRecord
  readonly #reading = new Map<bigint, bigint>()
  readonly #waiting = new Set<bigint>()
  readonly #finished = new Set<bigint>()

  constructor(stream: StreamRecord) {
    this.#stream = stream
    for (const { id } of stream.epochs[0]?.segments ?? []) this.#reading.set(id, 0n)
  }

  /** Segments begun so far, finished ones included. */
  get begun(): ReadonlySet<bigint> {
    return new Set([...this.#finished, ...this.#reading.keys()])
  }

  get finished(): ReadonlySet<bigint> {
    return new Set(this.#finished)
  }

  /** Where it is: an offset in what it reads, -1 for what it cannot start yet. */
  get cut(): Cut {
    return new Map([...this.#reading, ...[...this.#waiting].map(id => [id, -1n] as const)])
  }

  /** Reads on in one segment, or finishes it. False when that segment is the last of its keys. */
  step(choice: number, finish: boolean): boolean {
    const id = [...this.#reading.keys()][choice % this.#reading.size]
    if (id === undefined) return false
    if (!finish) {
      this.#reading.set(id, (this.#reading.get(id) ?? 0n) + 10n)
      return true
    }
    const next = successors(this.#stream.epochs, id)
    if (next.length === 0) return false
    this.#reading.delete(id)
    this.#finished.add(id)
    for (const { segment } of next) {
      const ready = predecessors(this.#stream.epochs, segment.id).every(before => this.#finished.has(before.id))
      this.#waiting.delete(segment.id)
      if (ready) this.#reading.set(segment.id, 0n)
      else this.#waiting.add(segment.id)
    }
    return true
  }
}

/** Whether segments cover all keys from 0 to 1, without overlap. */
export function coverAllKeys(segments: readonly SegmentRecord[]): boolean {
  const ordered = [...segments].sort((a, b) => a.low - b.low)
  return (
    ordered[0]?.low === 0 &&
    ordered.at(-1)?.high === 1 &&
    ordered.every((segment, i) => i === 0 || segment.low === ordered[i - 1]?.high) &&
    ordered.every((segment, i) => ordered.slice(i + 1).every(other => !overlap(segment, other)))
  )
}
