/** One line for each thing that has been done, with what came out of it. */
export function say(step: string, outcome: string): void {
  console.log(`  ${step.padEnd(34)} ${outcome}`)
}

/** `recorded 4, committed 7` */
export function tally(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([what, count]) => `${what} ${count}`).join(', ')
}

export function countIn(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1)
}
