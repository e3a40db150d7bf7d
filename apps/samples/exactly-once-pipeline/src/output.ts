import { randomUUID } from 'node:crypto'
import { type ClientFactory, jsonSerializer, PravegaError } from '@pravega-ts/client'
import type { Ledger } from './ledger.ts'
import type { InvoiceLine } from './orders.ts'

/**
 * Holds the lines that come out against the ledger, from the first one on.
 *
 * @param to - `'tail'`: those that are there now.
 * @throws Error when one is missing, repeated, changed or out of order
 */
export async function checkOutput(
  factory: ClientFactory,
  stream: { readonly scope: string; readonly output: string },
  ledger: Ledger,
  to: 'never' | 'tail',
  signal?: AbortSignal,
): Promise<void> {
  const name = `${stream.scope}/check-${randomUUID()}`
  const group = await factory.createReaderGroup(name, {
    streams: [{ stream: `${stream.scope}/${stream.output}`, to }],
    refreshTimeMs: 250,
  })
  try {
    await using reader = await group.createReader({ serializer: jsonSerializer<InvoiceLine>() })
    for await (const { value } of reader.events({ signal })) ledger.check(value)
  } catch (error) {
    if (!PravegaError.is(error, 'ABORTED')) throw error
  } finally {
    await group.close()
    await factory.deleteReaderGroup(name)
  }
}
