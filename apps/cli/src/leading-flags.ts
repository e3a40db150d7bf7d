const WITH_VALUE: ReadonlySet<string> = new Set([
  '--controller',
  '--timeout',
  '--auth-user',
  '--auth-password-file',
  '--auth-token-file',
  '--keycloak-file',
  '--ca',
  '--cert',
  '--key',
])
const ALONE: ReadonlySet<string> = new Set(['--json', '--verbose'])

/** A command line whose first words are flags of the command that comes after them. */
export interface SplitWords {
  readonly leading: readonly string[]
  readonly rest: readonly string[]
}

/** The parser wants flags behind the command; people also write `pravega --controller tcp://host:9090 scope list`. */
export function splitLeadingFlags(words: readonly string[]): SplitWords {
  let end = 0
  for (;;) {
    const word = words[end] ?? ''
    const [name = ''] = word.split('=', 1)
    if (ALONE.has(word) || (WITH_VALUE.has(name) && word !== name)) end += 1
    else if (WITH_VALUE.has(word)) end += 2
    else return { leading: words.slice(0, end), rest: words.slice(end) }
  }
}

/** The same command line with those flags behind the command. */
export function moveLeadingFlags(words: readonly string[]): readonly string[] {
  const { leading, rest } = splitLeadingFlags(words)
  if (rest.length === 0) return []
  const marker = rest.indexOf('--')
  const end = marker < 0 ? rest.length : marker
  return [...rest.slice(0, end), ...leading, ...rest.slice(end)]
}
