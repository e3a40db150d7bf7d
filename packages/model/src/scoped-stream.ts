import { validateInternalScopeName, validateServedStreamName } from './names.ts'
import { invalid } from './refuse.ts'

/**
 * A stream and the scope it is in. Immutable. Names of streams that Pravega makes itself are taken too, because servers list
 * them; whoever creates a stream checks its name with `validateStreamName` besides.
 */
export class ScopedStream {
  /** Name of the scope. */
  readonly scope: string
  /** Name of the stream within its scope. */
  readonly stream: string

  /** @throws PravegaError `INVALID_ARGUMENT` */
  constructor(scope: string, stream: string) {
    this.scope = validateInternalScopeName(scope)
    this.stream = validateServedStreamName(stream)
    Object.freeze(this)
  }

  /**
   * Reads `scope/stream`.
   *
   * @throws PravegaError `INVALID_ARGUMENT`
   */
  static parse(text: string): ScopedStream {
    const parts = text.split('/')
    const [scope, stream] = parts
    if (parts.length !== 2 || scope === undefined || stream === undefined) {
      throw invalid('stream name', text, 'it does not have the form scope/stream', 'Write it like "shop/orders"')
    }
    return new ScopedStream(scope, stream)
  }

  /** Same scope, same stream. */
  equals(other: ScopedStream): boolean {
    return this.scope === other.scope && this.stream === other.stream
  }

  /** `scope/stream` */
  toString(): string {
    return `${this.scope}/${this.stream}`
  }

  /** `scope/stream` */
  toJSON(): string {
    return this.toString()
  }
}
