import { utf8Serializer } from '@pravega-ts/event-client'
import { PravegaError } from '@pravega-ts/model'
import type { TransactionalEventWriterOptions } from '../../src/index.ts'
import { LeaseKeeper } from '../../src/lease/lease-keeper.ts'
import { openWithKeeper } from '../../src/open-transactional-event-writer.ts'
import type { StreamTransactionalWriter } from '../../src/stream-transactional-writer.ts'
import type { MemoryCluster } from './memory-cluster.ts'

/** A writer of text whose leases run on the cluster's clock. */
export function openWriter(
  cluster: MemoryCluster,
  options: Omit<TransactionalEventWriterOptions<string>, 'serializer'> = {},
): Promise<StreamTransactionalWriter<string>> {
  const all = { leaseMs: 10_000, ...options, serializer: utf8Serializer }
  return openWithKeeper(cluster, cluster.stream, all, new LeaseKeeper(cluster.clock))
}

/** What a call fails with. */
export async function failureOf(call: Promise<unknown>): Promise<PravegaError> {
  try {
    await call
  } catch (error) {
    if (PravegaError.is(error)) return error
    throw error
  }
  throw new Error('it has not failed')
}
