import { type ChildProcess, type StdioOptions, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { copyFile, mkdir, rename, rm } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PROJECT = fileURLToPath(new URL('../foreign/rust/', import.meta.url))
const BUILDS = fileURLToPath(new URL('../.reports/', import.meta.url))
const TARGET = join(BUILDS, 'foreign-rust')
const PROGRAM = `foreign-member${process.platform === 'win32' ? '.exe' : ''}`
const OUTPUT_KEPT = 8192
/** The tests that run meanwhile go first. */
const LOW_PRIORITY = 10

/** The Rust program, or why there is none though nothing is wrong with it. */
export type RustBuild =
  | { readonly kind: 'built'; readonly program: string }
  | { readonly kind: 'leftOut'; readonly reason: string }

type Environment = NodeJS.ProcessEnv

function cargoRuns(env: Environment): boolean {
  return spawnSync('cargo', ['--version'], { stdio: 'ignore', env }).status === 0
}

/**
 * What cargo is run with. One that rustup manages looks for its toolchains in the home directory; with another home they are still
 * where cargo is.
 */
function cargoEnvironment(): Environment | undefined {
  if (cargoRuns(process.env)) return process.env
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    if (!existsSync(join(folder, 'cargo'))) continue
    const env = { ...process.env, RUSTUP_HOME: join(dirname(dirname(folder)), '.rustup') }
    if (existsSync(env.RUSTUP_HOME) && cargoRuns(env)) return env
  }
  return undefined
}

/** What is missing to build a program with Pravega's Rust client, for the name of a skipped test; undefined: nothing. */
export function missingRustTool(): string | undefined {
  return cargoEnvironment() === undefined ? 'cargo' : undefined
}

/** Changes with every change of the program, so that a build of other sources is never run. */
function digest(): string {
  const hash = createHash('sha256')
  for (const file of globSync(['Cargo.toml', 'src/*.rs'], { cwd: PROJECT }).sort()) {
    hash.update(readFileSync(join(PROJECT, file)))
  }
  return hash.digest('hex').slice(0, 12)
}

function start(env: Environment, args: readonly string[]): ChildProcess {
  const stdio: StdioOptions = ['ignore', 'ignore', 'pipe']
  const options = { cwd: PROJECT, env: { ...env, CARGO_TARGET_DIR: TARGET }, stdio }
  if (process.platform === 'win32') return spawn('cargo', args, options)
  // A group of its own, which ends with its compilers.
  return spawn('nice', ['-n', String(LOW_PRIORITY), 'cargo', ...args], { ...options, detached: true })
}

function end(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGTERM')
  } catch {
    // It has ended by itself.
  }
}

/** Runs cargo. Resolves to what it has to say of a failure; undefined: it did what it was to do. */
async function cargo(env: Environment, args: readonly string[], signal: AbortSignal): Promise<string | undefined> {
  signal.throwIfAborted()
  const child = start(env, args)
  const stop = (): void => end(child)
  signal.addEventListener('abort', stop)
  process.on('exit', stop)
  let output = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-OUTPUT_KEPT)
  })
  try {
    const [code] = await once(child, 'close')
    signal.throwIfAborted()
    return code === 0 ? undefined : output
  } finally {
    signal.removeEventListener('abort', stop)
    process.off('exit', stop)
  }
}

/**
 * Builds the Rust program once; whoever else builds it at that moment is waited for. Cargo fetches Pravega's client, which takes about
 * four minutes of one processor to compile.
 *
 * @param limitMs - After so many milliseconds it is left out. What was compiled until then stays for the next time.
 * @returns `leftOut` also when the crates cannot be fetched
 * @throws Error when the program does not compile
 */
export async function buildForeignRust(limitMs: number): Promise<RustBuild> {
  const program = join(BUILDS, `foreign-rust-${digest()}`, PROGRAM)
  if (existsSync(program)) return { kind: 'built', program }
  const env = cargoEnvironment()
  if (env === undefined) return { kind: 'leftOut', reason: 'cargo is not on the PATH' }
  const limit = AbortSignal.timeout(limitMs)
  try {
    const notFetched = await cargo(env, ['fetch'], limit)
    if (notFetched !== undefined)
      return { kind: 'leftOut', reason: `its crates cannot be fetched: ${notFetched.trim()}` }
    const failure = await cargo(env, ['build', '--quiet'], limit)
    if (failure !== undefined) throw new Error(`the Rust program does not compile:\n${failure}`)
  } catch (error) {
    if (!limit.aborted) throw error
    return { kind: 'leftOut', reason: `it was not built after ${Math.round(limitMs / 1000)} s` }
  }
  await mkdir(dirname(program), { recursive: true })
  const copy = `${program}-${process.pid}`
  await copyFile(join(TARGET, 'debug', PROGRAM), copy)
  await rename(copy, program)
  for (const old of globSync('foreign-rust-*', { cwd: BUILDS })) {
    if (join(BUILDS, old) !== dirname(program)) await rm(join(BUILDS, old), { recursive: true, force: true })
  }
  return { kind: 'built', program }
}
