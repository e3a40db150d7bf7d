import { bytesSerializer } from '@pravega-ts/client'
import { PravegaError, type ScopedStream } from '@pravega-ts/model'
import { connected, type Run, type Session } from '../command.ts'
import { type EventInputFlags, openEventInput, tallyText } from './event-input.ts'
import { writeInto } from './event-write.ts'
import { LEASE_MS, type LeaseFlags } from './txn.ts'
import { openUntil, transactionObject } from './txn-text.ts'

export interface WriteTransactionFlags extends LeaseFlags, EventInputFlags {}

export const writeTransaction: Run<WriteTransactionFlags, [ScopedStream, string, string]> = connected(
  async (session, flags, stream, id, file) => {
    const { factory, output, call } = session
    const { lease: leaseMs = LEASE_MS } = flags
    using input = await openEventInput(session, flags, file, 'pravega txn write')
    const writer = await factory.createTransactionalEventWriter(stream, { serializer: bytesSerializer, leaseMs }, call)
    const transaction = await writer.getTransaction(id, call)
    const started = performance.now()
    await writeInto(transaction, session, input, `transaction ${id} of ${stream}`)
    const ms = Math.round(performance.now() - started)
    await transaction.close()
    const until = await renew(session, stream, id, leaseMs)
    output.result(
      { ...transactionObject(stream, id, 'open'), ...input.tally, ms, until },
      `wrote ${tallyText(input.tally)} to transaction ${id} of ${stream} in ${(ms / 1000).toFixed(1)} s`,
    )
    if (until !== undefined) output.note(openUntil(until))
  },
)

/** Resolves to when the lease is over; undefined: it cannot live longer, or somebody has ended it meanwhile. */
async function renew(
  { factory, output, call }: Session,
  stream: ScopedStream,
  id: string,
  leaseMs: number,
): Promise<Date | undefined> {
  const askedAt = Date.now()
  try {
    const status = await factory.controller.pingTransaction(stream, id, leaseMs, call)
    return status === 'open' ? new Date(askedAt + leaseMs) : undefined
  } catch (error) {
    if (!PravegaError.is(error, 'LEASE_REFUSED')) throw error
    output.note('It cannot live longer: commit or abort it now.')
    return undefined
  }
}
