import { PravegaError, type ScopedStream } from '@pravega-ts/model'
import { connected, type Run, type Session } from '../command.ts'
import type { ConnectionFlags } from '../connection-flags.ts'
import { EXIT } from '../exit-codes.ts'
import { CliError } from '../failure.ts'
import { table } from '../human.ts'
import { openUntil, transactionObject } from './txn-text.ts'

export interface LeaseFlags extends ConnectionFlags {
  /** Milliseconds. */
  readonly lease?: number
}

export interface CommitFlags extends ConnectionFlags {
  readonly wait?: boolean
  readonly timestamp?: bigint
  readonly writer?: string
}

/** The longest one: nobody renews it between two commands. */
export const LEASE_MS = 600_000

const WRITER = 'pravega-cli'

export const beginTransaction: Run<LeaseFlags, [ScopedStream]> = connected(
  async ({ factory, output, call }, { lease: leaseMs = LEASE_MS }, stream) => {
    const writer = await factory.createTransactionalEventWriter(stream, { leaseMs }, call)
    const begunAt = Date.now()
    const transaction = await writer.begin(call)
    // Lets go of it: otherwise it would be aborted with the writer.
    await transaction.close()
    const until = new Date(begunAt + leaseMs)
    output.result({ ...transactionObject(stream, transaction.id, 'open'), leaseMs, until }, transaction.id)
    output.note(openUntil(until))
  },
)

export const commitTransaction: Run<CommitFlags, [ScopedStream, string]> = connected(
  async ({ factory, output, call }, { wait, timestamp, writer: writerId }, stream, id) => {
    if (writerId !== undefined && timestamp === undefined) throw usage('--writer is for --timestamp.')
    const writer = await factory.createTransactionalEventWriter(stream, { writerId: writerId ?? WRITER }, call)
    const transaction = await writer.getTransaction(id, call)
    await transaction.commit({ ...call, wait, timestamp })
    const status = wait === true ? 'committed' : await transaction.checkStatus(call)
    // Without taking leave, which would take the time back.
    await writer.close({ force: true })
    const what = `transaction ${id} of ${stream} is committed`
    const text = status === 'committed' ? 'its events can be read' : 'its events are about to appear'
    output.result(transactionObject(stream, id, status), `${what}: ${text}`)
  },
)

export const abortTransaction: Run<ConnectionFlags, [ScopedStream, string]> = connected(
  async ({ factory, output, call }, _, stream, id) => {
    const writer = await factory.createTransactionalEventWriter(stream, {}, call)
    const transaction = await writer.getTransaction(id, call)
    await transaction.abort(call)
    output.result(
      transactionObject(stream, id, 'aborted'),
      `transaction ${id} of ${stream} is aborted: none of its events is in the stream`,
    )
  },
)

export const transactionStatus: Run<ConnectionFlags, [ScopedStream, string]> = connected(
  async ({ factory, output, call }, _, stream, id) => {
    const status = await factory.controller.checkTransactionState(stream, id, call)
    output.result(transactionObject(stream, id, status), status)
  },
)

export const listTransactions: Run<ConnectionFlags, [ScopedStream]> = connected(async (session, _, stream) => {
  const { output } = session
  const completed = await completedTransactions(session, stream)
  if (output.json) {
    for (const { id, outcome } of completed) output.result(transactionObject(stream, id, outcome), '')
  } else if (completed.length > 0) {
    output.result({}, table(completed.map(({ id, outcome }) => [id, outcome])))
  } else {
    output.note(
      'No completed transaction is listed. Servers of release 0.13 list none as soon as another stream has some; `pravega txn status` knows those as well.',
    )
  }
})

async function completedTransactions(
  { factory, manager, call }: Session,
  stream: ScopedStream,
): Promise<readonly { readonly id: string; readonly outcome: 'committed' | 'aborted' }[]> {
  const completed = await factory.controller.listCompletedTransactions(stream, call)
  // Of a stream that is not there, servers list nothing.
  if (completed.length > 0 || (await manager.streamExists(stream, call))) return completed
  throw new PravegaError('STREAM_NOT_FOUND', `Stream ${stream} is not there`, { details: { stream: String(stream) } })
}

function usage(message: string): CliError {
  return new CliError('USAGE', EXIT.usage, message)
}
