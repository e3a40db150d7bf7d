import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A real Pravega server that this process has started, or the reason why there is none. */
export type PravegaServer =
  | { readonly kind: 'running'; readonly controllerUri: string; stop(): void }
  | { readonly kind: 'absent'; readonly reason: string }

/** Every port of a standalone server, before the offset is added. */
const BASE_PORTS = [9090, 9091, 6000, 6061, 9999, 4000]
const CONTROLLER_PORT = 9090
const START_TIMEOUT_MS = 600_000
/** A standalone server keeps all data on its heap; the suite writes a few gigabytes. */
const SERVER_MEMORY = { PRAVEGA_XMX: '8g', PRAVEGA_CACHE_MB: '1024' }

const projectRoot = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..', '..')

/** Where the folder with the `start` and `stop` scripts may be: the environment decides, then the neighbours of the project. */
function launcherFolder(env: NodeJS.ProcessEnv): string | undefined {
  const told = env['PRAVEGA_SERVER_DIR']
  const candidates = told === undefined ? [join(projectRoot, '..', 'shared', 'pravega-server')] : [resolve(told)]
  return candidates.find(folder => existsSync(join(folder, 'start')) && existsSync(join(folder, 'stop')))
}

function isFree(port: number): Promise<boolean> {
  return new Promise(settle => {
    const probe = createServer()
    probe.once('error', () => settle(false))
    probe.listen({ port, host: '127.0.0.1' }, () => probe.close(() => settle(true)))
  })
}

async function freeOffset(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    // Below the range from which the system hands out ports to outgoing connections.
    const offset = 10_000 + Math.floor(Math.random() * 12_000)
    const free = await Promise.all(BASE_PORTS.map(port => isFree(port + offset)))
    if (free.every(Boolean)) return offset
  }
  throw new Error('no six free ports were found for a Pravega server')
}

/**
 * Starts a real Pravega server on free ports.
 *
 * `PRAVEGA_SERVER_DIR` names the folder with its `start` and `stop` scripts; without it `../shared/pravega-server` beside
 * the project is looked at. Java and Maven have to be on the PATH.
 *
 * @param flags - More for `start`, for instance `--tls`.
 * @returns `absent` with the reason where the scripts, Java or Maven are missing
 * @throws Error when all of that is there and the server does not come up: that is a failure, not a reason to skip
 */
export async function startPravegaServer(
  env: NodeJS.ProcessEnv = process.env,
  flags: readonly string[] = [],
): Promise<PravegaServer> {
  const folder = launcherFolder(env)
  if (folder === undefined) return { kind: 'absent', reason: 'no Pravega launcher was found (set PRAVEGA_SERVER_DIR)' }
  for (const [tool, argument] of [
    ['java', '-version'],
    ['mvn', '-v'],
  ] as const) {
    if (spawnSync(tool, [argument], { stdio: 'ignore' }).status !== 0) {
      return { kind: 'absent', reason: `${tool} is not on the PATH` }
    }
  }
  const offset = await freeOffset()
  const port = CONTROLLER_PORT + offset
  const serverEnv = { ...SERVER_MEMORY, ...env }
  const started = spawnSync(join(folder, 'start'), ['--detach', '--offset', String(offset), ...flags], {
    env: serverEnv,
    encoding: 'utf8',
    timeout: START_TIMEOUT_MS,
  })
  if (started.status !== 0) {
    throw new Error(
      `Pravega did not start (status ${started.status ?? started.signal}):\n${started.stdout}${started.stderr}`,
    )
  }
  return {
    kind: 'running',
    controllerUri: `${flags.includes('--tls') ? 'tls' : 'tcp'}://127.0.0.1:${port}`,
    stop: () => void spawnSync(join(folder, 'stop'), [String(port)], { env: serverEnv, stdio: 'ignore' }),
  }
}
