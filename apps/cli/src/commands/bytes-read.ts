import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { connected, type Run } from '../command.ts'
import type { ConnectionFlags } from '../connection-flags.ts'
import { humanSize } from '../human.ts'
import { ProgressLine } from '../progress.ts'
import type { Position } from '../values/position.ts'
import { type ByteTarget, named, offsetOf } from './bytes.ts'

export interface ReadBytesFlags extends ConnectionFlags {
  readonly from: Position
  readonly count?: bigint
  readonly follow?: boolean
  readonly output?: string
}

/** What is there has to come; what is not written yet may take its time. */
const STALL_MS = 120_000

export const readBytes: Run<ReadBytesFlags, [ByteTarget]> = connected(
  async ({ cli, factory, output, call }, flags, target) => {
    const reader = await factory.createByteReader(target, call)
    const { startOffset: head, writeOffset: tail } = await factory.segmentStore.getInfo(reader.segment, call)
    const from = offsetOf(flags.from, head, tail)
    await reader.seek(from, call)

    const { signal } = cli
    const toFile = flags.output !== undefined && flags.output !== '-'
    const total = totalBytes(from, tail, flags)
    const timeoutMs = flags.follow === true ? undefined : (flags.timeout ?? STALL_MS)
    let bytes = 0n
    async function* data(): AsyncGenerator<Uint8Array> {
      using progress = new ProgressLine(cli.stderr, toFile && !output.json, 'read', total)
      if (total === 0n) return
      for await (const chunk of reader.chunks({ signal, timeoutMs })) {
        const left = total === undefined ? undefined : total - bytes
        const part = left !== undefined && BigInt(chunk.length) > left ? chunk.subarray(0, Number(left)) : chunk
        bytes += BigInt(part.length)
        progress.update(bytes)
        yield part
        if (bytes === total) return
      }
    }
    if (toFile) await pipeline(data, createWriteStream(flags.output), { signal })
    else await pipeline(data, cli.stdout, { signal, end: false })

    const value = { ...named(target), from, bytes }
    const text = `read ${humanSize(bytes)} of ${target}${toFile ? ` to ${flags.output}` : ''}`
    if (toFile) output.result({ ...value, file: flags.output }, text)
    else if (output.json) output.summary(value, text)
  },
)

/** Undefined: until the stream is sealed. */
function totalBytes(from: bigint, tail: bigint, { count, follow }: ReadBytesFlags): bigint | undefined {
  if (follow === true) return count
  const present = tail > from ? tail - from : 0n
  return count !== undefined && count < present ? count : present
}
