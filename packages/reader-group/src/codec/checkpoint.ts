import { type CompactReader, CompactWriter, PravegaError, ScopedStream, StreamCut } from '@pravega-ts/model'
import type { StreamCuts } from '../state/positions.ts'
import { readMap, writeMap } from './fields.ts'
import { decoding, malformed, readSingle, single } from './versioned.ts'

/*
 * bytes = single, revision 0: text(name) map(text "scope/stream" to the bytes of its cut, without their length)
 * text  = base64(bytes)
 */

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** A position of a whole reader group, agreed on by all its readers. Immutable; a group can be reset to it. */
export class Checkpoint {
  readonly name: string
  /** By stream, as `scope/stream`. */
  readonly cuts: StreamCuts

  /** @throws PravegaError `INVALID_ARGUMENT` for the unbounded cut, and for two cuts of one stream */
  constructor(name: string, cuts: Iterable<StreamCut>) {
    const byStream = new Map<string, StreamCut>()
    for (const cut of cuts) {
      if (cut.isUnbounded) throw refused(name, 'the unbounded cut is no position')
      if (byStream.has(String(cut.stream))) throw refused(name, `there are two cuts of ${cut.stream}`)
      byStream.set(String(cut.stream), cut)
    }
    this.name = name
    this.cuts = byStream
    Object.freeze(this)
  }

  /** The byte form in base64: text that can be stored. */
  toText(): string {
    return Buffer.from(this.toBytes()).toString('base64')
  }

  /**
   * Reads what `toText` gave, or the base64 of what Java's class gave as bytes.
   *
   * @throws PravegaError `INVALID_ARGUMENT`
   */
  static fromText(text: string): Checkpoint {
    if (!BASE64.test(text)) throw refused(text, 'it is not base64')
    return Checkpoint.fromBytes(Buffer.from(text, 'base64'))
  }

  /**
   * The bytes of Java's `Checkpoint.toBytes`.
   *
   * @throws PravegaError `INVALID_ARGUMENT` for offsets of 2^61 and above, which that form cannot hold
   */
  toBytes(): Uint8Array {
    return single(out => {
      out.text(this.name)
      writeMap(
        out,
        this.cuts,
        stream => out.text(stream),
        cut => out.bytes(cut.toBytes()),
      )
    })
  }

  /**
   * Reads what `toBytes` of this and of Java's class gave.
   *
   * @throws PravegaError `INVALID_ARGUMENT`
   */
  static fromBytes(bytes: Uint8Array): Checkpoint {
    return decoding('INVALID_ARGUMENT', 'The byte form of a checkpoint', bytes, outer => {
      const [data] = readSingle(outer)
      const name = data.text()
      const cuts = readMap(
        data,
        () => ScopedStream.parse(data.text()).toString(),
        () => readCut(data),
      )
      for (const [stream, cut] of cuts) {
        if (String(cut.stream) !== stream) throw malformed(`the cut of ${stream} is one of ${cut.stream}`)
      }
      return new Checkpoint(name, cuts.values())
    })
  }

  /** Same name, same cuts. */
  equals(other: Checkpoint): boolean {
    if (this.name !== other.name || this.cuts.size !== other.cuts.size) return false
    for (const [stream, cut] of this.cuts) if (other.cuts.get(stream)?.equals(cut) !== true) return false
    return true
  }

  /** The name. */
  toString(): string {
    return this.name
  }

  /** The text form, so that a checkpoint in an object can be stored as JSON. */
  toJSON(): string {
    return this.toText()
  }
}

/** A cut does not say how long it is; its revisions do. The first one is all that a cut needs. */
function readCut(data: CompactReader): StreamCut {
  const head = data.bytes(2)
  const revisions = data.byte()
  let first: CompactWriter | undefined
  for (let i = 0; i < revisions; i++) {
    const number = data.byte()
    const length = data.int32()
    const body = data.bytes(length)
    if (first !== undefined) continue
    first = new CompactWriter()
    first.bytes(head)
    first.bytes(Uint8Array.of(1, number))
    first.number(BigInt(length), 4)
    first.bytes(body)
  }
  if (first === undefined) throw malformed('a stream cut in it has no revision')
  return StreamCut.fromBytes(first.finish())
}

function refused(value: string, rule: string): PravegaError {
  return new PravegaError('INVALID_ARGUMENT', `The checkpoint ${JSON.stringify(value)} is refused: ${rule}`)
}
