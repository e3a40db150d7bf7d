import type { FlagParametersForType } from '@stricli/core'
import type { CliContext } from './context.ts'
import { parseDuration } from './values/quantities.ts'

/** How results are shown. */
export interface OutputFlags {
  readonly json?: boolean
}

/** On every command that talks to a server. */
export interface ConnectionFlags extends OutputFlags {
  readonly controller?: string
  /** Milliseconds. */
  readonly timeout?: number
  readonly verbose?: boolean
  readonly authUser?: string
  readonly authPasswordFile?: string
  readonly authTokenFile?: string
  readonly keycloakFile?: string
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
}

function path(brief: string): {
  readonly kind: 'parsed'
  readonly parse: (text: string) => string
  readonly optional: true
  readonly hidden: true
  readonly placeholder: 'file'
  readonly brief: string
} {
  return { kind: 'parsed', parse: String, optional: true, hidden: true, placeholder: 'file', brief }
}

export const outputFlags: FlagParametersForType<OutputFlags, CliContext> = {
  json: {
    kind: 'boolean',
    optional: true,
    withNegated: false,
    brief: 'One JSON object per line; 64-bit numbers as decimal strings',
  },
}

export const connectionFlags: FlagParametersForType<ConnectionFlags, CliContext> = {
  controller: {
    kind: 'parsed',
    parse: String,
    optional: true,
    placeholder: 'uri',
    brief: 'Controller URI (otherwise $PRAVEGA_CONTROLLER_URI, then tcp://localhost:9090)',
  },
  timeout: {
    kind: 'parsed',
    parse: parseDuration,
    optional: true,
    placeholder: 'duration',
    brief: 'How long one request may take, for instance 30s or 2m',
  },
  ...outputFlags,
  verbose: { kind: 'boolean', optional: true, withNegated: false, brief: 'Say on standard error what is going on' },
  authUser: {
    kind: 'parsed',
    parse: String,
    optional: true,
    hidden: true,
    placeholder: 'name',
    brief: 'User name; the password comes from --auth-password-file, $PRAVEGA_AUTH_PASSWORD or a question',
  },
  authPasswordFile: path('File whose first line is the password'),
  authTokenFile: path('File whose first line is a Bearer token'),
  keycloakFile: path('JSON file of a Keycloak client'),
  ca: path('PEM file (or folder) with the certificates to trust, for tls:// and pravegas://'),
  cert: path('PEM certificate to show to the server'),
  key: path('PEM private key of --cert'),
}
