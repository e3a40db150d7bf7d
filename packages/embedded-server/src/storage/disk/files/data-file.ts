import {
  encodeFileHeader,
  FILE_HEADER_BYTES,
  type FrameHead,
  frameHeadBytes,
  sealFrame,
  writeFrameHead,
} from '../frames/frame-codec.ts'
import { FrameIndex } from '../frames/frame-index.ts'
import type { FrameStaging } from '../frames/frame-staging.ts'
import type { LateSeals, LentBytes } from '../frames/late-seals.ts'

/** Up to here data are copied behind their head, so that many small frames are one buffer for the system. */
const COPIED_BYTES = 8 * 1024

/** What is to be written to a file. */
export interface FileWrite {
  readonly file: DataFile
  readonly create: boolean
  readonly buffers: readonly (Uint8Array | LentBytes)[]
  /** Resolves when all of the buffers are there, with their checksums; undefined: they are. */
  readonly sealed: Promise<unknown> | undefined
  /** Where in the file. */
  readonly position: number
  /** Length of the file then. */
  readonly end: number
}

/** Where a data file stands, as its key says. */
export interface KeptFile {
  readonly number: number
  /** Number of the segment that it was made for. */
  readonly madeFor: number
  /** Offset of the first byte in the segment that it belongs to now. */
  readonly base: number
  /** The same offset in the segment that it was made for: what the frames count from. */
  readonly frameBase: number
  /** Bytes of the file that the index is about. */
  readonly size: number
  /** Bytes of data in them. */
  readonly dataBytes: number
  readonly index: FrameIndex
}

/** One file of a segment: where it ends, what has to be written to it, and where in it an offset is. Does no input or output. */
export class DataFile implements KeptFile {
  readonly number: number
  readonly madeFor: number
  readonly frameBase: number
  readonly index: FrameIndex
  base: number
  /** With what is still to be written. */
  size: number
  dataBytes: number
  /** Bytes that are in the file. */
  written: number
  removed = false
  #exists: boolean
  #pending: (Uint8Array | LentBytes)[] = []
  #sealing: Promise<unknown> | undefined
  #pendingBytes = 0
  // The last piece of #pending as long as it may grow.
  #slab: Buffer | undefined
  #slabStart = 0
  #slabEnd = 0

  private constructor(kept: KeptFile, exists: boolean) {
    this.number = kept.number
    this.madeFor = kept.madeFor
    this.base = kept.base
    this.frameBase = kept.frameBase
    this.size = kept.size
    this.dataBytes = kept.dataBytes
    this.index = kept.index
    this.#exists = exists
    this.written = exists ? kept.size : 0
  }

  /** A file that is made with the next group. */
  static planned(number: number, segment: number, offset: number): DataFile {
    const index = new FrameIndex()
    const kept = {
      number,
      madeFor: segment,
      base: offset,
      frameBase: offset,
      size: FILE_HEADER_BYTES,
      dataBytes: 0,
      index,
    }
    const file = new DataFile(kept, false)
    file.#push(encodeFileHeader({ segment, offset }))
    return file
  }

  static kept(kept: KeptFile): DataFile {
    return new DataFile(kept, true)
  }

  /** False as long as nothing of it has been given out to be written. */
  get exists(): boolean {
    return this.#exists
  }

  /** Bytes that are still to be given out. */
  get pendingBytes(): number {
    return this.#pendingBytes
  }

  /** Offset behind the last byte, in the segment that the file belongs to. */
  get end(): number {
    return this.base + this.dataBytes
  }

  /**
   * Adds a frame with all of `data`, which must stay as they are until they are written.
   * @param head its offset is the segment's
   * @param seals what seals the frame if data of it are to be summed up elsewhere; {@link DataFile.sealsMade} has to be told
   */
  addFrame(
    staging: FrameStaging,
    head: Omit<FrameHead, 'offset'>,
    data: readonly Uint8Array[],
    dataBytes: number,
    seals?: LateSeals | undefined,
  ): void {
    const headBytes = frameHeadBytes(head.changes.length, head.source !== undefined)
    const copied = dataBytes <= COPIED_BYTES
    const { slab, start } = staging.room(headBytes + (copied ? dataBytes : 0))
    const offset = this.frameBase + this.dataBytes
    let end = writeFrameHead(slab, start, { ...head, offset }, dataBytes)
    if (copied) {
      for (const part of data) {
        slab.set(part, end)
        end += part.byteLength
      }
    }
    const isLate = !copied && seals?.add(slab, start, end, data) === true
    if (!isLate) sealFrame(slab, start, end, copied ? [] : data)
    this.index.add(this.size, this.dataBytes)
    this.#stage(slab, start, end)
    if (!copied) for (const part of data) this.#push(seals === undefined ? part : seals.placeOf(part))
    this.size += headBytes + dataBytes
    this.dataBytes += dataBytes
  }

  /** What is to be written now waits for this. */
  sealsMade(made: Promise<void>): void {
    this.#sealing = heard(Promise.all([this.#sealing, made]))
  }

  /** What has to be written to the file, and is not this file's to remember any more. */
  takeWrite(): FileWrite | undefined {
    this.#endPiece()
    if (this.#pending.length === 0 || this.removed) return undefined
    const position = this.size - this.#pendingBytes
    const write = {
      file: this,
      create: !this.#exists,
      buffers: this.#pending,
      sealed: this.#sealing,
      position,
      end: this.size,
    }
    this.#exists = true
    this.#pending = []
    this.#sealing = undefined
    this.#pendingBytes = 0
    return write
  }

  #stage(slab: Buffer, start: number, end: number): void {
    if (this.#slab !== slab || this.#slabEnd !== start) {
      this.#endPiece()
      this.#slab = slab
      this.#slabStart = start
    }
    this.#slabEnd = end
    this.#pendingBytes += end - start
  }

  #push(bytes: Uint8Array | LentBytes): void {
    this.#endPiece()
    this.#pending.push(bytes)
    this.#pendingBytes += bytes.byteLength
  }

  #endPiece(): void {
    if (this.#slab === undefined) return
    this.#pending.push(this.#slab.subarray(this.#slabStart, this.#slabEnd))
    this.#slab = undefined
  }
}

/** Who waits for it learns of a failure; it is nobody else's. */
function heard<T>(work: Promise<T>): Promise<T> {
  work.catch(() => {})
  return work
}
