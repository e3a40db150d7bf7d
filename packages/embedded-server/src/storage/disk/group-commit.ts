import { PravegaError } from '@pravega-ts/model'
import type { CommittedGroup } from '../../observability/measures.ts'
import type { SyncPolicy } from './data-options.ts'
import type { DataFile, FileWrite } from './files/data-file.ts'
import type { DataFileHandle } from './files/data-file-system.ts'
import type { KeyChange, KeyValues } from './key-values.ts'
import { writeMarker } from './keys.ts'
import type { PendingChanges } from './pending-changes.ts'

/** Files that are written at the same time. */
const PARALLEL_FILES = 16

/** Where the bytes of a group come from. */
export interface GroupMember {
  /** True when there are changes that no group has yet. */
  readonly changed: boolean
  /** Puts the keys that belong to the group, and gives the bytes. Called when a group closes. */
  closeGroup(): ClosedGroup
}

/** The part of a group that goes to data files. */
export interface ClosedGroup {
  readonly writes: readonly FileWrite[]
  /** Whether it is to be synced whatever the policy says. */
  readonly needsSync: boolean
  /** The files have been written; their keys have not. */
  written(): void
  /**
   * All of the group is there.
   * @param synced - whether it, and all groups before it, are there after a power cut, too
   */
  committed(synced: boolean): void
}

/** The files below a group. */
export interface GroupFiles {
  use<T>(file: DataFile, create: boolean, work: (handle: DataFileHandle) => Promise<T>): Promise<T>
  syncDirectory(): Promise<void>
}

export interface GroupCommitOptions {
  readonly keyValues: KeyValues
  readonly files: GroupFiles
  readonly sync: SyncPolicy
  readonly onFailure: (failure: PravegaError) => void
  /** Told of each group: how long it took, and how many bytes of it went to data files. Default: nobody is. */
  readonly onCommitted?: ((group: CommittedGroup) => void) | undefined
}

interface OpenGroup {
  readonly promise: Promise<void>
  readonly resolve: () => void
  readonly reject: (failure: PravegaError) => void
}

type State =
  | { readonly name: 'idle' | 'scheduled' }
  | { readonly name: 'running'; readonly group: Promise<void>; readonly ended: Promise<void> }
  | { readonly name: 'ended'; readonly failure: PravegaError }

const IDLE: State = { name: 'idle' }
const SCHEDULED: State = { name: 'scheduled' }

/**
 * Makes changes durable in groups, one at a time: while one is under way the next one collects. First the bytes are written to their files
 * and synced, all files at once; then the keys are written, as one batch. So keys never tell of bytes that are not there.
 */
export class GroupCommit implements PendingChanges {
  readonly #keyValues: KeyValues
  readonly #files: GroupFiles
  readonly #sync: SyncPolicy
  readonly #onFailure: (failure: PravegaError) => void
  readonly #onCommitted: ((group: CommittedGroup) => void) | undefined
  #member: GroupMember | undefined
  #state: State = IDLE
  #changes: KeyChange[] = []
  #open: OpenGroup | undefined
  /** Files with bytes that the operating system has and the disk perhaps not; likewise keys. */
  readonly #unsynced = new Set<DataFile>()
  #keysUnsynced = false
  #directoryUnsynced = false
  #syncDue = false
  #syncTimer: NodeJS.Timeout | undefined

  constructor(options: GroupCommitOptions) {
    this.#keyValues = options.keyValues
    this.#files = options.files
    this.#sync = options.sync
    this.#onFailure = options.onFailure
    this.#onCommitted = options.onCommitted
  }

  /** Whose bytes are written before the keys of each group. */
  join(member: GroupMember): void {
    this.#member = member
  }

  put(key: Uint8Array, value: Uint8Array): void {
    this.#changes.push({ key, value })
  }

  remove(key: Uint8Array): void {
    this.#changes.push({ key, value: undefined })
  }

  commit(): Promise<void> | undefined {
    const state = this.#state
    if (state.name === 'ended') {
      this.#forgetOpen()
      return rejected(state.failure)
    }
    if (this.#changes.length === 0 && this.#member?.changed !== true) {
      return this.#open?.promise ?? (state.name === 'running' ? state.group : undefined)
    }
    this.#open ??= openGroup()
    if (state.name === 'idle') this.#schedule()
    return this.#open.promise
  }

