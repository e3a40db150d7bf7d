import { PravegaError } from '@pravega-ts/model'

/** The peer broke the protocol: thrown by a handler, it ends the connection without a reply, as a Pravega server does. */
export function violation(problem: string): PravegaError {
  return new PravegaError('PROTOCOL_VIOLATION', `the client sent ${problem}`)
}
