/** The error for a value on the command line that cannot be read; the parser puts the flag's name before it. */
export function refuse(rule: string): Error {
  return new SyntaxError(rule)
}
