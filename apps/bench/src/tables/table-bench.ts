import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bytesCodec, ClientFactory, utf8Codec } from '@pravega-ts/client'
import { DataServer } from '../durable/data-server.ts'
import type { BenchOptions } from '../options.ts'
import { makeStreams, removeStreams } from '../streams.ts'

const US_PER_S = 1_000_000
const LEASE_MS = 60_000

/** Something small that a server has to keep before it answers. */
interface Change {
  readonly what: 'table updates' | 'controller calls'
  make(): Promise<unknown>
}

/** Small changes, each of them acknowledged: updates of a table, and pings of a transaction; a server in memory and one on disk. One JSON line each. */
export async function tableBench(options: BenchOptions): Promise<void> {
  const directory = await mkdtemp(join(options.data ?? tmpdir(), 'pravega-bench-'))
  try {
    await measure('memory', {}, options)
    await measure('disk', { data: { directory } }, options)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function measure(where: string, serverOptions: object, options: BenchOptions): Promise<void> {
  await using server = await DataServer.start(serverOptions)
  await using factory = await ClientFactory.create(server.controllerUri)
  const streams = await makeStreams(factory, 1)
  const [stream] = streams
  if (stream === undefined) throw new Error('a stream was asked for and there is none')
  const table = await factory.openTable(`${stream.scope}/table`, { key: utf8Codec, value: bytesCodec })
  const transaction = await factory.controller.createTransaction(stream, LEASE_MS)
  const value = new Uint8Array(options.eventSize)
  let made = 0
  const changes: readonly Change[] = [
    { what: 'table updates', make: () => table.put(`key ${made++ % options.keys}`, value) },
    { what: 'controller calls', make: () => factory.controller.pingTransaction(stream, transaction.id, LEASE_MS) },
  ]
  for (const change of changes) {
    for (const inFlight of options.inFlight) {
      await run(change, options.events, inFlight)
      for (let round = 1; round <= options.rounds; round++) {
        await server.figures()
        const start = performance.now()
        await run(change, options.events, inFlight)
        const seconds = (performance.now() - start) / 1000
        const { cpu_s } = await server.figures()
        console.log(
          JSON.stringify({
            mode: 'tables',
            where,
            what: change.what,
            changes: options.events,
            value_size: options.eventSize,
            in_flight: inFlight,
            round,
            changes_per_s: Math.round(options.events / seconds),
            server_cpu_us_per_change: Number(((cpu_s * US_PER_S) / options.events).toFixed(1)),
          }),
        )
      }
    }
  }
  await table.close()
  await removeStreams(factory, streams)
}

async function run({ make }: Change, count: number, inFlight: number): Promise<void> {
  let begun = 0
  const work = async (): Promise<void> => {
    while (begun < count) {
      begun++
      await make()
    }
  }
  await Promise.all(Array.from({ length: inFlight }, work))
}
