import type { ScopedStream } from '@pravega-ts/model'

/** Which transaction it is about. */
export interface TransactionSubject {
  readonly id: string
  readonly stream: ScopedStream
}

export function nameOf({ id, stream }: TransactionSubject): string {
  return `transaction ${id} of stream ${stream}`
}
