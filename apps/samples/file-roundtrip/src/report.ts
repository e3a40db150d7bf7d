const MIB = 1024 * 1024

export function size(bytes: number): string {
  return bytes < MIB ? `${bytes} bytes` : `${(bytes / MIB).toFixed(1)} MiB`
}

export function rate(bytes: number, milliseconds: number): string {
  return `${(bytes / MIB / Math.max(milliseconds / 1000, 0.001)).toFixed(0)} MiB/s`
}

/** One line for each thing that has been done, with what came out of it. */
export function say(step: string, outcome: string): void {
  console.log(`  ${step.padEnd(34)} ${outcome}`)
}
