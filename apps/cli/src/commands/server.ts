import { once } from 'node:events'
import type { EmbeddedServer } from '@pravega-ts/embedded-server'
import { formatEndpoint, PravegaError } from '@pravega-ts/model'
import { local, type Run } from '../command.ts'
import type { OutputFlags } from '../connection-flags.ts'
import { EXIT } from '../exit-codes.ts'
import { CliError } from '../failure.ts'

export interface ServerFlags extends OutputFlags {
  readonly host: string
  readonly publishedHost?: string
  readonly controllerPort: number
  readonly segmentStorePort: number
}

// gRPC has a log of its own on standard error, and says there what the failure says already.
process.env['GRPC_VERBOSITY'] ??= 'NONE'

/** Runs until Ctrl-C or SIGTERM, which is how it is meant to end: the exit code is 0. */
export const runServer: Run<ServerFlags, []> = local(async (cli, output, flags) => {
  const server = await start(flags)
  try {
    const { controllerUri, segmentStoreEndpoint } = server
    const segmentStore = formatEndpoint(segmentStoreEndpoint)
    output.result(
      { controllerUri, segmentStore },
      `Pravega (embedded, in memory) is ready at ${controllerUri}, segment store at ${segmentStore}`,
    )
    output.note('Ctrl-C ends it; its data goes with it.')
    if (!cli.signal.aborted) await once(cli.signal, 'abort')
  } finally {
    await server.close()
  }
})

async function start({ host, publishedHost, controllerPort, segmentStorePort }: ServerFlags): Promise<EmbeddedServer> {
  const { EmbeddedServer } = await import('@pravega-ts/embedded-server')
  try {
    return await EmbeddedServer.start({
      host,
      controllerPort,
      segmentStorePort,
      ...(publishedHost !== undefined && { publishedHost }),
    })
  } catch (error) {
    if (!PravegaError.is(error, 'CONNECTION_FAILED')) throw error
    throw new CliError(
      'CANNOT_LISTEN',
      EXIT.refused,
      `${error.message}.`,
      'Maybe a Pravega server runs here already. Other ports: --controller-port and --segment-store-port; 0 takes any free one.',
    )
  }
}
