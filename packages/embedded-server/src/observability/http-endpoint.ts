import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Logger } from '@pravega-ts/config'
import { PravegaError } from '@pravega-ts/model'
import type { Registry } from 'prom-client'
import { healthReport } from './health-report.ts'
import type { ServerView } from './server-view.ts'

/** Where metrics and health are told. */
export interface HttpOptions {
  /** Address to listen on. Default `127.0.0.1`. */
  readonly host?: string | undefined
  /** 0: any free port. */
  readonly port: number
}

/** The port for those who watch over the server. */
export interface HttpEndpoint {
  readonly host: string
  readonly port: number
  close(): Promise<void>
}

/** Those who watch are few. */
const MAX_CONNECTIONS = 256
/** A connection on which nothing happens for so long is closed, in milliseconds. */
const IDLE_MS = 30_000
const NEVER_MS = 0x7fff_ffff
const TEXT = 'text/plain; charset=utf-8'
const JSON_TYPE = 'application/json; charset=utf-8'

/**
 * Answers `GET /metrics`, `/health`, `/health/live` and `/health/ready`.
 * @throws PravegaError CONNECTION_FAILED when the port cannot be listened on.
 */
export async function openHttpEndpoint(options: HttpOptions, view: ServerView, logger: Logger): Promise<HttpEndpoint> {
  const { host = '127.0.0.1', port } = options
  let registry: Promise<Registry> | undefined
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD')
      send(response, 405, TEXT, 'GET or HEAD\n')
      return
    }
    switch (new URL(request.url ?? '/', 'http://localhost').pathname) {
      case '/metrics': {
        registry ??= loadRegistry(view)
        const { contentType, metrics } = await registry.then(async loaded => ({
          contentType: loaded.contentType,
          metrics: await loaded.metrics(),
        }))
        send(response, 200, contentType, metrics)
        return
      }
      case '/health':
      case '/health/ready': {
        const report = healthReport(view, Date.now())
        send(response, report.status === 'ok' ? 200 : 503, JSON_TYPE, `${JSON.stringify(report)}\n`)
        return
      }
      case '/health/live':
        send(response, 200, JSON_TYPE, `${JSON.stringify({ status: 'ok' })}\n`)
        return
      default:
        send(response, 404, TEXT, 'There are /metrics, /health, /health/live and /health/ready.\n')
    }
  }
  // The server's own check of slow connections is a timer that never rests.
  const server = createServer({ connectionsCheckingInterval: NEVER_MS }, (request, response) => {
    answer(request, response).catch((error: unknown) => {
      logger.error('a request of the HTTP port failed', { path: request.url, error })
      if (response.headersSent) response.destroy()
      else send(response, 500, TEXT, 'failed; the log says why\n')
    })
  })
  server.maxConnections = MAX_CONNECTIONS
  server.on('connection', socket => socket.setTimeout(IDLE_MS, () => socket.destroy()))
  const opened = await new Promise<number>((resolve, reject) => {
    const failed = (cause: Error): void => {
      const remedy = 'choose another port, or 0 for any'
      const problem = `cannot listen on ${host}:${port} for metrics and health: ${cause.message}; ${remedy}`
      reject(new PravegaError('CONNECTION_FAILED', problem, { cause, retriable: false }))
    }
    server.once('error', failed)
    server.listen(port, host, () => {
      server.off('error', failed)
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
  server.on('error', error => logger.error('the HTTP port failed', { error }))
  return {
    host,
    port: opened,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Loads what is only needed when somebody scrapes. */
async function loadRegistry(view: ServerView): Promise<Registry> {
  const [{ registryOf }, { serverMetrics }, { processMetrics }] = await Promise.all([
    import('./metric-registry.ts'),
    import('./server-metrics.ts'),
    import('./process-metrics.ts'),
  ])
  return registryOf([...serverMetrics(view), ...processMetrics()])
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}
