import type { EventMode } from '../options.ts'
import { textTable } from '../text-table.ts'
import type { Turn } from './turn.ts'

const US_PER_S = 1_000_000
const MS_PER_S = 1_000

/** The turns of one client (and one way to use it), in the order of the rounds. */
export interface Row {
  readonly client: string
  readonly turns: readonly Turn[]
}

/** A figure of a row: its best and its median turn. */
interface Figure {
  readonly name: string
  readonly best: number
  readonly median: number
}

function figure(name: string, values: readonly number[], better: 'low' | 'high'): Figure {
  const sorted = values.toSorted((a, b) => (better === 'low' ? a - b : b - a))
  const [best = Number.NaN] = sorted
  return { name, best, median: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN }
}

/**
 * The figures that a mode is about; the first one is the one that ratios are taken of.
 *
 * @param count - Events of a turn; transactions
 */
export function figuresOf(mode: EventMode, count: number, { turns }: Row): readonly Figure[] {
  const rates = turns.map(turn => count / turn.wall_s)
  const cpu = turns.map(turn => turn.cpu_s / count)
  const p50 = turns.map(turn => turn.p50_ms)
  const p99 = turns.map(turn => turn.p99_ms)
  const cpuOfEvent = figure(
    'cpu_us_per_event',
    cpu.map(seconds => seconds * US_PER_S),
    'low',
  )
  switch (mode) {
    case 'latency':
      return [figure('p50_ms', p50, 'low'), figure('p99_ms', p99, 'low'), cpuOfEvent]
    case 'txn':
      return [
        figure('transactions_per_s', rates, 'high'),
        figure(
          'cpu_ms_per_transaction',
          cpu.map(seconds => seconds * MS_PER_S),
          'low',
        ),
        figure('p50_ms', p50, 'low'),
        figure('p99_ms', p99, 'low'),
      ]
    default:
      return [cpuOfEvent, figure('events_per_s', rates, 'high')]
  }
}

function shown(value: number): string {
  return value >= 1_000 ? String(Math.round(value)) : value.toFixed(3)
}

/**
 * A table of all rows, best and median of each figure, with ratios of the first figure.
 *
 * @param rows - The first ones are ours; each is compared with each row of another client
 */
export function resultTable(mode: EventMode, count: number, rows: readonly Row[]): string {
  const all = rows.map(row => ({ row, figures: figuresOf(mode, count, row) }))
  const references = all.filter(({ row }) => !row.client.startsWith('ours'))
  const header = [
    'client',
    ...(all[0]?.figures ?? []).flatMap(({ name }) => [`${name} best`, 'median']),
    'cpu s',
    ...references.map(({ row }) => `to ${row.client}`),
  ]
  const lines = all.map(({ row, figures }) => {
    const cpuSeconds = row.turns.reduce((sum, turn) => sum + turn.cpu_s, 0)
    const ratios = references.map(reference => {
      const [own, other] = [figures[0], reference.figures[0]]
      return own === undefined || other === undefined
        ? ''
        : `${(own.best / other.best).toFixed(2)} / ${(own.median / other.median).toFixed(2)}`
    })
    return [
      row.client,
      ...figures.flatMap(({ best, median }) => [shown(best), shown(median)]),
      cpuSeconds.toFixed(2),
      ...ratios,
    ]
  })
  return textTable([header, ...lines])
}
