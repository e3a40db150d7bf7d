import { type FSWatcher, statSync, watch } from 'node:fs'
import { basename } from 'node:path'
import type { Logger } from '@pravega-ts/config'
import { type WatchPoint, watchPointsOf } from './watch-points.ts'

/** After a first sign of change, so that files that belong together are all there. */
const SETTLE_MS = 100
/** How often the way to the files may change while it is being looked at. */
const MOST_LOOKS = 5

interface WatchedDirectory {
  readonly inode: bigint
  readonly watcher: FSWatcher
  names: ReadonlySet<string>
}

/** Tells when files may have been replaced. Costs nothing while nothing happens, and keeps no process alive. */
export class FileWatch {
  readonly #paths: readonly string[]
  readonly #onChange: () => void
  readonly #logger: Logger
  readonly #directories = new Map<string, WatchedDirectory>()
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(paths: readonly string[], onChange: () => void, logger: Logger) {
    this.#paths = paths
    this.#onChange = onChange
    this.#logger = logger
    this.#follow()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    for (const directory of [...this.#directories.keys()]) this.#leave(directory)
  }

  /** Watches what is on the way to the files now, until that is still the way when it is watched. */
  #follow(): void {
    let before = ''
    for (let look = 0; look < MOST_LOOKS; look++) {
      const points = this.#paths.flatMap(watchPointsOf)
      const now = JSON.stringify(points)
      if (now === before) return
      before = now
      this.#watchExactly(points)
    }
  }

  #watchExactly(points: readonly WatchPoint[]): void {
    const names = new Map<string, Set<string>>()
    for (const { directory, name } of points) {
      names.set(directory, (names.get(directory) ?? new Set()).add(name))
    }
    for (const [directory, { inode }] of [...this.#directories]) {
      // Another directory may have taken the place of the one that is watched.
      if (!names.has(directory) || inodeOf(directory) !== inode) this.#leave(directory)
    }
    for (const [directory, ofDirectory] of names) {
      const watched = this.#directories.get(directory)
      if (watched === undefined) this.#enter(directory, ofDirectory)
      else watched.names = ofDirectory
    }
  }

  #enter(directory: string, names: ReadonlySet<string>): void {
    try {
      const inode = inodeOf(directory)
      if (inode === undefined) return
      const watcher = watch(directory, { persistent: false }, (_, name) => this.#seen(directory, name))
      watcher.on('error', error => this.#lost(directory, error))
      this.#directories.set(directory, { inode, watcher, names })
    } catch (error) {
      this.#lost(directory, error)
    }
  }

  #leave(directory: string): void {
    this.#directories.get(directory)?.watcher.close()
    this.#directories.delete(directory)
  }

  #seen(directory: string, name: string | null): void {
    const names = this.#directories.get(directory)?.names
    // The name of the directory itself: it was moved or removed.
    if (name !== null && names?.has(name) !== true && name !== basename(directory)) return
    if (this.#closed || this.#timer !== undefined) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#follow()
      this.#onChange()
    }, SETTLE_MS).unref()
  }

  #lost(directory: string, error: unknown): void {
    this.#leave(directory)
    this.#logger.warn('changes of files are not noticed any more; restart the server after a change', {
      directory,
      error: String(error),
    })
  }
}

function inodeOf(directory: string): bigint | undefined {
  return statSync(directory, { bigint: true, throwIfNoEntry: false })?.ino
}
