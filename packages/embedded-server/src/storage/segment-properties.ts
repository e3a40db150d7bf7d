import type { AttributeChange, StoredProperties } from './segment-storage.ts'

/** As the value of a change: the attribute is removed. */
export const REMOVED: bigint = -(2n ** 63n)

/** What is known of a segment when its object is made: a new one, or one from before. */
export interface KnownProperties {
  readonly name: string
  readonly isSealed: boolean
  /** Unix time in milliseconds. */
  readonly lastModified: number
  readonly attributes: ReadonlyMap<string, bigint>
}

export function newProperties(name: string, changes: readonly AttributeChange[] = []): KnownProperties {
  const attributes = new Map<string, bigint>()
  applyChanges(attributes, changes)
  return { name, isSealed: false, lastModified: Date.now(), attributes }
}

export function applyChanges(attributes: Map<string, bigint>, changes: readonly AttributeChange[]): void {
  for (const { id, value } of changes) {
    if (value === REMOVED) attributes.delete(id)
    else attributes.set(id, value)
  }
}

/** The part that bytes and tables share, wherever they are kept. */
export abstract class SegmentProperties implements StoredProperties {
  readonly name: string
  readonly #attributes: Map<string, bigint>
  #isSealed: boolean
  #lastModified: number

  abstract readonly startOffset: bigint
  abstract readonly length: bigint

  constructor(known: KnownProperties) {
    this.name = known.name
    this.#isSealed = known.isSealed
    this.#lastModified = known.lastModified
    this.#attributes = new Map(known.attributes)
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

  /** Ids of all attributes that are set. */
  attributeIds(): Iterable<string> {
    return this.#attributes.keys()
  }

  changeAttributes(changes: readonly AttributeChange[]): void {
    this.setAttributes(changes)
    this.touch()
  }

  seal(): void {
    this.#isSealed = true
    this.touch()
  }

  /** Something of the segment itself has changed. */
  protected touch(): void {
    this.#lastModified = Date.now()
  }

  /** As part of another change. */
  protected setAttributes(changes: readonly AttributeChange[]): void {
    applyChanges(this.#attributes, changes)
  }

  protected modifiedAt(time: number): void {
    this.#lastModified = time
  }
}
