import CliTable from 'cli-table3'
import type { Landed } from './land.ts'
import type { Table } from './tables/table.ts'
import type { Tally } from './tally.ts'

/** One line for each thing that has been done, with what came out of it. */
export function step(what: string, outcome: string): void {
  console.log(`  ${what.padEnd(24)} ${outcome}`)
}

/** Prints what went in and what came out. Returns whether it is the same, of every table. */
export function compare(
  tables: readonly Table[],
  landed: ReadonlyMap<string, Landed>,
  read: ReadonlyMap<string, Tally>,
): boolean {
  const head = ['table', 'from', 'batches', 'rows written', 'rows read', 'checksum', '']
  const report = new CliTable({ head, style: { head: [], border: [] } })
  let allEqual = true
  for (const { name, origin } of tables) {
    const before = landed.get(name)
    const after = read.get(name)
    const isEqual = before?.tally.rows === after?.rows && before?.tally.checksum === after?.checksum
    allEqual &&= isEqual
    const checksum = `${after?.checksum.slice(0, 12)}…`
    report.push([
      name,
      origin,
      before?.batches,
      before?.tally.rows,
      after?.rows,
      checksum,
      isEqual ? 'equal' : 'DIFFERENT',
    ])
  }
  console.log(report.toString().replaceAll(/^/gm, '  '))
  return allEqual
}
