import { isIP } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { inspect } from 'node:util'
import { contradiction } from './invalid-config.ts'
import { checkClientCertificate, readCertificates, readPem } from './pem.ts'

/** How connections are secured. PEM texts are read and checked. */
export interface TlsConfig {
  /** TLS to the controllers. */
  readonly controller: boolean
  /** TLS to the segment stores. */
  readonly segmentStore: boolean
  /** Certificates that are trusted instead of those that Node brings, one PEM text each. */
  readonly ca?: readonly string[] | undefined
  /** PEM certificate (with its chain) that the client shows. */
  readonly cert?: string | undefined
  /** PEM private key of `cert`. */
  readonly key?: string | undefined
  /** For an encrypted `key`. */
  readonly passphrase?: string | undefined
  /** Whether the certificate of a segment store must name the host. The controller's always must. */
  readonly validateHostName: boolean
}

/** How connections should be secured. */
export interface TlsOptions {
  /** Default: as the scheme of the controller URI says. `false` with a scheme that means TLS is refused. */
  readonly controller?: boolean | undefined
  /** Default: as the scheme of the controller URI says. */
  readonly segmentStore?: boolean | undefined
  /**
   * Trusted certificates: PEM texts, paths of PEM files, paths of folders with PEM files, or several of them.
   * Default: the file or folder in `pravega_client_tls_cert_path`, else what Node trusts.
   */
  readonly ca?: string | readonly string[] | undefined
  /** PEM certificate (with its chain) that the client shows, or the path of one. Default: none. */
  readonly cert?: string | undefined
  /** PEM private key of `cert`, or the path of one. */
  readonly key?: string | undefined
  /** For an encrypted `key`. */
  readonly passphrase?: string | undefined
  /** Whether the certificate of a segment store must name the host. The controller's always must. Default `true`. */
  readonly validateHostName?: boolean | undefined
}

/** Where certificates come from when the options do not say it. */
export interface DefaultTrust {
  readonly path: string
  readonly setting: string
}

/**
 * @param schemeTls - What the scheme of the controller URI says.
 * @param schemeGiven - Text of that URI, for errors.
 */
export function resolveTls(
  options: TlsOptions,
  schemeTls: boolean,
  schemeGiven: string,
  trust: DefaultTrust | undefined,
): TlsConfig {
  const { controller = schemeTls, segmentStore = schemeTls, validateHostName = true, passphrase } = options
  if (schemeTls && !controller) {
    throw contradiction(
      'option "tls.controller"',
      `it is false, but ${schemeGiven} asks for TLS; use tcp:// or pravega://`,
    )
  }
  const on = controller || segmentStore
  if (!on) {
    const idle = (['ca', 'cert', 'key', 'passphrase'] as const).find(name => options[name] !== undefined)
    const useless = idle ?? (validateHostName ? undefined : 'validateHostName')
    if (useless !== undefined) {
      throw contradiction(`option "tls.${useless}"`, `${schemeGiven} does not use TLS; use tls:// or pravegas://`)
    }
    return protect({ controller, segmentStore, validateHostName })
  }
  if ((options.cert === undefined) !== (options.key === undefined)) {
    throw contradiction('option "tls.cert"', '"tls.cert" and "tls.key" are given together or not at all')
  }
  if (passphrase !== undefined && options.key === undefined) {
    throw contradiction('option "tls.passphrase"', 'there is no "tls.key" that it belongs to')
  }
  const cert = options.cert === undefined ? undefined : readPem(options.cert, 'option "tls.cert"')
  const key = options.key === undefined ? undefined : readPem(options.key, 'option "tls.key"')
  if (cert !== undefined && key !== undefined) checkClientCertificate(cert, key, passphrase)
  const ca =
    options.ca !== undefined
      ? readCertificates(typeof options.ca === 'string' ? [options.ca] : options.ca, 'option "tls.ca"')
      : trust && readCertificates([trust.path], trust.setting)
  return protect({
    controller,
    segmentStore,
    validateHostName,
    ...(ca && { ca: Object.freeze(ca) }),
    ...(cert !== undefined && key !== undefined && { cert, key }),
    ...(passphrase !== undefined && { passphrase }),
  })
}

/**
 * What `node:tls` needs to connect to a segment store.
 *
 * @param host - Host name or IP address of the segment store, which its certificate must name.
 */
export function tlsConnectionOptions(tls: TlsConfig, host: string): ConnectionOptions {
  return {
    minVersion: 'TLSv1.2',
    host,
    // TLS knows no server name that is an address; Node then compares the address with the certificate.
    ...(isIP(host) === 0 && { servername: host }),
    ...(tls.ca && { ca: [...tls.ca] }),
    ...(tls.cert !== undefined && { cert: tls.cert }),
    ...(tls.key !== undefined && { key: tls.key }),
    ...(tls.passphrase !== undefined && { passphrase: tls.passphrase }),
    ...(!tls.validateHostName && { checkServerIdentity: () => undefined }),
  }
}

/** Freezes, and keeps key and passphrase out of what `console.log` and `JSON.stringify` show. */
function protect(tls: TlsConfig): TlsConfig {
  const shown = (): object => ({
    ...tls,
    ...(tls.key !== undefined && { key: '(not shown)' }),
    ...(tls.passphrase !== undefined && { passphrase: '(not shown)' }),
  })
  Object.defineProperty(tls, inspect.custom, { value: shown })
  Object.defineProperty(tls, 'toJSON', { value: shown })
  return Object.freeze(tls)
}
