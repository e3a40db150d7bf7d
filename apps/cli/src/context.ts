import type { CommandContext, StricliProcess } from '@stricli/core'
import { EXIT } from './exit-codes.ts'

/** Why a command was told to stop before it was done. */
export type Interruption = 'SIGINT' | 'SIGTERM' | 'EPIPE'

/** What a command gets to work with. */
export interface CliContext extends CommandContext {
  /** For the parser; commands use what is below. Setting the exit code here is how a command fails. */
  readonly process: StricliProcess
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly env: NodeJS.ProcessEnv
  /** Aborted at the first Ctrl-C, SIGTERM, or when the reader of standard output has gone. */
  readonly signal: AbortSignal
  readonly interruption: Interruption | undefined
  /** The command line, without the name of the program. */
  readonly words: readonly string[]
}

/** One Ctrl-C can arrive several times: from the terminal, and from each parent that hands it on (npm is one). */
const SAME_KEY_MS = 500

/** Turns signals and a broken pipe into one abort signal. A second Ctrl-C ends the process at once. */
export class Interrupts {
  readonly #controller = new AbortController()
  #cause: Interruption | undefined
  #stoppedAt = 0

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  get cause(): Interruption | undefined {
    return this.#cause
  }

  listen(stdout: NodeJS.WriteStream): void {
    process.on('SIGINT', () => {
      if (this.#cause === 'SIGINT' && performance.now() - this.#stoppedAt > SAME_KEY_MS) process.exit(EXIT.interrupted)
      this.#stop('SIGINT')
    })
    process.on('SIGTERM', () => this.#stop('SIGTERM'))
    stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      this.#stop('EPIPE')
    })
  }

  #stop(cause: Interruption): void {
    if (this.#cause !== undefined) return
    this.#cause = cause
    this.#stoppedAt = performance.now()
    this.#controller.abort()
  }
}
