import { enableCompileCache } from 'node:module'
import { SyncLog } from './sync-log.ts'

/** What the process says when it is asked for it. */
export interface DataServerFigures {
  /** User and system time since it was asked last. */
  readonly cpu_s: number
  readonly rss_mb: number
  /** The highest value since the process was started. */
  readonly peak_rss_mb: number
  /** What was synced since it was asked last: file, bytes, group. */
  readonly batches: readonly (readonly [file: number, bytes: number, group: number])[]
}

// A server with its data on disk, in a process of its own. Argument: the options of the server, as JSON.
enableCompileCache()
const log = new SyncLog()
const { EmbeddedServer } = await import('@pravega-ts/embedded-server')
const server = await EmbeddedServer.start(JSON.parse(process.argv[2] ?? '{}'))
let cpu = process.cpuUsage()
process.send?.({ controllerUri: server.controllerUri })
process.on('message', () => {
  const { user, system } = process.cpuUsage(cpu)
  cpu = process.cpuUsage()
  const figures: DataServerFigures = {
    cpu_s: (user + system) / 1e6,
    rss_mb: process.memoryUsage.rss() / 1_048_576,
    peak_rss_mb: process.resourceUsage().maxRSS / 1024,
    batches: log.take().map(({ file, bytes, group }) => [file, bytes, group]),
  }
  process.send?.(figures)
})
process.on('disconnect', () => void server.close())
