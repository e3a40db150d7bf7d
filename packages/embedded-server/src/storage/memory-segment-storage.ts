import { PravegaError } from '@pravega-ts/model'
import { MemorySegment } from './memory-segment.ts'
import { MemoryTable } from './memory-table.ts'
import type {
  AttributeChange,
  SegmentStorage,
  StoredSegment,
  StoredSegmentOptions,
  StoredTable,
  StoredTableOptions,
} from './segment-storage.ts'

/** Keeps segments in memory for as long as this object lives: through a restart of the server, not of the process. */
export class MemorySegmentStorage implements SegmentStorage {
  readonly #segments = new Map<string, MemorySegment | MemoryTable>()

  segments(): Iterable<StoredSegment | StoredTable> {
    return this.#segments.values()
  }

  createSegment(name: string, options: StoredSegmentOptions): StoredSegment {
    const segment = new MemorySegment(name, options.attributes)
    this.#segments.set(name, segment)
    return segment
  }

  createTable(name: string, options: StoredTableOptions): StoredTable {
    const table = new MemoryTable(name, options)
    this.#segments.set(name, table)
    return table
  }

  delete(name: string): void {
    this.#segments.delete(name)
  }

  /** @throws PravegaError INTERNAL for segments that this storage did not make. */
  merge(target: StoredSegment, source: StoredSegment, changes: readonly AttributeChange[]): void {
    const into = this.#segments.get(target.name)
    const from = this.#segments.get(source.name)
    if (!(into instanceof MemorySegment && from instanceof MemorySegment)) {
      throw new PravegaError('INTERNAL', `cannot merge ${source.name} into ${target.name}: not both are kept here`)
    }
    into.absorb(from, changes)
    this.#segments.delete(source.name)
  }

  /** Nothing to wait for: memory is all this storage promises. */
  commit(): undefined {
    return undefined
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}
