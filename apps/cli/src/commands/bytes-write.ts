import type { ByteWriter } from '@pravega-ts/client'
import { ScopedStream } from '@pravega-ts/model'
import { connected, type Run, type Session } from '../command.ts'
import type { ConnectionFlags } from '../connection-flags.ts'
import { EXIT } from '../exit-codes.ts'
import { CliError } from '../failure.ts'
import { humanSize } from '../human.ts'
import { ProgressLine } from '../progress.ts'
import { type ByteTarget, named } from './bytes.ts'
import { openSource } from './source.ts'
import { createWithScope } from './stream.ts'

export interface WriteBytesFlags extends ConnectionFlags {
  readonly create?: boolean
  readonly shared?: boolean
  readonly at?: bigint
  readonly seal?: boolean
}

const LAST_FLUSH_MS = 5_000

export const writeBytes: Run<WriteBytesFlags, [ByteTarget, string]> = connected(
  async (session, flags, target, file) => {
    const { cli, factory, output, call } = session
    const { shared = false, at, seal = false } = flags
    if (shared && at !== undefined) {
      throw usage('--at is a condition on the offset, and --shared says that there is none.')
    }
    const source = await openSource(session, file, folder => `tar c ${folder} | pravega bytes write ...`)
    if (flags.create === true) await createTarget(session, target)
    const writer = await factory.createByteWriter(target, { ...call, shared, offset: at })
    const started = performance.now()
    let bytes = 0n
    try {
      using progress = new ProgressLine(cli.stderr, !output.json, 'written', source.size)
      for await (const chunk of source.data as AsyncIterable<Uint8Array>) {
        // A chunk of a Node stream is nobody else's.
        await writer.write(chunk, { ...call, owned: true })
        bytes += BigInt(chunk.length)
        progress.update(bytes)
      }
      await writer.flush(call)
      if (seal) await writer.seal(call)
    } catch (error) {
      throw cli.interruption === undefined ? error : await stopped(writer, target)
    } finally {
      source.data.destroy()
    }
    const ms = Math.round(performance.now() - started)
    output.result(
      { ...named(target), bytes, tail: writer.currentOffset, sealed: seal, ms },
      `wrote ${humanSize(bytes)} to ${target} in ${(ms / 1000).toFixed(1)} s${seal ? ', and sealed it' : ''}`,
    )
  },
)

/** What was taken on is finished; a second Ctrl-C does not wait for that. */
async function stopped(writer: ByteWriter, target: ByteTarget): Promise<CliError> {
  const flushed = await writer.flush({ timeoutMs: LAST_FLUSH_MS }).then(
    () => true,
    () => false,
  )
  const outcome = flushed
    ? `what was sent before is in ${target}, which ends at offset ${writer.currentOffset}.`
    : `part of what was sent may not be in ${target}; see \`pravega bytes info\`.`
  return new CliError('ABORTED', EXIT.interrupted, `stopped; ${outcome}`)
}

async function createTarget({ manager, call }: Session, target: ByteTarget): Promise<void> {
  if (!(target instanceof ScopedStream)) throw usage('--create makes streams; give scope/stream and not a segment.')
  await createWithScope(manager, target, () => manager.createStream(target, {}, call), call)
}

function usage(message: string): CliError {
  return new CliError('USAGE', EXIT.usage, message)
}
