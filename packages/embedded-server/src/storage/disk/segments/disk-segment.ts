import { countLeading } from '../../count-leading.ts'
import type { AttributeChange, StoredSegment } from '../../segment-storage.ts'
import { DiskProperties, type KeptProperties, type RecordJournal } from '../disk-properties.ts'
import { DataFile } from '../files/data-file.ts'
import { splitBuffers } from '../files/split-buffers.ts'
import { MAX_FRAME_CHANGES, MAX_FRAME_DATA_BYTES } from '../frames/frame-codec.ts'
import type { FrameStaging } from '../frames/frame-staging.ts'
import type { FrameSums } from '../frames/frame-sums.ts'
import { LateSeals } from '../frames/late-seals.ts'
import { CachedTail } from './cached-tail.ts'
import type { MemoryCache } from './memory-cache.ts'

const NOTHING = new Uint8Array(0)

/** What a segment needs of its directory. */
export interface SegmentServices extends RecordJournal {
  readonly cache: MemoryCache
  readonly staging: FrameStaging
  readonly sums: FrameSums
  /** A segment goes on in another file when one has this size. */
  readonly fileBytes: number
  /** A number that nothing else has, or ever had. */
  nextNumber(): number
  /** There is something to be written to a file of the segment. */
  fileGrew(segment: DiskSegment, file: DataFile, bytes: number): void
  fileRemoved(file: DataFile): void
  /** Data of a file, from an offset on that counts from the first one of the file. */
  readFile(file: DataFile, offset: number, maxBytes: number): Promise<readonly Uint8Array[]>
}

/** What is known of a stream segment when its object is made. */
export interface KeptSegment extends KeptProperties {
  readonly startOffset: number
  readonly length: number
  /** In the order of their offsets. */
  readonly files: readonly DataFile[]
  /** The last of the files, if it may be appended to. */
  readonly openFile: DataFile | undefined
}

/**
 * A stream segment in numbered files, with its newest bytes in memory. Offsets are numbers in here: exact up to 2^53.
 */
export class DiskSegment extends DiskProperties implements StoredSegment {
  readonly kind = 'stream'
  readonly #services: SegmentServices
  readonly #tail: CachedTail
  readonly #files: DataFile[]
  /** Files whose key does not say what it should. */
  readonly #unkeyed = new Set<DataFile>()
  #open: DataFile | undefined
  #start: number
  #length: number

  constructor(kept: KeptSegment, services: SegmentServices) {
    super(kept, services)
    this.#services = services
    this.#start = kept.startOffset
    this.#length = kept.length
    this.#files = [...kept.files]
    this.#open = kept.openFile
    this.#tail = new CachedTail(services.cache, kept.length)
  }

