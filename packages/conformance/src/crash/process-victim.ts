import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { SyncPolicy } from '@pravega-ts/embedded-server'
import type { Victim } from './victim.ts'

const SMALL_FILE = 1024 * 1024
const LARGE_FILE = 64 * 1024 * 1024
const PROGRAM = fileURLToPath(new URL('./victim-program.js', import.meta.url))

/** What the server's process is told, as JSON in its only argument. */
export interface VictimSettings {
  readonly directory: string
  readonly controllerPort: number
  readonly segmentStorePort: number
  /** Size at which a segment goes on in another file. */
  readonly fileBytes: number
  readonly sync: SyncPolicy
  /** Whether its warnings are shown. */
  readonly isVerbose: boolean
}

/** What the server's process says when it is ready. */
export interface VictimReady {
  readonly controllerUri: string
  readonly controllerPort: number
  readonly segmentStorePort: number
  readonly recovery: string
}

export interface ProcessVictimOptions {
  /** Default: the one beside this file. */
  readonly program?: string | undefined
  readonly isVerbose?: boolean | undefined
  /** Default `always`. A killed process loses nothing with any of them. */
  readonly sync?: SyncPolicy | undefined
}

/** A server in a process of its own, which is ended by SIGKILL. */
export class ProcessVictim implements Victim {
  controllerUri = ''
  #settings: VictimSettings
  readonly #program: string
  #child: ChildProcess | undefined

  /** @param directory - Where its data are */
  constructor(directory: string, { program = PROGRAM, isVerbose = false, sync = 'always' }: ProcessVictimOptions = {}) {
    this.#program = program
    this.#settings = { directory, controllerPort: 0, segmentStorePort: 0, fileBytes: LARGE_FILE, sync, isVerbose }
  }

  async start(): Promise<string> {
    const child = this.#fork()
    const [ready] = await Promise.race([
      once(child, 'message') as Promise<[VictimReady]>,
      once(child, 'exit').then(([code, signal]) => {
        throw new Error(`the server ended with ${signal ?? `code ${code}`} before it was ready`)
      }),
    ])
    const { controllerUri, controllerPort, segmentStorePort, recovery } = ready
    this.controllerUri = controllerUri
    this.#settings = { ...this.#settings, controllerPort, segmentStorePort }
    return recovery
  }

  async startAndKill(afterMs: number): Promise<void> {
    this.#fork()
    await sleep(afterMs)
    await this.kill()
  }

  async kill(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
  }

  #fork(): ChildProcess {
    // In turns: files that end soon, and files that are looked through from the last record on.
    const { fileBytes } = this.#settings
    this.#settings = { ...this.#settings, fileBytes: fileBytes === SMALL_FILE ? LARGE_FILE : SMALL_FILE }
    const child = fork(this.#program, [JSON.stringify(this.#settings)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.#child = child
    return child
  }
}
