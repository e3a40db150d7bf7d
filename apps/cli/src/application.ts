import { readFileSync } from 'node:fs'
import { type Application, buildApplication, buildRouteMap, text_en } from '@stricli/core'
import type { CliContext } from './context.ts'
import { EXIT_CODES_TEXT } from './exit-codes.ts'
import { bytesRoutes } from './routes/bytes.ts'
import { completion } from './routes/completion.ts'
import { eventRoutes } from './routes/event.ts'
import { readerGroupRoutes } from './routes/reader-group.ts'
import { scopeRoutes } from './routes/scope.ts'
import { server } from './routes/server.ts'
import { streamRoutes } from './routes/stream.ts'
import { txnRoutes } from './routes/txn.ts'

const ABOUT = `Pravega streams from the command line: scopes, streams, events and bytes in and out, and a server to try it on.

To start, in two terminals:
  pravega server
  pravega event write demo/events lines.txt --create && pravega event read demo/events
  pravega bytes write demo/files some.file --create && pravega bytes read demo/files --output copy.file

On every command that talks to a server (all of them in --help-all of each command):
  --controller uri     otherwise $PRAVEGA_CONTROLLER_URI, then tcp://localhost:9090
  --auth-user name     with --auth-password-file, $PRAVEGA_AUTH_PASSWORD or a question on the terminal;
                       or --auth-token-file, --keycloak-file, or the pravega_client_auth_* variables
  --ca, --cert, --key  PEM files for tls:// and pravegas://
  --json               one JSON object per line; errors as JSON on standard error

${EXIT_CODES_TEXT}`

function versionText(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  return version
}

export const application: Application<CliContext> = buildApplication<CliContext>(
  buildRouteMap({
    routes: {
      server,
      scope: scopeRoutes,
      stream: streamRoutes,
      event: eventRoutes,
      txn: txnRoutes,
      readerGroup: readerGroupRoutes,
      bytes: bytesRoutes,
      completion,
    },
    docs: { brief: 'Pravega streams from the command line', fullDescription: ABOUT },
  }),
  {
    name: 'pravega',
    versionInfo: { getCurrentVersion: async () => versionText() },
    scanner: { caseStyle: 'allow-kebab-for-camel', allowArgumentEscapeSequence: true },
    documentation: { onlyRequiredInUsageLine: true, alwaysShowHelpAllFlag: true },
    localization: {
      text: {
        ...text_en,
        exceptionWhileParsingArguments(exc, ansiColor) {
          return text_en.exceptionWhileParsingArguments.call({ formatException: messageOf }, exc, ansiColor)
        },
      },
    },
  },
)

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
