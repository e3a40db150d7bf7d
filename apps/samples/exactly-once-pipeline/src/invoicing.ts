import { type ClientFactory, jsonCodec, jsonSerializer, utf8Codec } from '@pravega-ts/client'
import { type InvoiceLine, invoiceLines, type Order } from './orders.ts'
import type { Progress } from './progress.ts'
import type { Pipeline } from './work.ts'

/** Names of what a pipeline works with, all of one scope. */
export interface InvoicingNames {
  readonly scope: string
  /** Stream of orders. */
  readonly input: string
  /** Stream of invoice lines. */
  readonly output: string
  readonly group: string
}

const REFRESH_MS = 250
const LEASE_MS = 30_000
const BATCH_EVENTS = 50

/** Opens the pipeline from orders to invoice lines; makes the group and the table of progress if they are missing. */
export async function openInvoicing(
  factory: ClientFactory,
  { scope, input, output, group: name }: InvoicingNames,
): Promise<Pipeline<Order, InvoiceLine>> {
  const group = await factory.createReaderGroup(
    { scope, name },
    { streams: [`${scope}/${input}`], refreshTimeMs: REFRESH_MS },
  )
  const writer = await factory.createTransactionalEventWriter(`${scope}/${output}`, {
    serializer: jsonSerializer<InvoiceLine>(),
    leaseMs: LEASE_MS,
  })
  const progress = await factory.openTable(await progressTable(group), {
    key: utf8Codec,
    value: jsonCodec<Progress>(),
  })
  return {
    group,
    serializer: jsonSerializer<Order>(),
    transform: invoiceLines,
    writer,
    batchEvents: BATCH_EVENTS,
    progress,
  }
}

/** Positions belong to one incarnation of a group: after a reset of the group, all begins anew. */
export async function progressTable(
  group: Pipeline<unknown, unknown>['group'],
): Promise<{ readonly scope: string; readonly name: string }> {
  const { generation } = await group.config()
  return { scope: group.scope, name: `${group.name}-progress-${generation}` }
}
