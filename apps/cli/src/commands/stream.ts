import type { StreamManager } from '@pravega-ts/client'
import { type CallOptions, PravegaError, type ScopedStream, streamConfiguration } from '@pravega-ts/model'
import { connected, type Run } from '../command.ts'
import type { ConnectionFlags } from '../connection-flags.ts'
import { EXIT } from '../exit-codes.ts'
import { CliError } from '../failure.ts'
import { changesFrom, type PolicyFlags, retentionText, scalingText } from './policies.ts'

export interface CreateStreamFlags extends ConnectionFlags, PolicyFlags {
  readonly createScope?: boolean
  readonly ifAbsent?: boolean
}

export interface ListStreamsFlags extends ConnectionFlags {
  readonly tag?: string
  readonly internal?: boolean
}

export interface UpdateStreamFlags extends ConnectionFlags, PolicyFlags {
  readonly keepAll?: boolean
  readonly replace?: boolean
}

export interface DeleteStreamFlags extends ConnectionFlags {
  readonly seal?: boolean
  readonly ifExists?: boolean
}

export const createStream: Run<CreateStreamFlags, [ScopedStream]> = connected(
  async ({ manager, output, call }, flags, stream) => {
    const { retention, ...settings } = changesFrom(flags)
    const configuration = streamConfiguration({ ...settings, retention: retention ?? undefined })
    const create = (): Promise<boolean> => manager.createStream(stream, configuration, call)
    const created = flags.createScope === true ? await createWithScope(manager, stream, create, call) : await create()
    if (!created && flags.ifAbsent !== true) {
      throw new CliError(
        'ALREADY_EXISTS',
        EXIT.refused,
        `stream ${stream} exists already.`,
        'Use --if-absent if that is fine, or change it with `pravega stream update`.',
      )
    }
    output.result(
      { scope: stream.scope, stream: stream.stream, created },
      created
        ? `created stream ${stream} (scaling ${scalingText(configuration.scaling)}; ${retentionText(configuration.retention)})`
        : `stream ${stream} was there already, and stays as it is`,
    )
  },
)

/** The stream first: whoever may make streams in a scope need not be allowed to make scopes. */
export async function createWithScope(
  manager: StreamManager,
  stream: ScopedStream,
  create: () => Promise<boolean>,
  call: CallOptions,
): Promise<boolean> {
  try {
    return await create()
  } catch (error) {
    if (!PravegaError.is(error, 'SCOPE_NOT_FOUND')) throw error
  }
  await manager.createScope(stream.scope, call)
  return create()
}

export const listStreams: Run<ListStreamsFlags, [string]> = connected(
  async ({ manager, output, call }, flags, scope) => {
    const options = { ...call, includeInternal: flags.internal }
    const streams =
      flags.tag === undefined
        ? manager.listStreams(scope, options)
        : manager.listStreamsByTag(scope, flags.tag, options)
    for await (const stream of streams) output.result({ scope, stream: stream.stream }, stream.toString())
  },
)

export const updateStream: Run<UpdateStreamFlags, [ScopedStream]> = connected(
  async ({ manager, output, call }, flags, stream) => {
    const present = flags.replace === true ? undefined : await manager.getConfiguration(stream, call)
    const { retention, ...settings } = changesFrom(flags, present)
    if (flags.keepAll === true && retention !== undefined) {
      throw new CliError('USAGE', EXIT.usage, '--keep-all and a retention exclude each other; give one of them.')
    }
    const changes = { ...settings, retention: flags.keepAll === true ? null : retention }
    if (flags.replace !== true && Object.values(changes).every(change => change === undefined)) {
      throw new CliError('USAGE', EXIT.usage, 'there is nothing to change; name at least one setting.')
    }
    const now =
      flags.replace === true
        ? await manager.replaceConfiguration(stream, { ...settings, retention: retention ?? undefined }, call)
        : await manager.updateStream(stream, changes, call)
    output.result(
      { scope: stream.scope, stream: stream.stream, configuration: now },
      `updated stream ${stream} (scaling ${scalingText(now.scaling)}; ${retentionText(now.retention)})`,
    )
  },
)

export const sealStream: Run<ConnectionFlags, [ScopedStream]> = connected(
  async ({ manager, output, call }, _, stream) => {
    await manager.sealStream(stream, call)
    output.result({ scope: stream.scope, stream: stream.stream, sealed: true }, `sealed stream ${stream}`)
  },
)

export const deleteStream: Run<DeleteStreamFlags, [ScopedStream]> = connected(
  async ({ manager, output, call }, flags, stream) => {
    const deleted = await manager.deleteStream(stream, { ...call, seal: flags.seal })
    if (!deleted && flags.ifExists !== true) {
      throw new CliError(
        'STREAM_NOT_FOUND',
        EXIT.notFound,
        `there is no stream ${stream}.`,
        'Use --if-exists if that is fine.',
      )
    }
    output.result(
      { scope: stream.scope, stream: stream.stream, deleted },
      deleted ? `deleted stream ${stream}` : `there was no stream ${stream}`,
    )
  },
)

export const streamExists: Run<ConnectionFlags, [ScopedStream]> = connected(
  async ({ cli, manager, output, call }, _, stream) => {
    const exists = await manager.streamExists(stream, call)
    output.result(
      { scope: stream.scope, stream: stream.stream, exists },
      exists ? `stream ${stream} exists` : `there is no stream ${stream}`,
    )
    if (!exists) cli.process.exitCode = EXIT.notFound
  },
)
