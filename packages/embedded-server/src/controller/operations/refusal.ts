/** A call that ends with a gRPC status instead of an answer. */
export class Refusal extends Error {
  readonly code: 'NOT_FOUND' | 'INTERNAL' | 'UNKNOWN' | 'UNAUTHENTICATED' | 'PERMISSION_DENIED' | 'UNAVAILABLE'

  constructor(code: Refusal['code'], message: string) {
    super(message)
    this.name = 'Refusal'
    this.code = code
  }
}

/** What Pravega says of any argument that it does not take, and nothing more. Clients know the text as final. */
export function badArgument(): Refusal {
  return new Refusal('INTERNAL', 'Internal exception occurred')
}

export function notFound(what: string): Refusal {
  return new Refusal('NOT_FOUND', `${what} does not exist`)
}

/** Pravega refuses what it fails on late with this code and little of a message. */
export function unknown(message = ''): Refusal {
  return new Refusal('UNKNOWN', message)
}
