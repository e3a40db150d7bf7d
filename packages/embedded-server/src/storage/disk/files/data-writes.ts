import type { DataFile, FileWrite } from './data-file.ts'
import type { DataFileHandle } from './data-file-system.ts'
import { splitBuffers } from './split-buffers.ts'

/** Files that are written at the same time. */
const PARALLEL_FILES = 16

/**
 * So much is given to the system at a time, or a little more: for larger pieces Linux looks for large pieces of free memory, and takes three
 * times as long (measured on ext4: 2 MiB in two pieces 2 ms, in one 6 to 11 ms).
 */
const PIECE_BYTES = 1024 * 1024
/** Less than this does not make a piece of its own: an append of a MiB has its heads with it. */
const SMALL_PIECE_BYTES = PIECE_BYTES / 8

/** The files below a group. */
export interface GroupFiles {
  use<T>(file: DataFile, create: boolean, work: (handle: DataFileHandle) => Promise<T>): Promise<T>
  syncDirectory(): Promise<void>
}

/** Writes the bytes of groups, and knows what of them is not synced. */
export class DataWrites {
  readonly #files: GroupFiles
  readonly #unsynced = new Set<DataFile>()
  #directoryUnsynced = false
  /** When the bytes of the group that is under way are in their file. */
  #current: ReadonlyMap<DataFile, PromiseWithResolvers<void>> = new Map()
  /** Files that the group that is under way makes. */
  #made: ReadonlySet<DataFile> = new Set()
  /** When those of the group behind it are, as far as they are written early. */
  #early = new Map<DataFile, Promise<void>>()

  constructor(files: GroupFiles) {
    this.#files = files
  }

  /** Whether there are bytes that the operating system has and the disk perhaps not. */
  get isUnsynced(): boolean {
    return this.#unsynced.size > 0
  }

  /**
   * Begins to write what a file has for the group that is open, while the one before is synced: there is less to do then. The file has to
   * be there already.
   */
  writeEarly(file: DataFile): void {
    const write = file.takeWrite()
    if (write === undefined) return
    const before = this.#early.get(file) ?? this.#current.get(file)?.promise ?? Promise.resolve()
    const put = (): Promise<void> => this.#files.use(file, false, handle => writeAll(handle, write))
    const writing = inOrder(before, this.#made.has(file) ? before.then(put) : put(), write)
    // The group that the bytes belong to learns of it.
    writing.catch(() => {})
    this.#early.set(file, writing)
  }

  /** Writes the bytes of the group that closes, with those that were written early, and if told so syncs them. */
  async write(writes: readonly FileWrite[], sync: boolean): Promise<void> {
    const early = this.#early
    this.#early = new Map()
    const byFile = new Map<DataFile, FileWrite | undefined>()
    for (const file of early.keys()) byFile.set(file, undefined)
    for (const write of writes) byFile.set(write.file, write)
    const current = new Map([...byFile.keys()].map(file => [file, begin()]))
    this.#current = current
    this.#made = new Set(writes.filter(write => write.create).map(({ file }) => file))
    if (this.#made.size > 0) this.#directoryUnsynced = true
    try {
      await inParallel([...byFile], async ([file, write]) => {
        const before = early.get(file) ?? Promise.resolve()
        if (file.removed && write === undefined) {
          await before
          return
        }
        await this.#files.use(file, write?.create ?? false, async handle => {
          await (write === undefined ? before : inOrder(before, writeAll(handle, write), write))
          current.get(file)?.resolve()
          if (sync) await handle.fdatasync()
        })
        if (sync) this.#unsynced.delete(file)
        else this.#unsynced.add(file)
      })
    } finally {
      // Of what was not begun.
      for (const turn of current.values()) turn.reject(new Error('the group before could not be written'))
    }
  }

  /** Syncs what was not. */
  async sync(): Promise<void> {
    if (this.#unsynced.size > 0) {
      const files = [...this.#unsynced].filter(file => !file.removed)
      this.#unsynced.clear()
      await inParallel(files, file => this.#files.use(file, false, handle => handle.fdatasync()))
    }
    if (!this.#directoryUnsynced) return
    this.#directoryUnsynced = false
    await this.#files.syncDirectory()
  }

  /** Waits until nothing is written early any more. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#early.values())
  }
}

function begin(): PromiseWithResolvers<void> {
  const turn = Promise.withResolvers<void>()
  turn.promise.catch(() => {})
  return turn
}

/** Bytes count as written when those before them are. */
async function inOrder(before: Promise<void>, writing: Promise<void>, { end, file }: FileWrite): Promise<void> {
  await allEnded([before, writing])
  file.written = end
}

/** All pieces are on their way at once: one after the other, each would wait for this thread to have time for the next. */
async function writeAll(handle: DataFileHandle, { buffers, sealed, position, end }: FileWrite): Promise<void> {
  if (sealed !== undefined) await sealed
  const writing: Promise<void>[] = []
  let rest: readonly Uint8Array[] = buffers.map(part => (part instanceof Uint8Array ? part : part.bytes))
  for (let at = position; at < end; ) {
    const bytes = end - at > PIECE_BYTES + SMALL_PIECE_BYTES ? PIECE_BYTES : end - at
    const [piece, behind] = splitBuffers(rest, bytes)
    writing.push(writePiece(handle, piece, at))
    rest = behind
    at += bytes
  }
  await allEnded(writing)
}

async function writePiece(handle: DataFileHandle, piece: readonly Uint8Array[], position: number): Promise<void> {
  let at = position
  for (let rest = piece; rest.length > 0; ) {
    const written = await handle.writev(rest, at)
    if (written === 0) throw new Error(`nothing was written at ${at}`)
    at += written
    ;[, rest] = splitBuffers(rest, written)
  }
}

async function inParallel<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const rest = items.values()
  const run = async (): Promise<void> => {
    for (const item of rest) await work(item)
  }
  await allEnded(Array.from({ length: Math.min(PARALLEL_FILES, items.length) }, run))
}

/** Fails when one has failed, but not before all have ended: nobody writes to a file that is cut next. */
async function allEnded(work: readonly Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(work)) if (outcome.status === 'rejected') throw outcome.reason
}
