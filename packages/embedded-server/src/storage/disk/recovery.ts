import { join } from 'node:path'
import { PravegaError } from '@pravega-ts/model'
import { applyChanges } from '../segment-properties.ts'
import { DataFile, type KeptFile } from './files/data-file.ts'
import { dataFileNumber, dataFilePath } from './files/data-file-path.ts'
import type { DataFileHandle, DataFileSystem } from './files/data-file-system.ts'
import { decodeFileHeader, encodeFileHeader, FILE_HEADER_BYTES } from './frames/frame-codec.ts'
import { FrameIndex } from './frames/frame-index.ts'
import { replay } from './frames/frame-replay.ts'
import type { KeyValues } from './key-values.ts'
import {
  ALL_ATTRIBUTES,
  ALL_FILES,
  ALL_SEGMENTS,
  decodeAttribute,
  decodeAttributeKey,
  decodeFile,
  decodeSegmentRecord,
  type SegmentRecord,
} from './keys.ts'
import type { RecoveryCut } from './recovery-report.ts'
import type { RestoredSegment } from './segments/disk-segment-storage.ts'

const PARALLEL_SEGMENTS = 8

interface KeptKeys {
  readonly record: SegmentRecord
  readonly attributes: Map<string, bigint>
  readonly files: KeptFile[]
}

/** A segment as it is after recovery. */
export interface RecoveredSegment extends RestoredSegment {
  readonly cut: RecoveryCut | undefined
}

/** Reads what the keys say of all stream segments, by number. */
export async function readSegmentKeys(keyValues: KeyValues): Promise<ReadonlyMap<number, KeptKeys>> {
  const segments = new Map<number, KeptKeys>()
  for await (const [key, value] of keyValues.entries(ALL_SEGMENTS)) {
    const record = decodeSegmentRecord(key, value)
    segments.set(record.number, { record, attributes: new Map(), files: [] })
  }
  for await (const [key, value] of keyValues.entries(ALL_ATTRIBUTES)) {
    const { segment, id } = decodeAttributeKey(key)
    segments.get(segment)?.attributes.set(id, decodeAttribute(value))
  }
  for await (const [key, value] of keyValues.entries(ALL_FILES)) {
    const { segment, file } = decodeFile(key, value)
    segments.get(segment)?.files.push(file)
  }
  return segments
}

/**
 * Removes the data files that no key tells of. Returns their paths.
 * @throws PravegaError `CORRUPT_STATE` when one that a key tells of is missing
 */
export async function removeUnknownFiles(
  fileSystem: DataFileSystem,
  directory: string,
  segments: ReadonlyMap<number, KeptKeys>,
): Promise<readonly string[]> {
  const known = new Map<number, string>()
  for (const { files, record } of segments.values()) for (const { number } of files) known.set(number, record.name)
  const unknown: string[] = []
  for (const name of await fileSystem.list(directory)) {
    const number = dataFileNumber(name)
    if (number !== undefined && !known.delete(number)) unknown.push(join(directory, name))
  }
  for (const [number, segment] of known) throw missing(dataFilePath(directory, number), segment)
  for (const path of unknown) await fileSystem.unlink(path)
  return unknown
}

/** All segments as their records say, which is what they are when the directory was closed. */
export function segmentsAsRecorded(segments: ReadonlyMap<number, KeptKeys>): readonly RecoveredSegment[] {
  return [...segments.values()].map(keys => asRecorded(keys, hasOpenFile(keys)))
}

/** Looks through the files that were open, and cuts off what is not whole. */
export async function recoverSegments(
  fileSystem: DataFileSystem,
  directory: string,
  segments: ReadonlyMap<number, KeptKeys>,
): Promise<readonly RecoveredSegment[]> {
  const recovered: RecoveredSegment[] = []
  const rest = segments.values()
  const work = async (): Promise<void> => {
    for (const keys of rest)
      recovered.push(await recoverSegment(fileSystem, directory, keys, number => segments.has(number)))
  }
  await Promise.all(Array.from({ length: PARALLEL_SEGMENTS }, work))
  return recovered
}

