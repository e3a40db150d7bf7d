import { PravegaError } from '@pravega-ts/model'

const LONGEST_SHOWN = 80

function show(value: unknown): string {
  switch (typeof value) {
    case 'string':
      if (value.includes('-----BEGIN ')) return 'a PEM text'
      return JSON.stringify(value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN)}...` : value)
    case 'bigint':
      return `${value}n`
    case 'object':
      if (value === null) return 'null'
      return Array.isArray(value) ? 'an array' : 'an object'
    case 'function':
      return 'a function'
    default:
      return String(value)
  }
}

/**
 * The error for a wrong setting: names it, shows its value and says what is allowed.
 *
 * @param setting - For instance `option "timeouts.connectMs"` or `environment variable pravega_client_auth_method`.
 */
export function invalidConfig(setting: string, value: unknown, allowed: string, cause?: unknown): PravegaError {
  return refusal(setting, `${setting} is ${show(value)}; allowed is ${allowed}`, cause)
}

/** As {@link invalidConfig}, for settings whose value nobody should read in a log. */
export function invalidSecret(setting: string, allowed: string, cause?: unknown): PravegaError {
  return refusal(
    setting,
    `${setting} has a value that is refused (not shown, it may be secret); allowed is ${allowed}`,
    cause,
  )
}

/** An option that does not exist. */
export function unknownOption(path: string, known: readonly string[]): PravegaError {
  const setting = `option "${path}"`
  return refusal(setting, `${setting} does not exist; the options here are ${known.join(', ')}`)
}

/** Settings that cannot be together. */
export function contradiction(setting: string, explanation: string): PravegaError {
  return refusal(setting, `${setting} contradicts another setting: ${explanation}`)
}

function refusal(setting: string, text: string, cause?: unknown): PravegaError {
  return new PravegaError('INVALID_CONFIG', `${text.charAt(0).toUpperCase()}${text.slice(1)}.`, {
    details: { setting },
    cause,
  })
}
