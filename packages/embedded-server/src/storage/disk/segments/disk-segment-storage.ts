import { PravegaError } from '@pravega-ts/model'
import { newProperties } from '../../segment-properties.ts'
import type {
  AttributeChange,
  SegmentStorage,
  StoredSegment,
  StoredSegmentOptions,
  StoredTable,
  StoredTableOptions,
} from '../../segment-storage.ts'
import type { DiskProperties } from '../disk-properties.ts'
import type { DataFile } from '../files/data-file.ts'
import { FrameStaging } from '../frames/frame-staging.ts'
import type { FrameSums } from '../frames/frame-sums.ts'
import type { ClosedGroup, GroupMember } from '../group-commit.ts'
import {
  attributeKey,
  encodeAttribute,
  encodeFile,
  encodeSegmentRecord,
  fileKey,
  type SegmentRecord,
  segmentKey,
} from '../keys.ts'
import type { PendingChanges } from '../pending-changes.ts'
import type { DiskTables } from '../tables/disk-tables.ts'
import { DiskSegment, type KeptSegment, type SegmentServices } from './disk-segment.ts'
import { MemoryCache } from './memory-cache.ts'
import type { Numbers } from './numbers.ts'

/** Sources of merges that are larger hand over their files. */
const COPIED_BYTES = 1024 * 1024
/** A segment's record is written after so many bytes, so that a start has no more to look through. */
const CHECKPOINT_BYTES = 16 * 1024 * 1024
/** Those of all segments are, when there are so many bytes in all. */
const ALL_CHECKPOINT_BYTES = 128 * 1024 * 1024

/** Without syncs, there is one when so many files wait for it that could go. */
const REMOVABLE_FILES = 64

/** From this part of a file on, bytes of the group that is open are written early. */
const EARLY_PART = 1 / 64

/** Writes before it is necessary. */
export interface EarlyWrites {
  /** Begins to write what a file has for the group that is open, if that can be done now. */
  writeEarly(file: DataFile): void
}

/** The files of a storage. */
export interface StorageFiles {
  /** As `readData` does. */
  read(file: DataFile, offset: number, maxBytes: number): Promise<readonly Uint8Array[]>
  /** Its keys are gone: the files can go. */
  remove(files: readonly DataFile[]): void
}

export interface DiskStorageOptions {
  readonly pending: PendingChanges & EarlyWrites
  readonly tables: DiskTables
  readonly files: StorageFiles
  readonly sums: FrameSums
  readonly fileBytes: number
  readonly cacheBytes: number
  readonly numbers: Numbers
}

/** A segment that is there when the storage is opened, and how it differs from its record. */
export interface RestoredSegment {
  readonly kept: KeptSegment
  /** Bytes that were found in its files behind what the record knows. */
  readonly scannedBytes: number
  /** Ids of the attributes that were changed with them. */
  readonly changedAttributes: readonly string[]
  /** Whether the record tells of more than there is, so that it has to be written anew. */
  readonly isRecordWrong: boolean
}

/**
 * Segments in data files, with what is small about them in keys. Each change is in memory at once, and becomes part of the group that is
 * open; a group that closes asks here for its bytes and its keys.
 */
export class DiskSegmentStorage implements SegmentStorage, GroupMember {
  readonly #pending: PendingChanges & EarlyWrites
  readonly #tables: DiskTables
  readonly #files: StorageFiles
  readonly #services: SegmentServices
  readonly #cache: MemoryCache
  readonly #numbers: Numbers
  readonly #staging = new FrameStaging()
  readonly #segments = new Map<string, DiskSegment | StoredTable>()
  // What no group has yet.
  readonly #changedRecords = new Set<DiskProperties>()
  readonly #grownSegments = new Set<DiskSegment>()
  readonly #grownFiles = new Set<DataFile>()
  #grownBytes = 0
  #removedFiles: DataFile[] = []
  /** Files whose keys are gone, and that go when that is for good. */
  readonly #removable: DataFile[] = []
  /** Bytes of each segment that are in no record. */
  readonly #unrecorded = new Map<DiskSegment, number>()
  #unrecordedBytes = 0

