import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { invalidConfig, invalidSecret } from './invalid-config.ts'

const CERTIFICATE = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]*-----END (?:TRUSTED )?CERTIFICATE-----/g

/**
 * Certificates, one PEM text each, from PEM texts, paths of PEM files and paths of folders. In a folder, files without a
 * certificate are passed over.
 *
 * @throws PravegaError `INVALID_CONFIG`
 */
export function readCertificates(sources: readonly string[], setting: string): readonly string[] {
  return sources.flatMap(source => {
    const found = isPem(source) ? certificatesIn(source) : readPath(source, setting)
    if (found.length === 0)
      throw invalidConfig(setting, source, 'something that has at least one PEM certificate in it')
    for (const certificate of found) parse(certificate, source, setting)
    return found
  })
}

/** The text itself when it is PEM, else what is in the file of that name. */
export function readPem(source: string, setting: string): string {
  return isPem(source) ? source : readFile(source, setting)
}

/**
 * Checks that the key can be read and belongs to the first certificate.
 *
 * @throws PravegaError `INVALID_CONFIG`
 */
export function checkClientCertificate(cert: string, key: string, passphrase: string | undefined): void {
  const [first] = certificatesIn(cert)
  if (first === undefined) throw invalidSecret('option "tls.cert"', 'a PEM certificate or the path of one')
  const certificate = parse(first, cert, 'option "tls.cert"')
  let privateKey: ReturnType<typeof createPrivateKey>
  try {
    privateKey = createPrivateKey(passphrase === undefined ? { key } : { key, passphrase })
  } catch (cause) {
    throw invalidSecret(
      'option "tls.key"',
      'a PEM private key or the path of one, with its passphrase in "tls.passphrase"',
      cause,
    )
  }
  if (!certificate.checkPrivateKey(privateKey)) {
    throw invalidSecret('option "tls.key"', 'the private key of the certificate in "tls.cert"')
  }
}

function isPem(text: string): boolean {
  return text.includes('-----BEGIN ')
}

function certificatesIn(text: string): string[] {
  return text.match(CERTIFICATE) ?? []
}

function parse(certificate: string, source: string, setting: string): X509Certificate {
  try {
    return new X509Certificate(certificate)
  } catch (cause) {
    throw invalidConfig(setting, source, 'PEM certificates that can be read', cause)
  }
}

function readPath(path: string, setting: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return certificatesIn(readFileSync(path, 'utf8'))
    const entries = readdirSync(path, { withFileTypes: true })
    const files = entries.map(entry => join(path, entry.name)).filter(file => statSync(file).isFile())
    return files.sort().flatMap(file => certificatesIn(readFileSync(file, 'utf8')))
  } catch (cause) {
    throw invalidConfig(setting, path, 'a PEM text, or the path of a file or folder that can be read', cause)
  }
}

function readFile(path: string, setting: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw invalidConfig(setting, path, 'a PEM text, or the path of a file that can be read', cause)
  }
}
