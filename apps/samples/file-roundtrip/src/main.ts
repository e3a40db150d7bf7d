import { ClientFactory } from '@pravega-ts/client'
import { EmbeddedServer } from '@pravega-ts/embedded-server'
import { parseArguments, USAGE } from './arguments.ts'
import { say } from './report.ts'
import { roundtrip } from './roundtrip.ts'

const NEXT = `
What to try next:
  npm run sample -- file-roundtrip some.file   send a file of yours
  npm start                                    events, a stream that is scaled, readers that come and go
  npm run pravega -- server                    a server to play with, on the usual ports
  npm run pravega -- --help                    scopes, streams and bytes from the command line
  npm run bench -- --mode bytewrite            how fast it is on this machine`

async function main(file: string, controller: string | undefined): Promise<void> {
  const started = performance.now()
  await using server = controller === undefined ? await EmbeddedServer.start() : undefined
  const uri = controller ?? server?.controllerUri ?? ''
  say(
    'server',
    server === undefined ? uri : `embedded, ${uri}, ready in ${(performance.now() - started).toFixed(0)} ms`,
  )
  say('file', file)
  await using factory = await ClientFactory.create(uri)
  await roundtrip(factory, file)
}

try {
  const options = parseArguments(process.argv.slice(2))
  if (options === 'help') {
    console.log(USAGE)
  } else {
    console.log('A file goes through a Pravega byte stream and comes back.\n')
    await main(options.file, options.controller)
    console.log(NEXT)
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  if (error instanceof TypeError) console.error(USAGE)
  process.exitCode = 1
}
