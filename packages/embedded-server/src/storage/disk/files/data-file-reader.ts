import { PravegaError } from '@pravega-ts/model'
import { FILE_HEADER_BYTES, FRAME_HEAD_BYTES, type FrameExtent, isIntact, peekFrame } from '../frames/frame-codec.ts'
import type { DataFile } from './data-file.ts'
import type { DataFileHandle } from './data-file-system.ts'

/** What is read at least, in case the frames are small. */
const LEAST_WINDOW_BYTES = 32 * 1024
/** Heads that a read has to step over at the most, as a guess. */
const SLACK_BYTES = 4096
/** Below this, parts are put together: a view costs its receiver more than the bytes. */
const SMALL_PART_BYTES = 4096

/**
 * Data of a file from `offset` on, which counts from the first byte of the file: at least one byte and at most `maxBytes`, all of it
 * checked. Empty when what is written ends at `offset`.
 * @throws PravegaError `CORRUPT_STATE` naming file and position, when what is there is not what was written
 */
export async function readData(
  handle: DataFileHandle,
  file: DataFile,
  path: string,
  offset: number,
  maxBytes: number,
): Promise<readonly Uint8Array[]> {
  const end = file.written
  let { position, offset: at } = file.index.find(offset) ?? { position: FILE_HEADER_BYTES, offset: 0 }
  const parts: Uint8Array[] = []
  let left = maxBytes
  let needed = 0
  while (position < end && left > 0) {
    const bytes = await readWindow(
      handle,
      path,
      position,
      end,
      Math.max(LEAST_WINDOW_BYTES, left + SLACK_BYTES, needed),
    )
    let used = 0
    while (left > 0 && used < bytes.byteLength) {
      const rest = bytes.byteLength - used
      // The rest of the window may end in the middle of a head.
      if (rest < FRAME_HEAD_BYTES && position + bytes.byteLength < end) break
      const extent = peekFrame(bytes, used)
      if (extent === undefined || extent.offset !== file.frameBase + at) throw corrupt(path, position + used)
      if (at + extent.dataBytes > offset) {
        needed = extent.frameBytes
        if (rest < needed) {
          if (position + used + needed > end) throw corrupt(path, position + used)
          break
        }
        if (!isIntact(bytes, used, extent)) throw corrupt(path, position + used)
        const part = wantedPart(bytes, used, extent, Math.max(0, offset - at), left)
        parts.push(part)
        left -= part.byteLength
        if (Math.max(0, offset - at) + part.byteLength < extent.dataBytes) break
      }
      used += extent.frameBytes
      at += extent.dataBytes
    }
    position += used
  }
  if (parts.length > 0) file.index.remember({ position, offset: at })
  return together(parts, maxBytes - left)
}

async function readWindow(
  handle: DataFileHandle,
  path: string,
  position: number,
  end: number,
  wanted: number,
): Promise<Buffer> {
  const window = Buffer.allocUnsafeSlow(Math.min(end - position, wanted))
  const bytes = await handle.read(window, position)
  if (bytes < window.byteLength) throw corrupt(path, position + bytes)
  return window
}

function wantedPart(bytes: Buffer, used: number, extent: FrameExtent, skip: number, maxBytes: number): Buffer {
  const end = used + extent.frameBytes
  const start = end - extent.dataBytes + skip
  return bytes.subarray(start, Math.min(end, start + maxBytes))
}

function together(parts: readonly Uint8Array[], bytes: number): readonly Uint8Array[] {
  if (parts.length < 2 || bytes / parts.length >= SMALL_PART_BYTES) return parts
  return [Buffer.concat(parts)]
}

function corrupt(path: string, position: number): PravegaError {
  return new PravegaError(
    'CORRUPT_STATE',
    `what ${path} holds at byte ${position} is not what was written there; look at the disk, and take the file from a copy`,
    { details: { file: path, position } },
  )
}
