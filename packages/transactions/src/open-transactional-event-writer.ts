import { DEFAULT_TIMEOUTS, silentLogger } from '@pravega-ts/config'
import { openFixedEventWriter } from '@pravega-ts/event-client'
import { type CallOptions, newWriterId, PravegaError, type ScopedStream, validateWriterId } from '@pravega-ts/model'
import { checkLease } from './lease/check-lease.ts'
import { systemClock } from './lease/lease-clock.ts'
import { LeaseKeeper } from './lease/lease-keeper.ts'
import { CommitPace } from './outcome/commit-pace.ts'
import { StreamTransactionalWriter } from './stream-transactional-writer.ts'
import type { TransactionStore } from './transaction-store.ts'
import type { TransactionalEventWriter, TransactionalEventWriterOptions } from './transactional-event-writer.ts'

const DEFAULT_LEASE_MS = 90_000
const DEFAULT_CALL_TIMEOUT_MS = 300_000

/**
 * Opens a writer whose events appear together, or not at all.
 *
 * @param call - For opening.
 * @throws PravegaError `STREAM_NOT_FOUND`, `STREAM_SEALED`, `INVALID_ARGUMENT` for an option
 */
export function openTransactionalEventWriter<T = Uint8Array>(
  store: TransactionStore,
  stream: ScopedStream,
  options: TransactionalEventWriterOptions<T> = {},
  call?: CallOptions,
): Promise<TransactionalEventWriter<T>> {
  return openWithKeeper(store, stream, options, new LeaseKeeper(systemClock), call)
}

/** @param keeper - Of whose clock the leases are renewed. */
export async function openWithKeeper<T>(
  store: TransactionStore,
  stream: ScopedStream,
  options: TransactionalEventWriterOptions<T>,
  keeper: LeaseKeeper,
  call?: CallOptions,
): Promise<StreamTransactionalWriter<T>> {
  const writerId = options.writerId === undefined ? newWriterId() : validateWriterId(options.writerId)
  const leaseMs = checkLease(options.leaseMs ?? DEFAULT_LEASE_MS)
  const { segments } = await store.controller.getCurrentSegments(stream, call)
  if (segments.length === 0) throw sealed(stream)
  // Sizes that are wrong are told here, not at the first transaction.
  await openFixedEventWriter(store, segments, options).close({ force: true })
  const { timeouts = DEFAULT_TIMEOUTS, logger = silentLogger } = store.config ?? {}
  return new StreamTransactionalWriter(
    store,
    {
      stream,
      writerId,
      controller: store.controller,
      logger,
      keeper,
      pace: new CommitPace(),
      getInfo: (segment, call) => store.getInfo(segment, call),
      callTimeoutMs: options.callTimeoutMs ?? DEFAULT_CALL_TIMEOUT_MS,
      controllerMs: timeouts.controllerMs,
      closeMs: timeouts.closeMs,
    },
    { ...options, leaseMs },
  )
}

function sealed(stream: ScopedStream): PravegaError {
  return new PravegaError('STREAM_SEALED', `Stream ${stream} is sealed: nothing can be written to it any more`, {
    details: { stream: String(stream) },
  })
}
