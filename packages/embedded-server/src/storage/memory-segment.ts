import { ChunkList } from './chunk-list.ts'
import { newProperties, SegmentProperties } from './segment-properties.ts'
import type { AttributeChange, StoredSegment } from './segment-storage.ts'

/** A stream segment in memory. */
export class MemorySegment extends SegmentProperties implements StoredSegment {
  readonly kind = 'stream'
  readonly #bytes = new ChunkList()

  constructor(name: string, attributes: readonly AttributeChange[]) {
    super(newProperties(name, attributes))
  }

  get startOffset(): bigint {
    return this.#bytes.startOffset
  }

  get length(): bigint {
    return this.#bytes.length
  }

  append(parts: readonly Uint8Array[], changes: readonly AttributeChange[]): void {
    for (const part of parts) this.#bytes.append(part)
    this.changeAttributes(changes)
  }

  truncate(offset: bigint): void {
    this.#bytes.truncate(offset)
    this.touch()
  }

  read(offset: bigint, maxBytes: number): readonly Uint8Array[] {
    return this.#bytes.read(offset, maxBytes)
  }

  /** Takes over the bytes of `source`, which is deleted next. */
  absorb(source: MemorySegment, changes: readonly AttributeChange[]): void {
    this.#bytes.absorb(source.#bytes)
    this.changeAttributes(changes)
  }
}
