import type { Controller } from '@pravega-ts/controller-client'
import { type CallOptions, PravegaError, type ScopedStream } from '@pravega-ts/model'
import { contentOfStream, rowStream, type TableAddress } from '../table-name.ts'
import { readVersions, type SchemaStore } from './schema-log.ts'
import type { TableVersion } from './table-version.ts'

/** What is known of a table. */
export interface TableDescription extends TableAddress {
  /** What it looks like now. */
  readonly current: TableVersion
  /** Everything that it has looked like, the first one first. */
  readonly versions: readonly TableVersion[]
  /** Where its rows are now. Those of earlier generations are in sealed streams, see {@link rowStreamName}. */
  readonly stream: ScopedStream
}

export function descriptionOf(address: TableAddress, versions: readonly TableVersion[]): TableDescription | undefined {
  const current = versions.at(-1)
  if (current === undefined) return undefined
  const { scope, table } = address
  return { scope, table, current, versions, stream: rowStream(address, current.generation) }
}

/**
 * What a table looks like, and where its rows are. Does not need the rows: they may be truncated.
 *
 * @throws PravegaError `TABLE_NOT_FOUND`, `CORRUPT_STATE`, `DEADLINE_EXCEEDED`
 */
export async function describeTable(
  store: SchemaStore,
  address: TableAddress,
  call?: CallOptions,
): Promise<TableDescription> {
  const description = descriptionOf(address, await readVersions(store, address, call))
  if (description !== undefined) return description
  const { scope, table } = address
  throw new PravegaError('TABLE_NOT_FOUND', `There is no table '${table}' in scope ${scope}; migrate it first`, {
    details: { scope, table },
  })
}

/**
 * The tables of a scope, in no order.
 *
 * @throws PravegaError `SCOPE_NOT_FOUND`
 */
export async function* listTables(
  store: { readonly controller: Pick<Controller, 'listStreams'> },
  scope: string,
  call?: CallOptions,
): AsyncGenerator<string, void, undefined> {
  for await (const { stream } of store.controller.listStreams(scope, call)) {
    const content = contentOfStream(stream)
    if (content?.holds === 'schema') yield content.table
  }
}
