import { type ErrorCode, PravegaError } from '@pravega-ts/model'
import type { Interruption } from './context.ts'
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes.ts'

/** A failure of which only this program knows: the library has no code for it. */
export class CliError extends Error {
  readonly code: string
  readonly exitCode: ExitCode
  readonly hint: string | undefined

  constructor(code: string, exitCode: ExitCode, message: string, hint?: string) {
    super(message)
    this.code = code
    this.exitCode = exitCode
    this.hint = hint
  }
}

/** A failure as it is reported. */
export interface Failure {
  readonly exitCode: ExitCode
  readonly code: string
  readonly message: string
  readonly hint: string | undefined
}

const HINTS: Partial<Record<ErrorCode, string>> = {
  UNAUTHENTICATED:
    'Give credentials: --auth-user with a password from --auth-password-file or $PRAVEGA_AUTH_PASSWORD, --auth-token-file, or --keycloak-file.',
  SCOPE_NOT_FOUND: 'See what is there with `pravega scope list`, or make it with `pravega scope create`.',
  STREAM_NOT_FOUND: 'See what is there with `pravega stream list SCOPE`, or make it with `pravega stream create`.',
  SCOPE_NOT_EMPTY: 'Delete the streams in it first, or all at once with --recursive.',
  STREAM_NOT_SEALED: 'Seal it first with `pravega stream seal`, or do both with --seal.',
  READER_GROUP_NOT_FOUND:
    'See what is there with `pravega reader-group list SCOPE`, or make it with `pravega reader-group create`.',
  READER_EXISTS: 'If that reader has died, take it offline with `pravega reader-group offline GROUP READER`.',
  READER_OFFLINE: 'Start the command again to join anew.',
  READER_GROUP_RESET: 'Start the command again to join anew.',
  READER_GROUP_OTHER_STORE: 'Say which of them with --state-store log or --state-store table.',
  TRANSACTION_FAILED:
    'See how it has ended with `pravega txn status STREAM ID`, or begin another one with `pravega txn begin STREAM`.',
  TRANSACTION_NOT_FOUND:
    'Ids belong to one stream, and are known for a day; `pravega txn begin STREAM` prints a new one.',
  MULTIPLE_SEGMENTS: 'Byte streams have one segment: `pravega stream create --segments 1`.',
  CONDITIONAL_CHECK_FAILED: 'Another writer writes to the same stream. Stop it, or let both append with --shared.',
}

const UNREACHABLE_HINT =
  'Is a server there? Name another one with --controller, or start one on this machine with `pravega server`.'
const TIMEOUT_HINT = 'Give it more time with --timeout, for instance --timeout 2m.'

function hintFor(error: PravegaError): string | undefined {
  const known = HINTS[error.code]
  if (known !== undefined) return known
  if (error.code === 'DEADLINE_EXCEEDED') return TIMEOUT_HINT
  return exitCodeOf(error.code) === EXIT.unreachable ? UNREACHABLE_HINT : undefined
}

/** What to report; undefined when there is nothing to say, because whoever read the output has gone. */
export function failureOf(thrown: unknown, interruption: Interruption | undefined): Failure | undefined {
  if (interruption === 'EPIPE') return undefined
  if (interruption !== undefined) {
    const exitCode = interruption === 'SIGINT' ? EXIT.interrupted : EXIT.terminated
    const told = thrown instanceof CliError ? thrown.message : `stopped by ${interruption}`
    return { exitCode, code: 'ABORTED', message: told, hint: undefined }
  }
  if (thrown instanceof CliError) return thrown
  if (PravegaError.is(thrown)) {
    return { exitCode: exitCodeOf(thrown.code), code: thrown.code, message: thrown.message, hint: hintFor(thrown) }
  }
  if (thrown instanceof Error) {
    const { code = 'FAILED' } = thrown as NodeJS.ErrnoException
    return { exitCode: EXIT.failure, code, message: thrown.message, hint: undefined }
  }
  return { exitCode: EXIT.failure, code: 'FAILED', message: String(thrown), hint: undefined }
}
