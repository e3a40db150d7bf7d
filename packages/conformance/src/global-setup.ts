import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startPravegaServer } from './pravega-server.ts'

interface Engines {
  readonly controllerUri: string | undefined
  /** The one line that says which engines a run covers. */
  readonly line: string
  readonly stop: () => void
}

/**
 * Decides which engines this run covers and says so in one line, which is left in `.reports/engines.txt` too.
 *
 * `PRAVEGA_CONFORMANCE_URI` points at a cluster that runs already; `PRAVEGA_ENGINES=embedded` leaves the real one out.
 */
export default async function setup(project: TestProject): Promise<() => void> {
  const { controllerUri, line, stop } = await chooseEngines(process.env)
  project.provide('pravegaControllerUri', controllerUri)
  console.log(line)
  mkdirSync('.reports', { recursive: true })
  writeFileSync(join('.reports', 'engines.txt'), `${line}\n`)
  return stop
}

async function chooseEngines(env: NodeJS.ProcessEnv): Promise<Engines> {
  const { PRAVEGA_CONFORMANCE_URI: given, PRAVEGA_ENGINES: wanted } = env
  const nothing = (): void => {}
  if (given !== undefined) return { controllerUri: given, line: `engines: embedded, pravega (${given})`, stop: nothing }
  if (wanted === 'embedded') {
    const line = 'engines: embedded only; real Pravega left out because PRAVEGA_ENGINES=embedded'
    return { controllerUri: undefined, line, stop: nothing }
  }
  const server = await startPravegaServer(env)
  if (server.kind === 'absent') {
    const line = `engines: embedded only; REAL PRAVEGA DID NOT RUN: ${server.reason}`
    return { controllerUri: undefined, line, stop: nothing }
  }
  const { controllerUri } = server
  return { controllerUri, line: `engines: embedded, pravega (${controllerUri})`, stop: () => server.stop() }
}
