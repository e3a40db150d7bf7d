import { isIP } from 'node:net'
import { generate } from 'selfsigned'

// Certificates are made when a test runs: no key is ever in the repository, and no openssl is needed.

/** PEM texts. */
export interface Identity {
  readonly cert: string
  readonly key: string
}

const LIFETIME_MS = 3_600_000

/**
 * A certificate for these host names and addresses.
 *
 * @param issuer - Who signs it. Default: itself; then the certificate can be trusted as its own authority.
 */
export async function identity(hosts: readonly string[], issuer?: Identity): Promise<Identity> {
  const isAuthority = issuer === undefined
  const altNames = hosts.map(host =>
    isIP(host) === 0 ? ({ type: 2, value: host } as const) : ({ type: 7, ip: host } as const),
  )
  const made = await generate([{ name: 'commonName', value: hosts[0] ?? 'nobody' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - LIFETIME_MS),
    notAfterDate: new Date(Date.now() + LIFETIME_MS),
    extensions: [
      { name: 'basicConstraints', cA: isAuthority, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: isAuthority, critical: true },
      { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
      { name: 'subjectAltName', altNames },
    ],
    ...(issuer && { ca: issuer }),
  })
  return { cert: made.cert, key: made.private }
}
