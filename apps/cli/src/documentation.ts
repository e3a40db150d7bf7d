/** What `--help` of a command says: what it does, then how it is used. */
export interface Documentation {
  readonly brief: string
  readonly fullDescription: string
}

/** @param examples - Command lines without the leading `pravega`, each with what it does. */
export function documented(
  brief: string,
  more: string,
  examples: readonly (readonly [line: string, what: string])[],
): Documentation {
  const width = Math.max(...examples.map(([line]) => line.length))
  const lines = examples.map(([line, what]) => `  pravega ${line.padEnd(width)}  # ${what}`)
  const text = more === '' ? `${brief}.` : `${brief}.\n\n${more}`
  return { brief, fullDescription: `${text}\n\nExamples:\n${lines.join('\n')}` }
}
