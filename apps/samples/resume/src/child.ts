import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** How a process came to its end. */
export interface End {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

const NAME_WIDTH = 8

/** A process of its own that runs one of this sample's programs. What it says is shown behind its name. */
export class Child implements AsyncDisposable {
  readonly name: string
  readonly ended: Promise<End>
  readonly #process: ChildProcess

  constructor(name: string, program: 'producer' | 'consumer', args: readonly string[]) {
    this.name = name
    const file = fileURLToPath(new URL(`./${program}.js`, import.meta.url))
    const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    for (const output of [child.stdout, child.stderr]) {
      createInterface({ input: output }).on('line', line => console.log(`    ${name.padEnd(NAME_WIDTH)} ${line}`))
    }
    this.#process = child
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => resolve({ code, signal }))
    })
    this.ended.catch(() => {})
  }

  /** Without goodbye: nothing is closed, nothing is handed over. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.ended
  }

  /** @throws Error when it ends otherwise than it should */
  async success(): Promise<void> {
    const { code, signal } = await this.ended
    if (code !== 0) throw new Error(`${this.name} ended with ${signal ?? `code ${code}`}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) await this.kill().catch(() => {})
  }
}
