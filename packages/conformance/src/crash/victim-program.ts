import { silentLogger } from '@pravega-ts/config'
import { EmbeddedServer } from '@pravega-ts/embedded-server'
import type { VictimReady, VictimSettings } from './process-victim.ts'

// The server of a crash run. Ends with the process that started it, or is killed.
const settings: VictimSettings = JSON.parse(process.argv[2] ?? '{}')
const { directory, controllerPort, segmentStorePort, fileBytes, sync, isVerbose } = settings
const data = { directory, fileBytes, sync }
const tell = (message: string, { cause }: Readonly<Record<string, unknown>> = {}): void => {
  console.log(`  server: ${message}${cause === undefined ? '' : `: ${cause}`}`)
}
const logger = isVerbose ? { ...silentLogger, warn: tell, error: tell } : silentLogger
const server = await EmbeddedServer.start({ data, controllerPort, segmentStorePort, logger })
const ready: VictimReady = {
  controllerUri: server.controllerUri,
  controllerPort: server.controllerEndpoint.port,
  segmentStorePort: server.segmentStoreEndpoint.port,
  recovery: recoveryText(server.recovery),
}
process.send?.(ready)
process.on('disconnect', () => void server.close())

function recoveryText(report: EmbeddedServer['recovery']): string {
  if (report === undefined) return 'none'
  const { durationMs, segments, tables, scannedBytes, cuts, removedFiles } = report
  const cut = cuts.map(({ segment, bytes, lost }) => `${bytes} bytes of ${segment} cut${lost ? ' (LOST)' : ''}`)
  const found = `${segments} segments, ${tables} tables, ${scannedBytes} bytes looked through in ${durationMs} ms`
  const removed = removedFiles.length > 0 ? [`${removedFiles.length} files removed that belonged to nothing`] : []
  return [found, ...cut, ...removed].join(', ')
}
