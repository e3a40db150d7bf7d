import { readdirSync } from 'node:fs'
import { identity } from '../../../../tools/testing/certificates.ts'
import { EmbeddedServer, TestClock } from '../../src/index.ts'

/** What the process of the server is asked. */
export type Question = 'measure' | 'wait'

/** What it answers. */
export interface Answer {
  readonly controllerPort: number
  readonly segmentStorePort: number
  readonly cert: string | undefined
  readonly rssMiB: number
  readonly fileDescriptors: number
}

const clock = new TestClock()
const tls = process.argv.includes('--tls') ? await identity(['localhost', '127.0.0.1']) : undefined
const server = await EmbeddedServer.start({ clock, tls })

function answer(): Answer {
  for (let turn = 0; turn < 3; turn++) globalThis.gc?.()
  return {
    controllerPort: server.controllerEndpoint.port,
    segmentStorePort: server.segmentStoreEndpoint.port,
    cert: tls?.cert,
    rssMiB: Math.round(process.memoryUsage.rss() / 1024 / 1024),
    fileDescriptors: process.platform === 'linux' ? readdirSync('/proc/self/fd').length : -1,
  }
}

process.on('message', (question: Question) => {
  if (question === 'wait') clock.advance(30_000)
  process.send?.(answer())
})
process.on('disconnect', () => process.exit())
process.send?.(answer())
