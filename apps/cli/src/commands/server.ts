import { once } from 'node:events'
import { resolve } from 'node:path'
import type { EmbeddedServer, EmbeddedServerOptions } from '@pravega-ts/embedded-server'
import { formatEndpoint, PravegaError } from '@pravega-ts/model'
import { local, type Run } from '../command.ts'
import type { OutputFlags } from '../connection-flags.ts'
import { EXIT } from '../exit-codes.ts'
import { CliError } from '../failure.ts'
import { count, humanSize } from '../human.ts'
import { type LogLevel, serverLog } from '../server-log.ts'
import type { SyncPolicyFlag } from '../values/sync-policy.ts'
import { autoScalingOf, type ScalingFlags } from './scaling-settings.ts'

export interface ServerFlags extends OutputFlags, ScalingFlags {
  readonly host: string
  readonly publishedHost?: string
  readonly controllerPort: number
  readonly segmentStorePort: number
  readonly data?: string
  readonly sync?: SyncPolicyFlag
  readonly fileSize?: bigint
  readonly cache?: bigint
  readonly accounts?: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly httpHost?: string
  readonly httpPort?: number
  readonly logLevel: LogLevel
}

// gRPC has a log of its own on standard error, and says there what the failure says already.
process.env['GRPC_VERBOSITY'] ??= 'NONE'

/** Runs until Ctrl-C or SIGTERM, which is how it is meant to end: the exit code is 0. */
export const runServer: Run<ServerFlags, []> = local(async (cli, output, flags) => {
  const server = await start(optionsOf(flags, cli.stderr))
  try {
    const { controllerUri, httpEndpoint, recovery } = server
    const http = httpEndpoint === undefined ? undefined : `http://${formatEndpoint(httpEndpoint)}`
    const segmentStore = formatEndpoint(server.segmentStoreEndpoint)
    const data = flags.data === undefined ? undefined : resolve(flags.data)
    output.result(
      {
        controllerUri,
        segmentStore,
        ...(http !== undefined && { http }),
        ...(data !== undefined && { data: { directory: data, recovery } }),
      },
      `Pravega (embedded, ${data === undefined ? 'in memory' : `data in ${data}`}) is ready at ${controllerUri}, segment store at ${segmentStore}`,
    )
    if (recovery !== undefined) output.note(recoveryText(recovery))
    if (http !== undefined) output.note(`Metrics at ${http}/metrics, health at ${http}/health.`)
    output.note(data === undefined ? 'Ctrl-C ends it; its data goes with it.' : 'Ctrl-C ends it; its data stays.')
    if (!cli.signal.aborted) await once(cli.signal, 'abort')
  } finally {
    await server.close()
  }
})

/** @throws CliError for flags that do not go together */
function optionsOf(flags: ServerFlags, stderr: NodeJS.WriteStream): EmbeddedServerOptions {
  const { host, publishedHost, controllerPort, segmentStorePort, accounts, tlsCert, tlsKey, httpHost, httpPort } = flags
  if ((tlsCert === undefined) !== (tlsKey === undefined)) throw usage('--tls-cert and --tls-key belong together.')
  if (httpHost !== undefined && httpPort === undefined)
    throw usage('--http-host says where --http-port is: give that, too.')
  const data = dataOf(flags)
  return {
    host,
    controllerPort,
    segmentStorePort,
    autoScaling: autoScalingOf(flags),
    logger: serverLog(stderr, flags.logLevel),
    ...(publishedHost !== undefined && { publishedHost }),
    ...(data !== undefined && { data }),
    ...(accounts !== undefined && { accounts: { file: accounts } }),
    ...(httpPort !== undefined && { http: { host: httpHost ?? host, port: httpPort } }),
    ...(tlsCert !== undefined && tlsKey !== undefined && { tls: { certFile: tlsCert, keyFile: tlsKey } }),
  }
}

function dataOf({ data, sync, fileSize, cache }: ServerFlags): EmbeddedServerOptions['data'] {
  if (data === undefined) {
    if (sync !== undefined || fileSize !== undefined || cache !== undefined) {
      throw usage('--sync, --file-size and --cache say how data are kept in a directory: give one with --data.')
    }
    return undefined
  }
  return {
    directory: data,
    ...(sync !== undefined && { sync }),
    ...(fileSize !== undefined && { fileBytes: Number(fileSize) }),
    ...(cache !== undefined && { cacheBytes: Number(cache) }),
  }
}

function usage(message: string): CliError {
  return new CliError('USAGE', EXIT.usage, message, 'See `pravega server --help`.')
}

function recoveryText({
  segments,
  tables,
  durationMs,
  scannedBytes,
  cuts,
  removedFiles,
}: NonNullable<EmbeddedServer['recovery']>): string {
  const found = `Opened ${count(segments, 'segment')} and ${count(tables, 'table')} in ${durationMs} ms`
  const did = [
    ...(scannedBytes > 0 ? [`${humanSize(scannedBytes)} looked through`] : []),
    ...(cuts.length > 0 ? [`${count(cuts.length, 'unfinished write')} cut off`] : []),
    ...(removedFiles.length > 0 ? [`${count(removedFiles.length, 'file')} that belonged to nothing removed`] : []),
  ]
  return did.length === 0 ? `${found}.` : `${found}: ${did.join(', ')}.`
}

async function start(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const { EmbeddedServer } = await import('@pravega-ts/embedded-server')
  try {
    return await EmbeddedServer.start(options)
  } catch (error) {
    throw PravegaError.is(error) ? explained(error) : error
  }
}

function explained(error: PravegaError): Error {
  switch (error.code) {
    case 'CONNECTION_FAILED':
      return new CliError(
        'CANNOT_LISTEN',
        EXIT.refused,
        `${error.message}.`,
        'Maybe a Pravega server runs here already. Other ports: --controller-port, --segment-store-port and --http-port; 0 takes any free one.',
      )
    case 'DATA_DIRECTORY_IN_USE':
      return new CliError(
        error.code,
        EXIT.refused,
        `${error.message}.`,
        'Another server works on these data. End that one, or give this one a directory of its own with --data.',
      )
    // Of the data, not of a peer.
    case 'VERSION_MISMATCH':
      return new CliError(error.code, EXIT.refused, `${error.message}.`)
    default:
      return error
  }
}
