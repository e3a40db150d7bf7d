import { silentLogger } from '@pravega-ts/config'
import type { AccessControl } from './accounts/access-control.ts'
import type { EmbeddedServerOptions } from './embedded-server-options.ts'
import { systemClock } from './time/clock.ts'
import type { ServerIdentity } from './tls/server-identity.ts'

/** What keeps others out. Outlives restarts of the server, and with it the tokens that it has issued. */
export interface Protection {
  readonly identity: ServerIdentity | undefined
  readonly access: AccessControl | undefined
  close(): void
}

/**
 * To be called when the data are open, so that no other server is in their directory.
 * @throws PravegaError INVALID_CONFIG for what cannot be read or makes no sense; STORAGE_FAILED
 */
export async function openProtection(options: EmbeddedServerOptions): Promise<Protection> {
  const { accounts, clock = systemClock, data, logger = silentLogger, tls } = options
  const directory = typeof data === 'object' ? data.directory : data
  let access: AccessControl | undefined
  let identity: ServerIdentity | undefined
  // Loaded here, because most servers are those of tests, and have neither.
  if (accounts !== undefined) {
    const { openAccessControl } = await import('./accounts/access-control.ts')
    access = await openAccessControl(accounts, clock, logger, directory)
  }
  try {
    if (tls !== undefined) {
      const { openServerIdentity } = await import('./tls/server-identity.ts')
      identity = await openServerIdentity(tls, logger)
    }
    return {
      identity,
      access,
      close() {
        identity?.close()
        access?.close()
      },
    }
  } catch (error) {
    access?.close()
    throw error
  }
}
