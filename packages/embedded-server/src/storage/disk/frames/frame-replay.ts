import type { AttributeChange } from '../../segment-storage.ts'
import type { KeptFile } from '../files/data-file.ts'
import type { DataFileHandle } from '../files/data-file-system.ts'
import { decodeFrame, FRAME_HEAD_BYTES, peekFrame } from './frame-codec.ts'

const WINDOW_BYTES = 1024 * 1024

/** One change of a segment, in as many frames as it took. */
export interface ReplayedChange {
  readonly source: number | undefined
}

export interface Replayed {
  /** As it is up to there. */
  readonly file: KeptFile
  readonly time: number
  readonly changes: readonly AttributeChange[]
}

/** Follows the frames of a file behind what the record knows, up to the first change that is not whole or not accepted. */
export async function replay(
  handle: DataFileHandle,
  file: KeptFile,
  fileSize: number,
  accept: (change: ReplayedChange) => boolean,
): Promise<Replayed> {
  const changes = new Map<string, AttributeChange>()
  const frames = new FrameWalk(handle, file.size, fileSize)
  let { size, dataBytes } = file
  let time = 0
  let run: { position: number; offset: number; changes: readonly AttributeChange[] }[] = []
  let runBytes = 0
  for (;;) {
    const position = frames.position
    const frame = await frames.next()
    if (frame === undefined || frame.offset !== file.frameBase + dataBytes + runBytes) break
    if (run.length === 0 && !accept(frame)) break
    run.push({ position, offset: dataBytes + runBytes, changes: frame.changes })
    runBytes += frame.dataBytes
    if (frame.moreFollows) continue
    for (const part of run) {
      file.index.add(part.position, part.offset)
      for (const change of part.changes) changes.set(change.id, change)
    }
    size = frames.position
    dataBytes += runBytes
    time = frame.time
    run = []
    runBytes = 0
  }
  return { file: { ...file, size, dataBytes }, time, changes: [...changes.values()] }
}

/** The frames of a file, one after the other. */
class FrameWalk {
  readonly #handle: DataFileHandle
  readonly #end: number
  #window: Buffer = Buffer.alloc(0)
  #windowStart: number
  #used = 0

  constructor(handle: DataFileHandle, start: number, end: number) {
    this.#handle = handle
    this.#windowStart = start
    this.#end = end
  }

  /** Where the next frame begins. */
  get position(): number {
    return this.#windowStart + this.#used
  }

  /** Undefined when there is no whole and intact one. */
  async next(): Promise<ReturnType<typeof decodeFrame>> {
    if (this.#window.byteLength - this.#used < FRAME_HEAD_BYTES) await this.#refill()
    const extent = peekFrame(this.#window, this.#used)
    if (extent === undefined) return undefined
    if (this.#window.byteLength - this.#used < extent.frameBytes) await this.#refill()
    const frame = decodeFrame(this.#window, this.#used)
    if (frame !== undefined) this.#used += frame.frameBytes
    return frame
  }

  async #refill(): Promise<void> {
    const start = this.position
    const window = Buffer.allocUnsafeSlow(Math.min(WINDOW_BYTES, this.#end - start))
    this.#window = window.subarray(0, await this.#handle.read(window, start))
    this.#windowStart = start
    this.#used = 0
  }
}
