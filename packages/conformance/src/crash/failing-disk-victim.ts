import { EmbeddedServer, type FaultRule } from '@pravega-ts/embedded-server'
import type { Victim } from './victim.ts'

const FAILURES = [
  { operation: 'write', code: 'ENOSPC' },
  { operation: 'sync', code: 'EIO' },
] as const

/** A server in this process that is not killed, but whose disk fails for a while: in turns no room, and not making durable. */
export class FailingDiskVictim implements Victim {
  readonly #directory: string
  #server: EmbeddedServer | undefined
  #rule: FaultRule | undefined
  #failures = 0

  /** @param directory - Where its data are */
  constructor(directory: string) {
    this.#directory = directory
  }

  get controllerUri(): string {
    return this.#running.controllerUri
  }

  async start(): Promise<string> {
    if (this.#server === undefined) {
      const data = { directory: this.#directory, fileBytes: 1024 * 1024 }
      this.#server = await EmbeddedServer.start({ data })
    }
    this.#rule?.remove()
    return `by itself, ${this.#server.storageCondition.name}`
  }

  async startAndKill(): Promise<void> {}

  /** Resolves when something has failed. */
  async kill(): Promise<void> {
    const failure = FAILURES[this.#failures++ % FAILURES.length]
    this.#rule?.remove()
    this.#rule = this.#running.faults.onDisk({ ...failure })
    await this.#rule.nextHit()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.close({ force: true })
  }

  get #running(): EmbeddedServer {
    if (this.#server === undefined) throw new Error('the server has not been started')
    return this.#server
  }
}
