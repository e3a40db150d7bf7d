const UNITS = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const
const DURATION_UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const

/** `1.5 MiB` */
export function humanSize(bytes: bigint | number): string {
  let value = Number(bytes)
  if (value < 1024) return `${value} ${value === 1 ? 'byte' : 'bytes'}`
  let unit: string = UNITS[0]
  for (const larger of UNITS) {
    if (value < 1024) break
    value /= 1024
    unit = larger
  }
  return `${value.toFixed(1)} ${unit}`
}

/** `1m20s`, `2h`, `7d` */
export function humanDuration(ms: number): string {
  let rest = Math.ceil(ms / 1000)
  const parts: string[] = []
  for (const [unit, seconds] of DURATION_UNITS) {
    const whole = Math.floor(rest / seconds)
    rest -= whole * seconds
    if (whole > 0) parts.push(`${whole}${unit}`)
  }
  // Two parts are exact enough to be read.
  return parts.length === 0 ? '0s' : parts.slice(0, 2).join('')
}

/** `3 segments`, `1 segment` */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}

/** Lines with their cells below each other. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length)
  }
  return rows
    .map(row =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
