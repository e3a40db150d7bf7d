import { execFile } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { DataServerFigures } from './data-server-process.ts'

const PROGRAM = fileURLToPath(new URL('./disk-program.js', import.meta.url))

/** Seconds that writing and syncing these batches takes where nothing else is done. */
export async function measureDisk(directory: string, batches: DataServerFigures['batches']): Promise<number> {
  const file = join(directory, `batches-${process.pid}.json`)
  await writeFile(file, JSON.stringify(batches))
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, directory, file])
    return Number(stdout)
  } finally {
    await rm(file)
  }
}
