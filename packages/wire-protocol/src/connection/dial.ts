import { connect, type OnReadOpts, type Socket } from 'node:net'
import { type ConnectionOptions as TlsConnectionOptions, connect as tlsConnect } from 'node:tls'
import type { Endpoint } from '@pravega-ts/model'

export interface DialOptions {
  /** Present for a connection with TLS. */
  readonly tls?: TlsConnectionOptions | undefined
  /** When the connection will be given up. A dialer need not mind it. */
  readonly connectTimeoutMs: number
  /**
   * To be passed to the socket: data are then read straight into the memory of their frame. A dialer may leave it out;
   * the data events of the socket are used then.
   */
  readonly onread?: OnReadOpts | undefined
}

/**
 * Makes the socket of a connection, still connecting or already connected. Replace it to go through a proxy, to a unix
 * socket, or to break connections in tests. With `options.tls` it has to be a TLS socket.
 */
export type Dial = (endpoint: Endpoint, options: DialOptions) => Socket

/** The default: TCP or TLS to the endpoint, without Nagle's delay. */
export const dialTcp: Dial = ({ host, port }, { tls, onread }) => {
  const onreadOption = onread && { onread }
  return tls === undefined
    ? connect({ host, port, noDelay: true, ...onreadOption })
    : tlsConnect({ ...tls, host, port, noDelay: true, ...onreadOption } as TlsConnectionOptions)
}
