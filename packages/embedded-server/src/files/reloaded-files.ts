import { readFile } from 'node:fs/promises'
import type { Logger } from '@pravega-ts/config'
import { PravegaError } from '@pravega-ts/model'
import { messageOf } from '../message-of.ts'
import { FileWatch } from './file-watch.ts'

export interface ReloadedFilesOptions {
  /** For logs and errors, as in `the password file`. */
  readonly what: string
  readonly paths: readonly string[]
  /** Takes the texts of the files, in the order of the paths; throws when they are no good. */
  readonly apply: (texts: readonly string[]) => void
  readonly logger: Logger
}

/** Files that are read now and whenever they change. What is no good is logged, and the last good ones stay in force. */
export class ReloadedFiles {
  readonly #options: ReloadedFilesOptions
  readonly #watch: FileWatch
  #last: readonly string[] = []
  #reading = false
  #changedMeanwhile = false
  #closed = false

  private constructor(options: ReloadedFilesOptions) {
    this.#options = options
    this.#watch = new FileWatch(options.paths, () => void this.#reload(), options.logger)
  }

  /** @throws PravegaError INVALID_CONFIG when a file cannot be read, and what `apply` throws. */
  static async open(options: ReloadedFilesOptions): Promise<ReloadedFiles> {
    const files = new ReloadedFiles(options)
    try {
      files.#last = await readAll(options)
      options.apply(files.#last)
      return files
    } catch (error) {
      files.close()
      throw error
    }
  }

  close(): void {
    this.#closed = true
    this.#watch.close()
  }

  async #reload(): Promise<void> {
    this.#changedMeanwhile = true
    if (this.#reading) return
    this.#reading = true
    while (this.#changedMeanwhile && !this.#closed) {
      this.#changedMeanwhile = false
      await this.#readOnce()
    }
    this.#reading = false
  }

  async #readOnce(): Promise<void> {
    const { apply, logger, paths, what } = this.#options
    try {
      const texts = await readAll(this.#options)
      if (this.#closed || texts.every((text, index) => text === this.#last[index])) return
      this.#last = texts
      apply(texts)
      logger.info(`${what} was read again`, { paths })
    } catch (error) {
      if (!this.#closed) logger.error(`${what} is no good, the last good one stays in force`, { paths, error })
    }
  }
}

async function readAll({ paths, what }: ReloadedFilesOptions): Promise<string[]> {
  return await Promise.all(
    paths.map(async path => {
      try {
        return await readFile(path, 'utf8')
      } catch (cause) {
        const message = `${what} ${path} cannot be read: ${messageOf(cause)}`
        throw new PravegaError('INVALID_CONFIG', `${message}; check its path and its permissions`, { cause })
      }
    }),
  )
}