async function recoverSegment(
  fileSystem: DataFileSystem,
  directory: string,
  keys: KeptKeys,
  exists: (segment: number) => boolean,
): Promise<RecoveredSegment> {
  const { openFile, position } = keys.record
  if (!hasOpenFile(keys)) return asRecorded(keys, false)
  const path = dataFilePath(directory, openFile)
  const handle = await fileSystem.open(path, 'write')
  try {
    const size = await handle.size()
    return size === position ? asRecorded(keys, true) : await recoverEnd(handle, path, size, keys, exists)
  } finally {
    await handle.close()
  }
}

/** Puts the files in order. The one that is appended to is the last one then, if there is one. */
function hasOpenFile({ files, record: { openFile } }: KeptKeys): boolean {
  // Where two begin at one offset, the last one is open, and empty.
  files.sort((a, b) => a.base - b.base || Number(a.number === openFile) - Number(b.number === openFile))
  return openFile !== 0 && files.at(-1)?.number === openFile
}

function asRecorded({ attributes, files, record }: KeptKeys, isOpen: boolean): RecoveredSegment {
  const { isSealed, lastModified, length, name, number, startOffset } = record
  const all = files.map(file => DataFile.kept(file))
  const openFile = isOpen ? all.at(-1) : undefined
  return {
    kept: { name, number, isSealed, lastModified, attributes, startOffset, length, files: all, openFile },
    scannedBytes: 0,
    changedAttributes: [],
    isRecordWrong: false,
    cut: undefined,
  }
}

/** The last file is not as the record says: follows what is behind that, or all of it if it is shorter, and cuts the rest off. */
async function recoverEnd(
  handle: DataFileHandle,
  path: string,
  size: number,
  { attributes, files, record }: KeptKeys,
  exists: (segment: number) => boolean,
): Promise<RecoveredSegment> {
  const { isSealed, lastModified, name, number, position, startOffset } = record
  const recorded = files.at(-1) as KeptFile
  const lost = size < position
  const from = lost ? { ...recorded, size: FILE_HEADER_BYTES, dataBytes: 0, index: new FrameIndex() } : recorded
  if (size < FILE_HEADER_BYTES) {
    await handle.writev([encodeFileHeader({ segment: recorded.madeFor, offset: recorded.frameBase })], 0)
  } else {
    await checkHeader(handle, path)
  }
  const end = await replay(handle, from, size, change => change.source === undefined || !exists(change.source))
  if (end.file.size !== size) await handle.truncate(end.file.size)
  // What a killed process had written is served from now on, and so it has to stay, whether or not that process had it synced.
  await handle.fdatasync()
  // Those of bytes that were lost stay as the record has them, which may be newer.
  const changes = lost ? [] : end.changes
  applyChanges(attributes, changes)
  const all = [...files.slice(0, -1), end.file].map(file => DataFile.kept(file))
  const last = all.at(-1) as DataFile
  const length = Math.max(startOffset, last.end)
  const bytes = Math.max(size, position) - end.file.size
  return {
    kept: {
      name,
      number,
      isSealed,
      lastModified: Math.max(lastModified, end.time),
      attributes,
      startOffset,
      length,
      files: all,
      openFile: last.end === length ? last : undefined,
    },
    scannedBytes: Math.max(0, size - from.size),
    changedAttributes: changes.map(({ id }) => id),
    isRecordWrong: lost,
    cut: bytes > 0 ? { segment: name, file: path, bytes, lost } : undefined,
  }
}

function missing(path: string, segment: string): PravegaError {
  return new PravegaError(
    'CORRUPT_STATE',
    `${path}, a part of the segment ${segment}, is not there; put the file back from a copy`,
    {
      details: { file: path, segment },
    },
  )
}

async function checkHeader(handle: DataFileHandle, path: string): Promise<void> {
  const bytes = Buffer.alloc(FILE_HEADER_BYTES)
  const read = await handle.read(bytes, 0)
  if (decodeFileHeader(bytes.subarray(0, read)) !== undefined) return
  throw new PravegaError('CORRUPT_STATE', `${path} does not begin like a data file; put the file back from a copy`, {
    details: { file: path, position: 0 },
  })
}
