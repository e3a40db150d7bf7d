import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { type Task, type Turn, taskLine } from './turn.ts'

/** A client in a process of its own, which stays for all its turns: what a run has warmed up stays warm. */
export class ClientProgram implements AsyncDisposable {
  readonly name: string
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  readonly #answers: AsyncIterator<string>

  constructor(name: string, command: string, args: readonly string[]) {
    this.name = name
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
  }

  /** @throws Error when the program ends instead of answering */
  async run(task: Task, way?: string): Promise<Turn> {
    this.#child.stdin.write(`${taskLine(task, way)}\n`)
    const { done, value } = await this.#answers.next()
    if (done === true)
      throw new Error(`the ${this.name} client has ended (${this.#child.exitCode}) during '${task.kind}'`)
    return JSON.parse(value)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const gone = once(this.#child, 'exit')
    this.#child.stdin.end()
    await gone
  }
}
