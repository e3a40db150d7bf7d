/** Columns of equal width: the first one to the left, the others to the right. */
export function textTable(lines: readonly (readonly string[])[]): string {
  const columns = Math.max(0, ...lines.map(line => line.length))
  const widths = Array.from({ length: columns }, (_, n) => Math.max(...lines.map(line => line[n]?.length ?? 0)))
  return lines
    .map(line =>
      line.map((cell, n) => (n === 0 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0))).join('  '),
    )
    .join('\n')
}
