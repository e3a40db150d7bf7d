import type { BatchStream } from './client.ts'
import { BatchWriterError } from './errors.ts'
import type { Kind } from './messages/messages.ts'

/** A handler for a kind that a client has no use for: takes everything and keeps nothing. */
export async function dummyHandler(batch: BatchStream<unknown>): Promise<void> {
  for await (const _ of batch.chunks());
}

/** A handler for a kind that a client cannot serve: takes everything, then fails with `NOT_IMPLEMENTED`. */
export function notImplemented(kind: Kind): (batch: BatchStream<unknown>) => Promise<void> {
  return async batch => {
    await dummyHandler(batch)
    throw new BatchWriterError('NOT_IMPLEMENTED', `this destination has no ${kind}; send it no such messages`, {
      details: { kind },
    })
  }
}
