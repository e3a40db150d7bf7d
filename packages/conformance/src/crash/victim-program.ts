import { EmbeddedServer, type EmbeddedServerOptions } from '@pravega-ts/embedded-server'
import type { VictimReady, VictimSettings } from './process-victim.ts'

// The server of a crash run. Ends with the process that started it, or is killed.
const settings: VictimSettings = JSON.parse(process.argv[2] ?? '{}')
const { directory, controllerPort, segmentStorePort } = settings
const options = { data: { directory }, controllerPort, segmentStorePort }
const server = await EmbeddedServer.start(options as EmbeddedServerOptions)
const ready: VictimReady = {
  controllerUri: server.controllerUri,
  controllerPort: server.controllerEndpoint.port,
  segmentStorePort: server.segmentStoreEndpoint.port,
  recovery: '',
}
process.send?.(ready)
process.on('disconnect', () => void server.close())
