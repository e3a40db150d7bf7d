import Table from 'cli-table3'
import type { ReaderRecord } from './crowd.ts'

/** One line for each thing that has been done, with what came out of it. */
export function step(what: string, outcome: string): void {
  console.log(`  ${what.padEnd(34)} ${outcome}`)
}

const REDRAW_MS = 100
const BAR_CELLS = 24
const DEFAULT_COLUMNS = 80
const CLEAR_LINE = '\r\x1b[K'

/** How far something is: a bar on a terminal, and everywhere a line for each thing that happens on the way. */
export class Progress implements Disposable {
  readonly #what: string
  readonly #total: number
  readonly #done: () => number
  readonly #terminal: NodeJS.WriteStream | undefined
  readonly #timer: NodeJS.Timeout | undefined

  /** @param done - How much of `total` is done. */
  constructor(what: string, total: number, done: () => number, output: NodeJS.WriteStream = process.stdout) {
    this.#what = what
    this.#total = total
    this.#done = done
    this.#terminal = output.isTTY === true ? output : undefined
    this.#timer = this.#terminal && setInterval(() => this.#draw(), REDRAW_MS)
  }

  /** Tells of something that has happened. */
  say(happened: string): void {
    this.#terminal?.write(CLEAR_LINE)
    step(`  after ${this.#done()} of ${this.#total}`, happened)
    this.#draw()
  }

  /** Takes the bar away, so that the result stands in its place. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer)
    this.#terminal?.write(CLEAR_LINE)
  }

  #draw(): void {
    const done = this.#done()
    const full = Math.round((done / Math.max(this.#total, 1)) * BAR_CELLS)
    const bar = '█'.repeat(full) + '░'.repeat(BAR_CELLS - full)
    const line = `  ${this.#what.padEnd(34)} ${bar} ${done} of ${this.#total}`
    // A line that wraps could not be written anew; a terminal that does not know its width says 0.
    this.#terminal?.write(`\r${line.slice(0, (this.#terminal.columns || DEFAULT_COLUMNS) - 1)}\x1b[K`)
  }
}

export function readersTable(records: readonly ReaderRecord[]): string {
  const table = new Table({
    head: ['reader', 'events', 'from segments', ''],
    colAligns: ['left', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  })
  for (const { id, events, segments, note } of records) table.push([id, events, segments.size, note])
  return table.toString().replaceAll(/^/gm, '  ')
}
