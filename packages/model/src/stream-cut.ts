import { LARGEST_INT64 } from './int64.ts'
import { invalid } from './refuse.ts'
import type { ScopedStream } from './scoped-stream.ts'
import { validateSegmentId } from './segment-id.ts'
import { bytesOfCut, cutOfBytes } from './stream-cut-bytes.ts'
import { cutOfText, textOfCut, UNBOUNDED_TEXT } from './stream-cut-text.ts'

/**
 * A position in a whole stream: for each segment that crosses it, the offset in that segment. Immutable.
 *
 * {@link StreamCut.UNBOUNDED} stands for "from the head" as a start and "to the tail" as an end, of any stream.
 */
export class StreamCut {
  /** Head of any stream when it is a start, tail of any stream when it is an end. Has no positions and no stream. */
  static readonly UNBOUNDED: StreamCut = makeUnbounded(StreamCut.prototype)

  /** Reading it from {@link StreamCut.UNBOUNDED} throws `INVALID_ARGUMENT`: ask `isUnbounded` first. */
  readonly stream: ScopedStream
  /** Segment id to offset. Offset -1: that segment is still in the future at this cut. */
  readonly positions: ReadonlyMap<bigint, bigint>

  /**
   * @param positions - Segment id and offset (at least -1) of each segment in the cut.
   * @throws PravegaError `INVALID_ARGUMENT`
   */
  constructor(stream: ScopedStream, positions: Iterable<readonly [bigint, bigint]>) {
    const checked = new Map<bigint, bigint>()
    for (const [id, offset] of positions) {
      validateSegmentId(id)
      if (typeof offset !== 'bigint' || offset < -1n || offset > LARGEST_INT64) {
        throw invalid(
          `offset of segment ${id} in a stream cut of ${stream}`,
          offset,
          'it is neither an offset nor -1 (segment in the future)',
          'Give a bigint of at least -1',
        )
      }
      if (checked.has(id)) {
        throw invalid(`segment id in a stream cut of ${stream}`, id, 'it is there twice', 'Give each segment once')
      }
      checked.set(id, offset)
    }
    this.stream = stream
    this.positions = checked
    if (new.target === StreamCut) Object.freeze(this)
  }

  /** Whether this is {@link StreamCut.UNBOUNDED}. */
  get isUnbounded(): boolean {
    return this === StreamCut.UNBOUNDED
  }

  /**
   * The text that Java clients store: base64 of the gzip of `0:scope/stream:numbers:epochs:offsets`; `UNBOUNDED` for the
   * unbounded cut. The same cut may have several such texts; compare cuts with `equals`.
   */
  toText(): string {
    return this.isUnbounded ? UNBOUNDED_TEXT : textOfCut(this.stream, this.positions)
  }

  /**
   * Reads the text form of this and of Java clients.
   *
   * @throws PravegaError `INVALID_ARGUMENT`
   */
  static fromText(text: string): StreamCut {
    if (text === UNBOUNDED_TEXT) return StreamCut.UNBOUNDED
    const { stream, positions } = cutOfText(text)
    return new StreamCut(stream, positions)
  }

  /**
   * The bytes that Java clients store; none for the unbounded cut.
   *
   * @throws PravegaError `INVALID_ARGUMENT` for offsets of 2^61 and above, which that form cannot hold
   */
  toBytes(): Uint8Array {
    return this.isUnbounded ? new Uint8Array(0) : bytesOfCut(this.stream, this.positions)
  }

  /**
   * Reads the byte form of this and of Java clients, the present and the older one.
   *
   * @throws PravegaError `INVALID_ARGUMENT`
   */
  static fromBytes(bytes: Uint8Array): StreamCut {
    if (bytes.length === 0) return StreamCut.UNBOUNDED
    const { stream, positions } = cutOfBytes(bytes)
    return new StreamCut(stream, positions)
  }

  /** Same stream, same segments, same offsets; the order of the segments does not matter. */
  equals(other: StreamCut): boolean {
    if (this.isUnbounded || other.isUnbounded) return this.isUnbounded && other.isUnbounded
    if (!this.stream.equals(other.stream) || this.positions.size !== other.positions.size) return false
    for (const [id, offset] of this.positions) if (other.positions.get(id) !== offset) return false
    return true
  }

  /** `scope/stream:id=offset, id=offset`, for people. */
  toString(): string {
    if (this.isUnbounded) return UNBOUNDED_TEXT
    return `${this.stream}:${[...this.positions].map(([id, offset]) => `${id}=${offset}`).join(', ')}`
  }

  /** The text form, so that a cut in an object can be stored as JSON. */
  toJSON(): string {
    return this.toText()
  }
}

function makeUnbounded(prototype: StreamCut): StreamCut {
  const cut = Object.create(prototype) as StreamCut
  Object.defineProperty(cut, 'positions', { value: new Map(), enumerable: true })
  Object.defineProperty(cut, 'stream', {
    get() {
      throw invalid(
        'stream of the stream cut',
        'UNBOUNDED',
        'the unbounded cut belongs to no stream',
        'Ask isUnbounded before',
      )
    },
  })
  return Object.freeze(cut)
}

/** The same as `StreamCut.UNBOUNDED`. */
export const UNBOUNDED: StreamCut = StreamCut.UNBOUNDED
