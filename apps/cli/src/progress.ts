import { humanDuration, humanSize } from './human.ts'

const REDRAW_EVERY_MS = 100
const DEFAULT_COLUMNS = 80

/** One line on a terminal that is written anew while bytes go by. Elsewhere it says nothing. */
export class ProgressLine implements Disposable {
  readonly #terminal: NodeJS.WriteStream | undefined
  readonly #verb: string
  readonly #total: bigint | undefined
  readonly #started: number = performance.now()
  #drawn = 0

  /** @param total - Undefined when the end is not known. */
  constructor(stderr: NodeJS.WriteStream, shown: boolean, verb: string, total: bigint | undefined) {
    this.#terminal = shown && stderr.isTTY ? stderr : undefined
    this.#verb = verb
    this.#total = total
  }

  update(done: bigint): void {
    if (this.#terminal === undefined) return
    const now = performance.now()
    if (now - this.#drawn < REDRAW_EVERY_MS) return
    this.#drawn = now
    const line = progressText(this.#verb, done, this.#total, now - this.#started)
    // A terminal that does not know its width says 0. A line that wraps could not be written anew.
    this.#terminal.write(`\r${line.slice(0, (this.#terminal.columns || DEFAULT_COLUMNS) - 1)}\x1b[K`)
  }

  /** Takes the line away, so that the result stands in its place. */
  [Symbol.dispose](): void {
    if (this.#drawn > 0) this.#terminal?.write('\r\x1b[K')
  }
}

/** `written 12.0 MiB of 100.0 MiB, 12%, 45.2 MiB/s, 2s left` */
export function progressText(verb: string, done: bigint, total: bigint | undefined, elapsedMs: number): string {
  const perMs = Number(done) / Math.max(elapsedMs, 1)
  const rate = `${humanSize(Math.round(perMs * 1000))}/s`
  if (total === undefined || total === 0n) return `${verb} ${humanSize(done)}, ${rate}`
  const percent = Math.floor((Number(done) / Number(total)) * 100)
  const left = perMs > 0 ? `, ${humanDuration(Number(total - done) / perMs)} left` : ''
  return `${verb} ${humanSize(done)} of ${humanSize(total)}, ${percent}%, ${rate}${left}`
}
