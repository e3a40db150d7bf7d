import { PravegaError } from '@pravega-ts/model'
import { messageOf } from '../../message-of.ts'
import type { CommittedGroup } from '../../observability/measures.ts'
import type { SyncPolicy } from './data-options.ts'
import type { DataFile, FileWrite } from './files/data-file.ts'
import { DataWrites, type GroupFiles } from './files/data-writes.ts'
import type { KeyChange, KeyValues } from './key-values.ts'
import { writeMarker } from './keys.ts'
import type { PendingChanges } from './pending-changes.ts'

/** Where the bytes of a group come from. */
export interface GroupMember {
  /** True when there are changes that no group has yet. */
  readonly changed: boolean
  /** Puts the keys that belong to the group, and gives the bytes. Called when a group closes. */
  closeGroup(): ClosedGroup
}

/** The part of a group that goes to data files. */
export interface ClosedGroup {
  /** What is still to be written. */
  readonly writes: readonly FileWrite[]
  /** With what has been written early. */
  readonly bytes: number
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
  readonly #writes: DataWrites
  readonly #sync: SyncPolicy
  readonly #onFailure: (failure: PravegaError) => void
  readonly #onCommitted: ((group: CommittedGroup) => void) | undefined
  #member: GroupMember | undefined
  #state: State = IDLE
  #changes: KeyChange[] = []
  #open: OpenGroup | undefined
  /** Whether the operating system has keys that the disk perhaps has not. */
  #keysUnsynced = false
  #syncDue = false
  #syncTimer: NodeJS.Timeout | undefined

  constructor(options: GroupCommitOptions) {
    this.#keyValues = options.keyValues
    this.#writes = new DataWrites(options.files)
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

  /** Begins to write what a file has for the group that is open, if another one is under way. The file has to be there already. */
  writeEarly(file: DataFile): void {
    if (this.#state.name === 'running') this.#writes.writeEarly(file)
  }

  /** Makes everything durable, whatever the policy, and takes nothing more. */
  async close(): Promise<void> {
    this.#syncDue = true
    // Twice: what is under way may not be synced.
    await this.commit()
    if (this.#writes.isUnsynced || this.#keysUnsynced) await this.#runSync()
    this.#end(new PravegaError('CLOSED', 'the data directory is closed'))
  }

  /** Drops what is in no group that is being written, and waits for that one. */
  async abandon(): Promise<void> {
    const state = this.#state
    this.#end(new PravegaError('CLOSED', 'the data directory was abandoned'))
    if (state.name === 'running') await state.ended
    await this.#writes.settled()
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
        this.#onCommitted?.({ seconds: (performance.now() - began) / 1000, bytes: closed?.bytes ?? 0 })
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
    await this.#writes.write(writes, sync)
    closed?.written()
    if (sync) await this.#writes.sync()
    if (changes.length > 0) {
      await this.#keyValues.write(changes, sync)
      this.#keysUnsynced = !sync
    } else if (sync && this.#keysUnsynced) {
      await this.#keyValues.write([writeMarker()], true)
      this.#keysUnsynced = false
    }
    if (this.#writes.isUnsynced || this.#keysUnsynced) this.#startTimer()
    return sync
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

function writeFailed(cause: unknown): PravegaError {
  if (PravegaError.is(cause, 'STORAGE_FAILED')) return cause
  const because = messageOf(cause)
  return new PravegaError(
    'STORAGE_FAILED',
    `the data could not be written: ${because}; nothing more is acknowledged until the data directory has been opened again`,
    { cause },
  )
}
