import { progress as progressBar } from '@clack/prompts'
import Table from 'cli-table3'
import type { ReaderRecord } from './crowd.ts'

/** One line for each thing that has been done, with what came out of it. */
export function step(what: string, outcome: string): void {
  console.log(`  ${what.padEnd(34)} ${outcome}`)
}

/** What goes on, as long as it does. */
export interface Progress extends Disposable {
  /** Tells of something that has happened. */
  say(what: string): void
}

const REDRAW_MS = 100

/** How the tour tells what it does: with a bar on a terminal, line by line elsewhere. */
export class Report {
  /** @param total - `done()` at the end. */
  progress(what: string, total: number, done: () => number): Progress {
    if (process.stdout.isTTY !== true) return { say: text => step('', text), [Symbol.dispose]() {} }
    const bar = progressBar({ max: total, indicator: 'timer' })
    bar.start(what)
    let shown = 0
    let told = ''
    const draw = (): void => {
      const now = done()
      bar.advance(now - shown, `${now} of ${total} ${what}${told}`)
      shown = now
    }
    const timer = setInterval(draw, REDRAW_MS)
    return {
      say(text) {
        told = `; ${text}`
      },
      [Symbol.dispose]() {
        clearInterval(timer)
        draw()
        bar.stop(`${shown} of ${total} ${what}`)
      },
    }
  }

  readers(records: readonly ReaderRecord[]): void {
    const table = new Table({ head: ['reader', 'events', 'from segments', ''], style: { head: [], border: [] } })
    for (const { id, events, segments, note } of records) table.push([id, events, segments.size, note])
    console.log(table.toString().replaceAll(/^/gm, '  '))
  }
}