  constructor(options: DiskStorageOptions) {
    this.#pending = options.pending
    this.#tables = options.tables
    this.#files = options.files
    this.#numbers = options.numbers
    this.#cache = new MemoryCache(options.cacheBytes)
    this.#services = {
      cache: this.#cache,
      staging: this.#staging,
      sums: options.sums,
      fileBytes: options.fileBytes,
      nextNumber: () => this.#numbers.next(),
      recordChanged: segment => this.#changedRecords.add(segment),
      fileGrew: (segment, file, bytes) => this.#fileGrew(segment, file, bytes),
      fileRemoved: file => {
        this.#pending.remove(fileKey(file.number))
        this.#removedFiles.push(file)
      },
      readFile: (file, offset, maxBytes) => this.#readFile(file, offset, maxBytes),
    }
    for (const table of options.tables) this.#segments.set(table.name, table)
  }

  /** Takes in a segment that is there when the storage is opened. */
  restore({ changedAttributes, isRecordWrong, kept, scannedBytes }: RestoredSegment): void {
    const segment = new DiskSegment(kept, this.#services)
    this.#segments.set(segment.name, segment)
    segment.noteChangedAttributes(changedAttributes)
    if (scannedBytes > 0) this.#countUnrecorded(segment, scannedBytes)
    if (isRecordWrong) this.#changedRecords.add(segment)
  }

  segments(): Iterable<StoredSegment | StoredTable> {
    return this.#segments.values()
  }

  createSegment(name: string, options: StoredSegmentOptions): StoredSegment {
    const segment = new DiskSegment(
      {
        ...newProperties(name),
        number: this.#numbers.next(),
        startOffset: 0,
        length: 0,
        files: [],
        openFile: undefined,
      },
      this.#services,
    )
    this.#segments.set(name, segment)
    segment.changeAttributes(options.attributes)
    return segment
  }

  createTable(name: string, options: StoredTableOptions): StoredTable {
    const table = this.#tables.create(name, options)
    this.#segments.set(name, table)
    return table
  }

  delete(name: string): void {
    const segment = this.#segments.get(name)
    if (segment === undefined) return
    this.#segments.delete(name)
    if (segment.kind === 'table') {
      this.#tables.delete(segment)
      return
    }
    segment.removeFiles()
    this.#removeRecord(segment)
  }

  /** @throws PravegaError INTERNAL for segments that this storage did not make. */
  merge(target: StoredSegment, source: StoredSegment, changes: readonly AttributeChange[]): void {
    const into = this.#segments.get(target.name)
    const from = this.#segments.get(source.name)
    if (!(into instanceof DiskSegment && from instanceof DiskSegment)) {
      throw new PravegaError('INTERNAL', `cannot merge ${source.name} into ${target.name}: not both are kept here`)
    }
    into.absorb(from, changes, COPIED_BYTES)
    this.delete(source.name)
  }

  commit(): Promise<void> | undefined {
    return this.#pending.commit()
  }

  async close(): Promise<void> {
    await this.commit()
  }

  /** Has all records written with the group that is open, so that a start has nothing to look through. */
  checkpoint(): void {
    for (const segment of this.#unrecorded.keys()) this.#changedRecords.add(segment)
  }

  /** Bytes of memory that the newest data of all segments take. */
  get cachedBytes(): number {
    return this.#cache.allocatedBytes
  }

  get changed(): boolean {
    return this.#changedRecords.size > 0 || this.#grownFiles.size > 0
  }

  closeGroup(): ClosedGroup {
    for (const segment of this.#changedRecords) this.#putRecord(segment)
    this.#changedRecords.clear()
    const grown = [...this.#grownSegments].map(segment => ({ segment, length: Number(segment.length) }))
    const writes = [...this.#grownFiles].map(file => file.takeWrite()).filter(write => write !== undefined)
    this.#grownSegments.clear()
    this.#grownFiles.clear()
    const removed = this.#removedFiles.filter(({ exists }) => exists)
    this.#removedFiles = []
    const framesWritten = this.#staging.endGroup()
    const bytes = this.#grownBytes
    this.#grownBytes = 0
    return {
      writes,
      bytes,
      needsSync: this.#removable.length + removed.length >= REMOVABLE_FILES,
      written: () => {
        framesWritten()
        for (const { segment, length } of grown) segment.written(length)
        this.#cache.shrink()
      },
      committed: synced => {
        this.#removable.push(...removed)
        if (synced && this.#removable.length > 0) this.#files.remove(this.#removable.splice(0))
      },
    }
  }

  #fileGrew(segment: DiskSegment, file: DataFile, bytes: number): void {
    this.#grownFiles.add(file)
    this.#grownBytes += bytes
    this.#grownSegments.add(segment)
    this.#countUnrecorded(segment, bytes)
    if (file.exists && file.pendingBytes >= this.#services.fileBytes * EARLY_PART) this.#pending.writeEarly(file)
  }

  #countUnrecorded(segment: DiskSegment, bytes: number): void {
    const unrecorded = (this.#unrecorded.get(segment) ?? 0) + bytes
    this.#unrecorded.set(segment, unrecorded)
    this.#unrecordedBytes += bytes
    if (unrecorded >= CHECKPOINT_BYTES) this.#changedRecords.add(segment)
    if (this.#unrecordedBytes >= ALL_CHECKPOINT_BYTES) this.checkpoint()
  }

  #recorded(segment: DiskSegment): void {
    this.#unrecordedBytes -= this.#unrecorded.get(segment) ?? 0
    this.#unrecorded.delete(segment)
  }

  #putRecord(properties: DiskProperties): void {
    const segment = this.#segments.get(properties.name)
    if (segment !== properties || !(segment instanceof DiskSegment)) return
    this.#pending.put(segmentKey(segment.number), encodeSegmentRecord(recordOf(segment)))
    for (const id of segment.takeChangedAttributes()) {
      const value = segment.attribute(id)
      if (value === undefined) this.#pending.remove(attributeKey(segment.number, id))
      else this.#pending.put(attributeKey(segment.number, id), encodeAttribute(value))
    }
    for (const file of segment.takeUnkeyedFiles()) {
      this.#pending.put(fileKey(file.number), encodeFile(segment.number, file))
    }
    this.#recorded(segment)
  }

  #removeRecord(segment: DiskSegment): void {
    this.#changedRecords.delete(segment)
    this.#pending.remove(segmentKey(segment.number))
    for (const id of new Set([...segment.attributeIds(), ...segment.takeChangedAttributes()])) {
      this.#pending.remove(attributeKey(segment.number, id))
    }
    this.#recorded(segment)
  }

  async #readFile(file: DataFile, offset: number, maxBytes: number): Promise<readonly Uint8Array[]> {
    const data = await this.#files.read(file, offset, maxBytes)
    if (data.length > 0 || file.removed) return data
    // It is not written yet.
    await this.commit()
    const written = await this.#files.read(file, offset, maxBytes)
    if (written.length > 0 || file.removed) return written
    throw new PravegaError(
      'INTERNAL',
      `offset ${offset} of data file ${file.number} is nowhere; report this, with the file`,
    )
  }
}

function recordOf(segment: DiskSegment): SegmentRecord {
  const { name, number, isSealed, lastModified, openFile } = segment
  return {
    name,
    number,
    isSealed,
    lastModified,
    startOffset: Number(segment.startOffset),
    length: Number(segment.length),
    openFile: openFile?.number ?? 0,
    position: openFile?.size ?? 0,
  }
}
