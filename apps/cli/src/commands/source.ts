import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { addAbortSignal, type Readable } from 'node:stream'
import type { Session } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { CliError } from '../failure.ts'

const CHUNK_BYTES = 1024 * 1024

/** What a command sends. */
export interface Source {
  readonly data: Readable
  /** Undefined: nobody knows where a pipe ends. */
  readonly size: bigint | undefined
}

/**
 * Before anything is made on the server, so that a file that cannot be read leaves nothing behind.
 *
 * @param forFolders - A command line that sends a folder.
 */
export async function openSource(
  { cli, output }: Session,
  file: string,
  forFolders: (folder: string) => string,
): Promise<Source> {
  if (file === '-') {
    if (cli.stdin.isTTY) output.note('reading from the terminal; Ctrl-D ends it')
    return { data: addAbortSignal(cli.signal, cli.stdin), size: undefined }
  }
  const handle: FileHandle = await open(file)
  const stats = await handle.stat({ bigint: true })
  if (stats.isDirectory()) {
    await handle.close()
    throw new CliError('USAGE', EXIT.usage, `${file} is a folder; \`${forFolders(file)}\` sends one.`)
  }
  const data = createReadStream(file, { fd: handle, highWaterMark: CHUNK_BYTES })
  return { data: addAbortSignal(cli.signal, data), size: stats.isFile() ? stats.size : undefined }
}
