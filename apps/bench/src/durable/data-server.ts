import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { DataServerFigures } from './data-server-process.ts'

const PROGRAM = fileURLToPath(new URL('./data-server-process.js', import.meta.url))

/** A server with its data in a directory, in a process of its own. */
export class DataServer implements AsyncDisposable {
  readonly controllerUri: string
  /** Milliseconds from the start of the process until it was ready. */
  readonly readyMs: number
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, controllerUri: string, readyMs: number) {
    this.#child = child
    this.controllerUri = controllerUri
    this.readyMs = readyMs
  }

  /** @param nodeOptions - For the process, for instance `--cpu-prof` */
  static async start(options: object, nodeOptions: readonly string[] = []): Promise<DataServer> {
    const start = performance.now()
    const child = fork(PROGRAM, [JSON.stringify(options)], { stdio: 'inherit', execArgv: [...nodeOptions] })
    const [{ controllerUri }] = await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(([code]) => {
        throw new Error(`the server ended with ${code} before it was ready`)
      }),
    ])
    return new DataServer(child, controllerUri, performance.now() - start)
  }

  /** Since it was asked last. */
  async figures(): Promise<DataServerFigures> {
    const answer = once(this.#child, 'message')
    this.#child.send('figures')
    const [figures] = await answer
    return figures
  }

  /** Without goodbye. */
  async kill(): Promise<void> {
    const gone = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await gone
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const gone = once(this.#child, 'exit')
    this.#child.disconnect()
    await gone
  }
}
