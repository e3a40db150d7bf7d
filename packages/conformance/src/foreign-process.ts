import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

const STDERR_KEPT = 4096

type Line = Readonly<Record<string, unknown>>

/** What the other program has refused: the name of its exception in `exception`. */
export class ForeignError extends Error {
  readonly exception: string

  constructor(command: string, exception: string, message: string) {
    super(`${command}: ${exception}: ${message}`)
    this.name = 'ForeignError'
    this.exception = exception
  }
}

/** A program that answers requests line by line and tells things in between. */
export class ForeignProcess implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>
  readonly #waiting: Map<number, PromiseWithResolvers<unknown> & { readonly command: string }> = new Map()
  readonly #told: (line: Line) => void
  readonly #exited: Promise<unknown>
  #lastId = 0
  #stderr = ''

  constructor(command: string, args: readonly string[], told: (line: Line) => void) {
    this.#told = told
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    this.#exited = once(this.#child, 'close')
    this.#child.stderr.setEncoding('utf8')
    this.#child.stderr.on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT)
    })
    this.#child.stdin.on('error', () => {})
    createInterface({ input: this.#child.stdout }).on('line', text => this.#receive(text))
    this.#child.on('close', (code, signal) => {
      const error = new Error(`${command} has ended (${signal ?? code}):\n${this.#stderr}`)
      for (const { reject } of this.#waiting.values()) reject(error)
      this.#waiting.clear()
    })
  }

  /** The answer's `result`. */
  request(command: string, content: Line = {}): Promise<unknown> {
    const id = ++this.#lastId
    const waiting = { ...Promise.withResolvers<unknown>(), command }
    this.#waiting.set(id, waiting)
    this.#child.stdin.write(`${JSON.stringify({ id, command, ...content })}\n`)
    return waiting.promise
  }

  /** Ends it without goodbye. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exited
  }

  async close(): Promise<void> {
    this.#child.stdin.end()
    await this.#exited
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #receive(text: string): void {
    // Pravega's Rust client has things of its own to say.
    if (!text.startsWith('{')) return
    const line: Line = JSON.parse(text)
    const { id } = line
    if (typeof id !== 'number') {
      this.#told(line)
      return
    }
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    const { error, message, result } = line
    if (error === undefined) waiting?.resolve(result)
    else waiting?.reject(new ForeignError(waiting.command, String(error), String(message)))
  }
}
