import type { ListOptions, ReaderGroupName } from '@pravega-ts/controller-client'
import { readerGroupStreamName } from '@pravega-ts/model'
import type { ReaderGroupStore } from '../reader-group-store.ts'

const LOG_PREFIX = '_RG'

/**
 * The groups of a scope that keep their state in the log, in no order; those of Java, Flink and Spark clients too. Groups in tables cannot be
 * listed: no server keeps a list of them.
 *
 * @throws PravegaError `SCOPE_NOT_FOUND`
 */
export async function* listReaderGroups(
  { controller }: { readonly controller: Pick<ReaderGroupStore['controller'], 'listStreams'> },
  scope: string,
  options: Omit<ListOptions, 'includeInternal'> = {},
): AsyncGenerator<ReaderGroupName, void, undefined> {
  for await (const { stream } of controller.listStreams(scope, { ...options, includeInternal: true })) {
    if (!stream.startsWith(LOG_PREFIX)) continue
    const name = stream.slice(LOG_PREFIX.length)
    // Servers allow such names; groups cannot have them.
    if (isGroupName(name)) yield { scope, name }
  }
}

function isGroupName(name: string): boolean {
  try {
    return readerGroupStreamName(name) !== ''
  } catch {
    return false
  }
}
