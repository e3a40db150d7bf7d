import { buildCommand, type Command } from '@stricli/core'
import type { ServerFlags } from '../commands/server.ts'
import { outputFlags } from '../connection-flags.ts'
import type { CliContext } from '../context.ts'
import { documented } from '../documentation.ts'
import { parsePort } from '../values/quantities.ts'

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
      ...outputFlags,
    },
  },
  docs: documented(
    'Run a Pravega server on this machine',
    'The embedded server: it speaks the real protocol and keeps its data in memory, which is gone when it ends. Ctrl-C ends it.\nPrints one line when it is ready (with --json an object with controllerUri).',
    [
      ['server', 'on the usual ports, 9090 and 6000'],
      ['server --controller-port 0 --segment-store-port 0 --json', 'on free ports, for scripts'],
    ],
  ),
})