  /** Makes everything durable, whatever the policy, and takes nothing more. */
  async close(): Promise<void> {
    this.#syncDue = true
    // Twice: what is under way may not be synced.
    await this.commit()
    if (this.#unsynced.size > 0 || this.#keysUnsynced) await this.#runSync()
    this.#end(new PravegaError('CLOSED', 'the data directory is closed'))
  }

  /** Drops what is in no group that is being written, and waits for that one. */
  async abandon(): Promise<void> {
    const state = this.#state
    this.#end(new PravegaError('CLOSED', 'the data directory was abandoned'))
    if (state.name === 'running') await state.ended
  }

  #schedule(): void {
    this.#state = SCHEDULED
    // What else has arrived by now goes along.
    setImmediate(() => {
      if (this.#state === SCHEDULED) this.#start()
    })
  }

  #start(): void {
    const open = this.#open ?? openGroup()
    this.#open = undefined
    const closed = this.#member?.closeGroup()
    const changes = this.#changes
    this.#changes = []
    const writes = closed?.writes ?? []
    const began = performance.now()
    const ended = this.#write(writes, changes, closed).then(
      synced => {
        closed?.committed(synced)
        this.#onCommitted?.({ seconds: (performance.now() - began) / 1000, bytes: bytesOf(writes) })
        open.resolve()
        if (this.#state.name !== 'running') return
        if (this.#open !== undefined || this.#syncDue) this.#start()
        else this.#state = IDLE
      },
      cause => {
        const failure = writeFailed(cause)
        const isFirst = this.#state.name === 'running'
        this.#end(failure)
        open.reject(failure)
        if (isFirst) this.#onFailure(failure)
      },
    )
    this.#state = { name: 'running', group: open.promise, ended }
  }

  /** Resolves with whether all is synced. */
  async #write(
    writes: readonly FileWrite[],
    changes: readonly KeyChange[],
    closed: ClosedGroup | undefined,
  ): Promise<boolean> {
    const sync = this.#sync === 'always' || this.#syncDue || closed?.needsSync === true
    this.#syncDue = false
    if (writes.length > 0) await this.#writeFiles(writes, sync)
    closed?.written()
    if (sync) await this.#syncFiles(writes)
    if (changes.length > 0) {
      await this.#keyValues.write(changes, sync)
      this.#keysUnsynced = !sync
    } else if (sync && this.#keysUnsynced) {
      await this.#keyValues.write([writeMarker()], true)
      this.#keysUnsynced = false
    }
    if (this.#unsynced.size > 0 || this.#keysUnsynced) this.#startTimer()
    return sync
  }

  async #writeFiles(writes: readonly FileWrite[], sync: boolean): Promise<void> {
    if (writes.some(write => write.create)) this.#directoryUnsynced = true
    await inParallel(writes, ({ file, create, buffers, position, end }) =>
      this.#files.use(file, create, async handle => {
        await writeAll(handle, buffers, position)
        file.written = end
        if (sync) await handle.fdatasync()
        else this.#unsynced.add(file)
      }),
    )
  }

  async #syncFiles(writes: readonly FileWrite[]): Promise<void> {
    for (const { file } of writes) this.#unsynced.delete(file)
    if (this.#unsynced.size > 0) {
      const files = [...this.#unsynced].filter(file => !file.removed)
      this.#unsynced.clear()
      await inParallel(files, file => this.#files.use(file, false, handle => handle.fdatasync()))
    }
    if (!this.#directoryUnsynced) return
    this.#directoryUnsynced = false
    await this.#files.syncDirectory()
  }

  #startTimer(): void {
    if (typeof this.#sync !== 'object' || this.#syncTimer !== undefined) return
    this.#syncTimer = setTimeout(() => {
      this.#syncTimer = undefined
      this.#runSync().catch(() => {})
    }, this.#sync.everyMs)
    this.#syncTimer.unref()
  }

  /** A group that syncs what the ones before it did not. */
  #runSync(): Promise<void> {
    if (this.#state.name === 'ended') return Promise.resolve()
    this.#syncDue = true
    this.#open ??= openGroup()
    if (this.#state.name === 'idle') this.#schedule()
    return this.#open.promise
  }

  #end(failure: PravegaError): void {
    if (this.#state.name === 'ended') return
    this.#state = { name: 'ended', failure }
    clearTimeout(this.#syncTimer)
    this.#forgetOpen()
  }

  /** Nothing that is changed from now on is kept. */
  #forgetOpen(): void {
    if (this.#state.name !== 'ended') return
    this.#member?.closeGroup()
    this.#changes = []
    this.#open?.reject(this.#state.failure)
    this.#open = undefined
  }
}

function openGroup(): OpenGroup {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  // Those who asked for the commit learn of a failure; it is nobody else's.
  promise.catch(() => {})
  return { promise, resolve, reject }
}

function rejected(failure: PravegaError): Promise<void> {
  const { promise, reject } = openGroup()
  reject(failure)
  return promise
}

async function writeAll(handle: DataFileHandle, buffers: readonly Uint8Array[], position: number): Promise<void> {
  let rest = buffers
  for (let at = position; rest.length > 0; ) {
    let written = await handle.writev(rest, at)
    at += written
    let whole = 0
    for (; whole < rest.length && (rest[whole] as Uint8Array).byteLength <= written; whole++) {
      written -= (rest[whole] as Uint8Array).byteLength
    }
    if (whole === rest.length) return
    rest = [(rest[whole] as Uint8Array).subarray(written), ...rest.slice(whole + 1)]
  }
}

/** All have ended before a failure goes on: nobody writes to a file that is cut next. */
async function inParallel<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const rest = items.values()
  const run = async (): Promise<void> => {
    for (const item of rest) await work(item)
  }
  const runs = Array.from({ length: Math.min(PARALLEL_FILES, items.length) }, run)
  for (const outcome of await Promise.allSettled(runs)) if (outcome.status === 'rejected') throw outcome.reason
}

function writeFailed(cause: unknown): PravegaError {
  if (PravegaError.is(cause, 'STORAGE_FAILED')) return cause
  const because = cause instanceof Error ? cause.message : String(cause)
  return new PravegaError(
    'STORAGE_FAILED',
    `the data could not be written: ${because}; nothing more is acknowledged until the data directory has been opened again`,
    { cause },
  )
}

function bytesOf(writes: readonly FileWrite[]): number {
  let bytes = 0
  for (const { position, end } of writes) bytes += end - position
  return bytes
}
