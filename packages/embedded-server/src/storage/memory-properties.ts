import type { AttributeChange, StoredProperties } from './segment-storage.ts'

const REMOVED = -(2n ** 63n)

/** The part of a segment in memory that bytes and tables share. */
export abstract class MemoryProperties implements StoredProperties {
  readonly name: string
  readonly #attributes = new Map<string, bigint>()
  #isSealed = false
  #lastModified: number = Date.now()

  abstract readonly startOffset: bigint
  abstract readonly length: bigint

  constructor(name: string, attributes: readonly AttributeChange[]) {
    this.name = name
    this.changeAttributes(attributes)
  }

  get isSealed(): boolean {
    return this.#isSealed
  }

  get lastModified(): number {
    return this.#lastModified
  }

  attribute(id: string): bigint | undefined {
    return this.#attributes.get(id)
  }

  changeAttributes(changes: readonly AttributeChange[]): void {
    for (const { id, value } of changes) {
      if (value === REMOVED) this.#attributes.delete(id)
      else this.#attributes.set(id, value)
    }
    this.touch()
  }

  seal(): void {
    this.#isSealed = true
    this.touch()
  }

  protected touch(): void {
    this.#lastModified = Date.now()
  }
}
