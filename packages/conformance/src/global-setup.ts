import type { TestProject } from 'vitest/node'
import { startPravegaServer } from './pravega-server.ts'

/**
 * Decides which engines this run covers and says so in one line.
 *
 * `PRAVEGA_CONFORMANCE_URI` points at a cluster that runs already; `PRAVEGA_ENGINES=embedded` leaves the real one out.
 */
export default async function setup(project: TestProject): Promise<() => void> {
  const { PRAVEGA_CONFORMANCE_URI: uri, PRAVEGA_ENGINES: engines } = process.env
  if (uri !== undefined) {
    project.provide('pravegaControllerUri', uri)
    console.log(`engines: embedded, pravega (${uri})`)
    return () => {}
  }
  if (engines === 'embedded') {
    project.provide('pravegaControllerUri', undefined)
    console.log('engines: embedded only; real Pravega left out because PRAVEGA_ENGINES=embedded')
    return () => {}
  }
  const server = await startPravegaServer()
  if (server.kind === 'absent') {
    project.provide('pravegaControllerUri', undefined)
    console.log(`engines: embedded only; REAL PRAVEGA DID NOT RUN: ${server.reason}`)
    return () => {}
  }
  project.provide('pravegaControllerUri', server.controllerUri)
  console.log(`engines: embedded, pravega (${server.controllerUri})`)
  return () => server.stop()
}
