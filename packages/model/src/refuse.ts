import { PravegaError } from './errors.ts'

const LONGEST_SHOWN = 80

/** A value as it is shown in an error message: quoted, and cut when it is long. */
export function show(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value !== 'string') return String(value)
  return JSON.stringify(value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN)}...` : value)
}

/** The error for wrong input: names the value, the rule it breaks and what to do instead. */
export function invalid(what: string, value: unknown, rule: string, remedy: string, cause?: unknown): PravegaError {
  return new PravegaError('INVALID_ARGUMENT', `${what} ${show(value)} is refused: ${rule}. ${remedy}.`, {
    details: { what, value },
    cause,
  })
}
