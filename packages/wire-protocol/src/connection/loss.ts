import { type Endpoint, formatEndpoint, PravegaError } from '@pravega-ts/model'

/** Why a connection never came to stand. `error` is undefined when the peer closed it in good order. */
export function connectFailure(endpoint: Endpoint, tls: boolean, error: Error | undefined): PravegaError {
  if (PravegaError.is(error)) return error
  const where = formatEndpoint(endpoint)
  const code = codeOf(error)
  const reason = error === undefined ? 'it was closed' : reasonOf(error)
  return failure(
    `cannot connect to the segment store at ${where}${tls ? ' with TLS' : ''}: ${reason}`,
    hint(code, tls),
    error,
  )
}

/** Why a connection ended before the peer's Hello. */
export function greetingFailure(endpoint: Endpoint, tls: boolean, error: Error | undefined): PravegaError {
  const where = formatEndpoint(endpoint)
  const remedy = tls
    ? 'check that it is a Pravega segment store'
    : 'it may expect TLS (use a tls:// controller URI), or not be a Pravega segment store'
  if (PravegaError.is(error) && error.code !== 'PROTOCOL_VIOLATION') return error
  if (PravegaError.is(error))
    return new PravegaError(error.code, `${where}: ${error.message}; ${remedy}`, {
      cause: error,
      details: error.details,
    })
  return failure(`${where} closed the connection before its Hello`, remedy, error)
}

/** Why a connection that stood is gone. */
export function connectionLoss(endpoint: Endpoint, error: Error | undefined): PravegaError {
  if (PravegaError.is(error)) return error
  const reason = error === undefined ? 'the server closed it' : reasonOf(error)
  return new PravegaError(
    'CONNECTION_LOST',
    `lost the connection to ${formatEndpoint(endpoint)}: ${reason}; reconnect`,
    {
      cause: error,
      details: { endpoint: formatEndpoint(endpoint) },
    },
  )
}

function failure(problem: string, remedy: string, cause: Error | undefined): PravegaError {
  return new PravegaError('CONNECTION_FAILED', `${problem}; ${remedy}`, { cause })
}

/** Node's error for a host with several addresses, all of which failed, has no message of its own. */
function reasonOf(error: Error): string {
  if (error instanceof AggregateError) return error.errors.map(each => (each as Error).message).join(', ')
  return error.message
}

function codeOf(error: Error | undefined): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code
}

function hint(code: string | undefined, tls: boolean): string {
  switch (code) {
    case 'ECONNREFUSED':
      return 'check that it is running and that its published address can be reached from here'
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'check the host name that the segment store publishes'
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'check that its published address can be reached from here'
  }
  if (!tls) return 'check that it is running'
  if (code?.startsWith('CERT') || code?.includes('CERT') || code?.startsWith('ERR_TLS'))
    return 'check the trusted certificates and the host name in the certificate of the server'
  return 'check that it speaks TLS; if not, use a tcp:// controller URI'
}
