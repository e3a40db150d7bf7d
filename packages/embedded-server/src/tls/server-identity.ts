import { createPrivateKey, X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import type { Logger } from '@pravega-ts/config'
import { PravegaError } from '@pravega-ts/model'
import { ReloadedFiles } from '../files/reloaded-files.ts'
import { messageOf } from '../message-of.ts'
import type { ServerTlsOptions } from './tls-options.ts'

/** PEM texts that belong together. */
export interface TlsMaterial {
  readonly cert: string
  readonly key: string
  /** Authorities of client certificates; with this, every client must show one. */
  readonly clientCa?: string | undefined
}

/** The certificate that a server shows to new connections. */
export interface ServerIdentity {
  readonly current: TlsMaterial
  /** Calls back when there is another one. Returns what calls that off. */
  onChange(listener: (material: TlsMaterial) => void): () => void
  /** Ends looking for changes. */
  close(): void
}

/**
 * Reads and checks what is to be shown, and looks for changes if it is in files.
 * @throws PravegaError INVALID_CONFIG
 */
export async function openServerIdentity(options: ServerTlsOptions, logger: Logger): Promise<ServerIdentity> {
  if (options.certFile === undefined) {
    const { cert, key, clientCa } = options
    if (typeof cert !== 'string' || typeof key !== 'string') {
      const remedy = 'give cert and key as PEM texts, or certFile and keyFile as paths'
      throw new PravegaError('INVALID_CONFIG', `the option tls has no certificate with its key; ${remedy}`)
    }
    return fixedIdentity(checked({ cert, key, clientCa }))
  }
  const { certFile, clientCaFile, keyFile } = options
  if (typeof keyFile !== 'string') {
    throw new PravegaError('INVALID_CONFIG', `the option tls names the certificate ${certFile}; give keyFile, too`)
  }
  let current: TlsMaterial | undefined
  const listeners = new Set<(material: TlsMaterial) => void>()
  const files = await ReloadedFiles.open({
    what: 'the certificate',
    paths: clientCaFile === undefined ? [certFile, keyFile] : [certFile, keyFile, clientCaFile],
    logger,
    apply: ([cert = '', key = '', clientCa]) => {
      const material = checked({ cert, key, clientCa })
      current = material
      for (const listener of listeners) listener(material)
      const { subject, validTo } = new X509Certificate(cert)
      logger.info('certificate in use', { subject, validTo })
    },
  })
  return {
    get current() {
      return current as TlsMaterial
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: () => files.close(),
  }
}

/** One that stays as it is. */
export function fixedIdentity(material: TlsMaterial): ServerIdentity {
  return { current: material, onChange: () => () => {}, close() {} }
}

/** @throws PravegaError INVALID_CONFIG that shows no key */
function checked(material: TlsMaterial): TlsMaterial {
  const { cert, clientCa, key } = material
  try {
    if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) {
      throw new Error('the key does not belong to the certificate')
    }
    createSecureContext({ cert, key, ca: clientCa })
    return material
  } catch (cause) {
    const reason = messageOf(cause)
    const remedy = 'give a PEM certificate and its private key, not encrypted'
    throw new PravegaError('INVALID_CONFIG', `the certificate cannot be used: ${reason}; ${remedy}`, { cause })
  }
}
