import { silentLogger } from '@pravega-ts/config'
import { type AccessControl, openAccessControl } from './accounts/access-control.ts'
import type { EmbeddedServerOptions } from './embedded-server-options.ts'
import { systemClock } from './time/clock.ts'
import { openServerIdentity, type ServerIdentity } from './tls/server-identity.ts'

/** What keeps others out. Outlives restarts of the server, and with it the tokens that it has issued. */
export interface Protection {
  readonly identity: ServerIdentity | undefined
  readonly access: AccessControl | undefined
  close(): void
}

/** @throws PravegaError INVALID_CONFIG for what cannot be read or makes no sense */
export async function openProtection(options: EmbeddedServerOptions): Promise<Protection> {
  const { accounts, clock = systemClock, logger = silentLogger, tls } = options
  const access = accounts && (await openAccessControl(accounts, clock, logger))
  try {
    const identity = tls && (await openServerIdentity(tls, logger))
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
