import { join } from 'node:path'
import type { EmbeddedServerOptions } from './embedded-server-options.ts'
import type { DataDirectoryServices } from './storage/disk/data-directory.ts'
import { nodeFileSystem } from './storage/disk/files/data-file-system.ts'

const PROBE_BYTES = 1024 * 1024

/**
 * Writes a megabyte to the data directory, and takes it away again: opening the directory takes much more than that, and would fail half-way.
 * @throws what the file system says while there is no room, or writing does not work
 */
export async function probeDirectory(
  { data }: EmbeddedServerOptions,
  { fileSystem = nodeFileSystem }: DataDirectoryServices,
): Promise<void> {
  if (data === undefined) return
  const path = join(typeof data === 'string' ? data : data.directory, 'probe')
  const file = await fileSystem.open(path, 'create')
  try {
    // Not zeros, which some file systems do not store.
    const bytes = Buffer.alloc(PROBE_BYTES, 'probe')
    for (let written = 0; written < PROBE_BYTES; ) written += await file.writev([bytes.subarray(written)], written)
    await file.fdatasync()
  } finally {
    await file.close()
    await fileSystem.unlink(path)
  }
}
