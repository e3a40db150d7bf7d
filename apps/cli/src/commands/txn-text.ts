import type { ScopedStream } from '@pravega-ts/model'

/** A transaction for programs. */
export function transactionObject(stream: ScopedStream, transaction: string, status: string): Record<string, unknown> {
  return { scope: stream.scope, stream: stream.stream, transaction, status }
}

/** Nobody renews the lease when the command has ended; that has to be said. */
export function openUntil(until: Date): string {
  const seconds = 'yyyy-mm-ddThh:mm:ss'.length
  const time = until.toISOString().slice(0, seconds).replace('T', ' ')
  return `Open until ${time} UTC, then the server aborts it. Each \`pravega txn write\` makes it live longer; nothing else does.`
}
