import { PravegaError } from '@pravega-ts/model'
import type { ClassicLevel, Iterator } from 'classic-level'
import { messageOf } from '../../message-of.ts'
import type { KeyChange, KeyRange, KeyValues } from './key-values.ts'

type Level = ClassicLevel<Uint8Array, Uint8Array>
type LevelIterator = Iterator<Level, Uint8Array, Uint8Array>

const ENCODINGS = { keyEncoding: 'view', valueEncoding: 'view' } as const
/** Table files stay mapped into memory while they are open. */
const OPEN_FILES = 100
/** An iteration fetches up to so many entries, or up to so many bytes and one entry, at once. */
const FETCHED_ENTRIES = 200
const FETCHED_BYTES = 64 * 1024
/** So many bytes are not worth a step to be rid of them. */
const HELD_BYTES = 4096
/** Values up to this are small, on the average. */
const SMALL_BYTES = 1024
/** What LevelDB says of what was closed meanwhile. */
const CLOSED_CODES = ['LEVEL_DATABASE_NOT_OPEN', 'LEVEL_ITERATOR_NOT_OPEN', 'LEVEL_ABORTED']

/**
 * Opens keys and values in a directory of their own, which is made if it is not there. Only one process can have it open; the lock is
 * gone with the process.
 * @throws PravegaError `DATA_DIRECTORY_IN_USE` when it is open already; `STORAGE_FAILED` when it cannot be read or written;
 * `INVALID_CONFIG` when the optional dependency is not installed.
 */
export async function openLevelKeyValues(directory: string): Promise<KeyValues> {
  const { ClassicLevel } = await loadLevel()
  const level: Level = new ClassicLevel(directory, { ...ENCODINGS, maxOpenFiles: OPEN_FILES })
  try {
    await level.open()
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
    if (codeOf(cause) === 'LEVEL_LOCKED') {
      throw new PravegaError(
        'DATA_DIRECTORY_IN_USE',
        `${directory} is in use; close the server that has it open, or give this one another directory`,
        { cause, details: { directory } },
      )
    }
    throw failed(`${directory} cannot be opened`, cause)
  }
  return new LevelKeyValues(level)
}

async function loadLevel(): Promise<typeof import('classic-level')> {
  try {
    return await import('classic-level')
  } catch (cause) {
    throw new PravegaError(
      'INVALID_CONFIG',
      'keeping data on disk needs the package classic-level, which cannot be loaded; install it with its prebuilt binary ' +
        '(npm install classic-level@3), or start the server without a data directory',
      { cause },
    )
  }
}

class LevelKeyValues implements KeyValues {
  readonly #level: Level

  constructor(level: Level) {
    this.#level = level
  }

  get(key: Uint8Array): Uint8Array | undefined {
    try {
      return this.#level.getSync(key)
    } catch (cause) {
      throw failed('a key cannot be read', cause)
    }
  }

  entries({ from, to, limit = -1 }: KeyRange): AsyncIterable<readonly [key: Uint8Array, value: Uint8Array]> {
    // Opened here and not at the first step, because it shows what is there now.
    try {
      return walk(this.#level.iterator({ gte: from, lt: to, limit, highWaterMarkBytes: FETCHED_BYTES }), to)
    } catch (cause) {
      throw failed('keys cannot be read', cause)
    }
  }

  async write(changes: readonly KeyChange[], sync: boolean): Promise<void> {
    try {
      await (isMostlySmall(changes) ? this.#writeSmall(changes, sync) : this.#writeLarge(changes, sync))
    } catch (cause) {
      throw failed(`${changes.length} keys cannot be written`, cause)
    }
  }

  /** Costs half of the other way for each key, but its memory, outside of the heap, is not free until it is collected. */
  #writeSmall(changes: readonly KeyChange[], sync: boolean): Promise<void> {
    const batch = this.#level.batch()
    for (const { key, value } of changes) {
      if (value === undefined) batch.del(key)
      else batch.put(key, value)
    }
    return batch.write({ sync })
  }

  #writeLarge(changes: readonly KeyChange[], sync: boolean): Promise<void> {
    const operations = changes.map(({ key, value }) =>
      value === undefined ? { type: 'del' as const, key } : { type: 'put' as const, key, value },
    )
    return this.#level.batch(operations, { sync })
  }

  async close(): Promise<void> {
    try {
      await this.#level.close()
    } catch (cause) {
      throw failed('keys and values cannot be closed', cause)
    }
  }
}

function isMostlySmall(changes: readonly KeyChange[]): boolean {
  let bytes = 0
  for (const { value } of changes) if (value !== undefined) bytes += value.byteLength
  return bytes <= SMALL_BYTES * changes.length
}

async function* walk(
  iterator: LevelIterator,
  end: Uint8Array,
): AsyncGenerator<readonly [Uint8Array, Uint8Array], void, undefined> {
  let lastFetched: readonly [Uint8Array, Uint8Array][] = []
  try {
    for (;;) {
      const fetched = await iterator.nextv(FETCHED_ENTRIES)
      if (fetched.length === 0) return
      lastFetched = fetched
      yield* fetched
    }
  } catch (cause) {
    throw failed('keys cannot be read', cause)
  } finally {
    if (bytesOf(lastFetched) > HELD_BYTES) await empty(iterator, end)
    await iterator.close()
  }
}

/**
 * A closed iterator holds what it fetched last, outside of the heap, until it is collected itself; of that there is no telling when the
 * heap is small. So it is led to where there is nothing.
 */
async function empty(iterator: LevelIterator, end: Uint8Array): Promise<void> {
  try {
    iterator.seek(end)
    await iterator.nextv(1)
  } catch {
    // It was closed with its database.
  }
}

function bytesOf(entries: readonly (readonly [Uint8Array, Uint8Array])[]): number {
  return entries.reduce((sum, [key, value]) => sum + key.byteLength + value.byteLength, 0)
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

function failed(what: string, cause: unknown): PravegaError {
  if (PravegaError.is(cause)) return cause
  const because = messageOf(cause)
  if (CLOSED_CODES.includes(String(codeOf(cause)))) {
    return new PravegaError('CLOSED', `${what}: the storage is closed`, { cause })
  }
  return new PravegaError('STORAGE_FAILED', `${what}: ${because}; look at the disk and at the rights on its files`, {
    cause,
  })
}