  get startOffset(): bigint {
    return BigInt(this.#start)
  }

  get length(): bigint {
    return BigInt(this.#length)
  }

  get files(): readonly DataFile[] {
    return this.#files
  }

  get openFile(): DataFile | undefined {
    return this.#open
  }

  append(parts: readonly Uint8Array[], changes: readonly AttributeChange[]): void {
    this.#append(parts, changes, undefined)
  }

  truncate(offset: bigint): void {
    this.#start = Number(offset)
    this.#tail.truncate(this.#start)
    while (this.#files[0] !== undefined && this.#files[0].end <= this.#start)
      this.#remove(this.#files.shift() as DataFile)
    this.touch()
  }

  read(offset: bigint, maxBytes: number): readonly Uint8Array[] | Promise<readonly Uint8Array[]> {
    const from = Number(offset)
    if (from < this.#start || from >= this.#length || maxBytes <= 0) return []
    if (from >= this.#tail.start) return this.#tail.read(from, maxBytes)
    return this.#readFiles(from, Math.min(this.#length, from + maxBytes))
  }

  /**
   * Takes over the bytes of `source`, which is deleted next. Few bytes are copied, with a note whose they were; otherwise the files
   * themselves change hands.
   */
  absorb(source: DiskSegment, changes: readonly AttributeChange[], copiedBytes: number): void {
    const bytes = source.#length
    if (bytes <= copiedBytes && source.#tail.start === 0 && !source.#tail.hasLent) {
      this.#append(source.#tail.read(0, bytes), changes, source.number)
      return
    }
    if (this.#open !== undefined) this.#unkeyed.add(this.#open)
    for (const file of source.#files.splice(0)) {
      file.base += this.#length
      this.#unkeyed.add(file)
      this.#files.push(file)
    }
    this.#open = undefined
    this.#dropEmptyFiles()
    this.#length += bytes
    this.#tail.reset(this.#length)
    source.#tail.reset(0)
    this.changeAttributes(changes)
  }

  /** Everything of the segment can go. */
  removeFiles(): void {
    for (const file of this.#files.splice(0)) this.#remove(file)
    this.#tail.reset(0)
  }

  /** What is below `length` has been written to its files. */
  written(length: number): void {
    this.#tail.written(length)
  }

  /** Files whose key has to be written with the record. */
  takeUnkeyedFiles(): readonly DataFile[] {
    if (this.#open !== undefined) this.#unkeyed.add(this.#open)
    const files = [...this.#unkeyed].filter(file => !file.removed)
    this.#unkeyed.clear()
    return files
  }

  #append(parts: readonly Uint8Array[], changes: readonly AttributeChange[], source: number | undefined): void {
    let bytes = 0
    for (const part of parts) bytes += part.byteLength
    const file = this.#writable(bytes)
    const time = Date.now()
    const before = file.size
    const data = this.#tail.append(parts)
    if (bytes <= MAX_FRAME_DATA_BYTES && changes.length <= MAX_FRAME_CHANGES) {
      file.addFrame(this.#services.staging, { time, moreFollows: false, source, changes }, data, bytes)
    } else {
      this.#addFrames(file, time, source, changes, data, bytes)
    }
    this.#length += bytes
    this.setAttributes(changes)
    this.modifiedAt(time)
    this.#services.fileGrew(this, file, file.size - before)
  }

  /** One change in several frames: attributes as they fit, then data as they fit. */
  #addFrames(
    file: DataFile,
    time: number,
    source: number | undefined,
    changes: readonly AttributeChange[],
    data: readonly Uint8Array[],
    bytes: number,
  ): void {
    const { staging, sums } = this.#services
    const loan = this.#loan(data)
    const seals = loan && new LateSeals(loan.memory)
    let left = changes
    while (left.length > MAX_FRAME_CHANGES) {
      file.addFrame(staging, { time, moreFollows: true, source, changes: left.slice(0, MAX_FRAME_CHANGES) }, [], 0)
      left = left.slice(MAX_FRAME_CHANGES)
    }
    let rest = data
    for (let done = 0; ; ) {
      const taken = Math.min(MAX_FRAME_DATA_BYTES, bytes - done)
      const moreFollows = done + taken < bytes
      const [part, behind] = splitBuffers(rest, taken)
      file.addFrame(staging, { time, moreFollows, source, changes: moreFollows ? [] : left }, part, taken, seals)
      rest = behind
      done += taken
      if (!moreFollows) break
    }
    if (seals !== undefined) file.sealsMade(seals.make(sums).then(() => loan?.giveBack(seals.memory)))
  }

  /** The memory of the largest part, if the checksums in it are to be made elsewhere. */
  #loan(data: readonly Uint8Array[]): ReturnType<CachedTail['lendable']> {
    const largest = data.reduce((large, part) => (part.byteLength > large.byteLength ? part : large), NOTHING)
    const loan = this.#tail.lendable(largest)
    return loan !== undefined && this.#services.sums.takes(largest.byteLength) ? loan : undefined
  }

  #writable(bytes: number): DataFile {
    const open = this.#open
    if (open !== undefined && (open.dataBytes === 0 || open.size + bytes <= this.#services.fileBytes)) return open
    if (open !== undefined) this.#unkeyed.add(open)
    const file = DataFile.planned(this.#services.nextNumber(), this.number, this.#length)
    this.#files.push(file)
    this.#unkeyed.add(file)
    this.#open = file
    this.#services.recordChanged(this)
    return file
  }

  /** Those without data had attributes only, which the record has. So of the files that are not open no two begin at one offset. */
  #dropEmptyFiles(): void {
    for (const file of this.#files.filter(({ dataBytes }) => dataBytes === 0)) {
      this.#files.splice(this.#files.indexOf(file), 1)
      this.#remove(file)
    }
  }

  #remove(file: DataFile): void {
    file.removed = true
    if (file === this.#open) this.#open = undefined
    this.#services.fileRemoved(file)
  }

  /** What is there up to `end`: all of it, unless the segment is truncated or deleted meanwhile. */
  async #readFiles(from: number, end: number): Promise<readonly Uint8Array[]> {
    const parts: Uint8Array[] = []
    for (let offset = from; offset < end; ) {
      const views = await this.#readPart(offset, end - offset)
      if (views.length === 0) break
      parts.push(...views)
      for (const view of views) offset += view.byteLength
    }
    return parts
  }

  #readPart(offset: number, maxBytes: number): readonly Uint8Array[] | Promise<readonly Uint8Array[]> {
    if (offset >= this.#tail.start) return this.#tail.read(offset, maxBytes)
    const file = this.#fileAt(offset)
    return file === undefined ? [] : this.#services.readFile(file, offset - file.base, maxBytes)
  }

  /** The last file that begins at or below `offset`. */
  #fileAt(offset: number): DataFile | undefined {
    const begun = countLeading(this.#files.length, index => (this.#files[index] as DataFile).base <= offset)
    return this.#files[Math.max(0, begun - 1)]
  }
}
