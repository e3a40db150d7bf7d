import { type Endpoint, formatEndpoint, parseEndpoint } from '@pravega-ts/model'
import { invalidConfig, invalidSecret } from './invalid-config.ts'

/** Where the controllers are. */
export interface ControllerUri {
  /** `true`: the endpoints are asked for the list of all controllers. `false`: they are the list. */
  readonly discovery: boolean
  /** Whether the scheme means TLS. */
  readonly tls: boolean
  /** At least one. */
  readonly endpoints: readonly Endpoint[]
}

const SCHEMES: ReadonlyMap<string, { readonly discovery: boolean; readonly tls: boolean }> = new Map([
  ['tcp', { discovery: false, tls: false }],
  ['tls', { discovery: false, tls: true }],
  ['ssl', { discovery: false, tls: true }],
  ['tcps', { discovery: false, tls: true }],
  ['pravega', { discovery: true, tls: false }],
  ['pravegas', { discovery: true, tls: true }],
])

const URI = /^(?:([A-Za-z][A-Za-z0-9+.-]*):\/\/)?([^/?#]*)\/?$/
const ALLOWED =
  'scheme://host:port[,host:port...] with scheme tcp, tls, ssl, tcps, pravega or pravegas, for instance "tcp://localhost:9090"; without scheme it is tcp'

/**
 * Reads a controller URI.
 *
 * - `tcp://a:9090,b:9090` a fixed list of controllers, plaintext
 * - `tls://`, `ssl://`, `tcps://` the same with TLS
 * - `pravega://` the endpoints are asked for the list of all controllers, plaintext
 * - `pravegas://` the same with TLS
 * - `a:9090` without scheme is `tcp`
 *
 * An IPv6 address is written in brackets.
 *
 * @param setting - How an error names the place where the text came from.
 * @throws PravegaError `INVALID_CONFIG`
 */
export function parseControllerUri(text: string, setting: string = 'option "controllerUri"'): ControllerUri {
  if (text.includes('@')) {
    throw invalidSecret(setting, `${ALLOWED}; user and password go into the option "credentials"`)
  }
  const [, name = 'tcp', authority] = URI.exec(text.trim()) ?? []
  const scheme = SCHEMES.get(name.toLowerCase())
  if (scheme === undefined || authority === undefined) throw invalidConfig(setting, text, ALLOWED)
  const endpoints = authority.split(',').map(part => {
    try {
      return Object.freeze(parseEndpoint(part.trim()))
    } catch (cause) {
      throw invalidConfig(setting, text, ALLOWED, cause)
    }
  })
  return Object.freeze({ ...scheme, endpoints: Object.freeze(endpoints) })
}

/** The URI as text, with scheme `tcp`, `tls`, `pravega` or `pravegas`. */
export function formatControllerUri(uri: ControllerUri): string {
  const scheme = uri.discovery ? (uri.tls ? 'pravegas' : 'pravega') : uri.tls ? 'tls' : 'tcp'
  return `${scheme}://${uri.endpoints.map(formatEndpoint).join(',')}`
}
