import { createPrivateKey } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { identity } from '../../../tools/testing/certificates.ts'

/** Of `client.encrypted.key`. */
export const PASSPHRASE = 'open-sesame'

/**
 * A new folder with an authority (`ca.pem`), what it has signed (`server` for segmentstore.example, `client`), and a file that is no
 * certificate (`keycloak.json`). To be removed by the caller.
 */
export async function certificateFolder(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'pravega-ts-certificates-'))
  const authority = await identity(['authority.example'])
  const server = await identity(['segmentstore.example'], authority)
  const client = await identity(['client.example'], authority)
  const encrypted = createPrivateKey(client.key).export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: PASSPHRASE,
  })
  const files = {
    'ca.pem': authority.cert,
    'server.pem': server.cert,
    'server.key': server.key,
    'client.pem': client.cert,
    'client.key': client.key,
    'client.encrypted.key': encrypted,
    'keycloak.json': '{"realm":"pravega"}',
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o600 })
  return folder
}
