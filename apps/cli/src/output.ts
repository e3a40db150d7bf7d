import { styleText } from 'node:util'
import type { Failure } from './failure.ts'

/** JSON on one line; 64-bit numbers as decimal strings. */
export function toJsonLine(value: unknown): string {
  return `${JSON.stringify(value, (_, field) => (typeof field === 'bigint' ? field.toString() : field))}\n`
}

/** Where a command's results and failures go, for people or for programs. */
export class Output {
  readonly json: boolean
  readonly #stdout: NodeJS.WriteStream
  readonly #stderr: NodeJS.WriteStream

  constructor(stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream, json: boolean) {
    this.#stdout = stdout
    this.#stderr = stderr
    this.json = json
  }

  /** One result: an object for programs, a line (or several) for people. */
  result(value: Readonly<Record<string, unknown>>, text: string): void {
    this.#stdout.write(this.json ? toJsonLine(value) : `${text}\n`)
  }

  /** As {@link Output.result}, where standard output belongs to the data. */
  summary(value: Readonly<Record<string, unknown>>, text: string): void {
    this.#stderr.write(this.json ? toJsonLine(value) : `${text}\n`)
  }

  /** Something to know that is not a result. */
  note(text: string): void {
    if (!this.json) this.#stderr.write(`${text}\n`)
  }

  failure(failure: Failure): void {
    const { code, message, hint, exitCode } = failure
    if (this.json) {
      this.#stderr.write(toJsonLine({ error: { code, message, hint, exitCode } }))
      return
    }
    const label = styleText('red', 'error:', { stream: this.#stderr })
    this.#stderr.write(`${label} ${message}\n${hint === undefined ? '' : `${hint}\n`}`)
  }
}
