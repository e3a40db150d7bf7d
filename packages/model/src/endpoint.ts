import { isIPv6 } from 'node:net'
import { invalid } from './refuse.ts'

/** Where a server listens. An IPv6 address is kept without its brackets. */
export interface Endpoint {
  /** Host name or IP address. */
  readonly host: string
  /** 1 to 65535 */
  readonly port: number
}

const HOST = /^[A-Za-z0-9._-]+$/
const ENDPOINT = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d{1,5})$/
const EXAMPLE = 'Write it like "localhost:9090" or "[::1]:9090"'

/**
 * Reads `host:port`, with an IPv6 address in brackets.
 *
 * @throws PravegaError `INVALID_ARGUMENT`
 */
export function parseEndpoint(text: string): Endpoint {
  const [, address, host, digits] = ENDPOINT.exec(text) ?? []
  if (digits === undefined) throw invalid('endpoint', text, 'it does not have the form host:port', EXAMPLE)
  const port = Number(digits)
  if (port < 1 || port > 65_535) throw invalid('endpoint', text, 'its port is not from 1 to 65535', EXAMPLE)
  if (address !== undefined) {
    if (!isIPv6(address)) throw invalid('endpoint', text, 'what is in brackets is no IPv6 address', EXAMPLE)
    return { host: address, port }
  }
  if (host === undefined || !HOST.test(host)) throw invalid('endpoint', text, 'its host is no host name', EXAMPLE)
  return { host, port }
}

/** `host:port`, with an IPv6 address in brackets. */
export function formatEndpoint(endpoint: Endpoint): string {
  return endpoint.host.includes(':') ? `[${endpoint.host}]:${endpoint.port}` : `${endpoint.host}:${endpoint.port}`
}
