import { buildCommand, type Command } from '@stricli/core'
import type { ServerFlags } from '../commands/server.ts'
import { outputFlags } from '../connection-flags.ts'
import type { CliContext } from '../context.ts'
import { documented } from '../documentation.ts'
import { LOG_LEVELS } from '../server-log.ts'
import { parsePort, parseSize } from '../values/quantities.ts'
import { parseSyncPolicy } from '../values/sync-policy.ts'
import { scalingFlags } from './scaling-flags.ts'

function text(
  placeholder: string,
  brief: string,
): {
  readonly kind: 'parsed'
  readonly parse: (text: string) => string
  readonly placeholder: string
  readonly brief: string
} {
  return { kind: 'parsed', parse: String, placeholder, brief }
}

export const server: Command<CliContext> = buildCommand<ServerFlags, [], CliContext>({
  loader: async () => (await import('../commands/server.ts')).runServer,
  parameters: {
    flags: {
      host: { kind: 'parsed', parse: String, default: '127.0.0.1', placeholder: 'host', brief: 'Address to listen on' },
      publishedHost: {
        kind: 'parsed',
        parse: String,
        optional: true,
        placeholder: 'host',
        brief: 'Name under which clients reach the segment store (that of --host)',
      },
      controllerPort: {
        kind: 'parsed',
        parse: parsePort,
        default: '9090',
        placeholder: 'port',
        brief: 'Port of the controller; 0 takes any free one',
      },
      segmentStorePort: {
        kind: 'parsed',
        parse: parsePort,
        default: '6000',
        placeholder: 'port',
        brief: 'Port of the segment store; 0 takes any free one',
      },
      data: {
        ...text('dir', 'Directory for the data, made if it is missing; without it they are in memory'),
        optional: true,
      },
      sync: {
        kind: 'parsed',
        parse: parseSyncPolicy,
        optional: true,
        placeholder: 'when',
        brief: 'When acknowledged data are on the disk: always (before that), never, or within 50ms, 1s, ... (always)',
      },
      fileSize: {
        kind: 'parsed',
        parse: parseSize,
        optional: true,
        placeholder: 'size',
        brief: 'Size at which a segment goes on in another file; truncation frees whole files (64MiB)',
      },
      cache: {
        kind: 'parsed',
        parse: parseSize,
        optional: true,
        placeholder: 'size',
        brief: 'Memory for the newest data of all segments (32MiB)',
      },
      ...scalingFlags,
      accounts: {
        ...text('file', "Accounts, a line each, as in Pravega's password file; without it everybody may do everything"),
        optional: true,
      },
      tlsCert: { ...text('file', 'PEM certificate of both ports; read again when it changes'), optional: true },
      tlsKey: { ...text('file', 'PEM private key of --tls-cert'), optional: true },
      httpPort: {
        kind: 'parsed',
        parse: parsePort,
        optional: true,
        placeholder: 'port',
        brief: 'Port for /metrics (Prometheus) and /health; 0 takes any free one; without it there is none',
      },
      httpHost: { ...text('host', 'Address that --http-port is on (that of --host)'), optional: true },
      logLevel: {
        kind: 'enum',
        values: LOG_LEVELS,
        default: 'warn',
        brief: 'What is told on standard error: lines for people on a terminal, otherwise JSON',
      },
      ...outputFlags,
    },
  },
  docs: documented(
    'Run a Pravega server on this machine',
    'The embedded server: it speaks the real protocol. With --data, what it has acknowledged is kept; otherwise everything is gone when it ends. Ctrl-C ends it, a second one at once.\nPrints one line when it is ready (with --json an object with controllerUri, segmentStore, http and data).',
    [
      ['server', 'on the usual ports, 9090 and 6000'],
      ['server --data ./pravega-data', 'keeps everything in a directory, and goes on with it'],
      ['server --accounts passwd --tls-cert cert.pem --tls-key key.pem', 'for those with an account, over TLS'],
      ['server --scaling-minute 1s', 'shows in seconds how streams with a policy by rate are scaled'],
      ['server --controller-port 0 --segment-store-port 0 --json', 'on free ports, for scripts'],
    ],
  ),
})
