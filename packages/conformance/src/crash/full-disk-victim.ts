import { open, statfs, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Victim } from './victim.ts'

const BLOCK = Buffer.alloc(64 * 1024, 'filler')
/** More than that is somebody's own disk, and not to be filled. */
const MOST_FREE_BYTES = 1024 ** 3
/** How long there is no room, in milliseconds. */
const FULL_MS = 300

/** A server that is not killed, but whose disk is full for a while. Its data are on a small file system of their own. */
export class FullDiskVictim implements Victim {
  readonly #server: Victim
  readonly #filler: string
  #isRunning = false

  /** @throws Error when the file system is not a small one */
  static async open(server: Victim, directory: string): Promise<FullDiskVictim> {
    const { bavail, bsize } = await statfs(directory)
    if (bavail * bsize > MOST_FREE_BYTES) {
      throw new Error(
        `${directory} has more than 1 GiB free: give a directory on a small file system, which is going to be filled`,
      )
    }
    return new FullDiskVictim(server, directory)
  }

  private constructor(server: Victim, directory: string) {
    this.#server = server
    this.#filler = join(directory, 'filler')
  }

  get controllerUri(): string {
    return this.#server.controllerUri
  }

  async start(): Promise<string> {
    if (!this.#isRunning) {
      this.#isRunning = true
      return await this.#server.start()
    }
    await unlink(this.#filler)
    return 'room again'
  }

  startAndKill(afterMs: number): Promise<void> {
    return sleep(afterMs)
  }

  async kill(): Promise<void> {
    await this.#fill()
    await sleep(FULL_MS)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]()
    await unlink(this.#filler).catch(() => {})
  }

  async #fill(): Promise<void> {
    await using file = await open(this.#filler, 'w')
    for (let block: Uint8Array = BLOCK; block.length > 0; ) {
      try {
        await file.write(block)
      } catch {
        block = block.subarray(0, block.length >> 1)
      }
    }
  }
}
