import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { buildJavaReference } from '../java-build.ts'
import { ClientProgram } from './client-program.ts'

const RUST_PROJECT = fileURLToPath(new URL('../../reference/rust/', import.meta.url))
const RUST_BUILD = fileURLToPath(new URL('../../.reports/rust/', import.meta.url))

async function startRust(controllerUri: string): Promise<ClientProgram> {
  const env = { ...process.env, CARGO_TARGET_DIR: RUST_BUILD }
  const options = { cwd: RUST_PROJECT, env, maxBuffer: 64 * 1024 * 1024 }
  const program = join(RUST_BUILD, 'release', 'event-bench')
  if (!existsSync(program)) console.error('building the Rust reference: that takes minutes, once')
  await promisify(execFile)('cargo', ['build', '--release', '--quiet'], options)
  const { host } = new URL(controllerUri)
  return new ClientProgram('rust', program, [host])
}

/**
 * Pravega's own clients, built where their tools are there.
 *
 * @param tell - Gets a line about each that is left out
 */
export async function startReferences(
  controllerUri: string,
  tell: (line: string) => void,
): Promise<readonly ClientProgram[]> {
  const programs: ClientProgram[] = []
  const missing = (tool: string, argument: string): boolean => {
    const absent = spawnSync(tool, [argument], { stdio: 'ignore' }).status !== 0
    if (absent) tell(`${tool} is not on the PATH: its client DID NOT RUN`)
    return absent
  }
  if (!missing('java', '-version') && !missing('mvn', '-v')) {
    programs.push(new ClientProgram('java', 'java', ['-cp', await buildJavaReference(), 'EventBench', controllerUri]))
  }
  if (!missing('cargo', '--version')) programs.push(await startRust(controllerUri))
  return programs
}
