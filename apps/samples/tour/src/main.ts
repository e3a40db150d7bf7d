import { ClientFactory } from '@pravega-ts/client'
import { EmbeddedServer } from '@pravega-ts/embedded-server'
import { roundtrip } from '@pravega-ts/file-roundtrip'
import { parseArguments, USAGE } from './arguments.ts'
import { eventsTour } from './events.ts'
import { step } from './report.ts'
import { linesOf, projectFiles } from './source.ts'

const NEXT = `
What to try next:
  npm start -- some.file                       the lines of a file of yours
  npm start -- --controller tcp://host:9090    the same on a Pravega cluster
  npm run pravega -- server                    a server to play with, on the usual ports
  npm run pravega -- event --help              events from the command line; also: stream, reader-group, bytes
  npm run sample -- resume                     a consumer that crashes, starts again and gets a colleague
  npm run bench -- --mode write                how fast it is on this machine`

async function main(file: string | undefined, controller: string | undefined): Promise<void> {
  // A file that cannot be read stops it before anything is started.
  const source = file === undefined ? await projectFiles() : await linesOf(file)
  const started = performance.now()
  await using server = controller === undefined ? await EmbeddedServer.start() : undefined
  const uri = controller ?? server?.controllerUri ?? ''
  const ready = `embedded, ${uri}, ready in ${(performance.now() - started).toFixed(0)} ms`
  step('server', server === undefined ? uri : ready)
  await using factory = await ClientFactory.create(uri)

  console.log('\nEvents with keys, a stream that is scaled while they flow, a group of readers that changes:\n')
  step('events', `${source.pieces.length}: ${source.description}`)
  await eventsTour(factory, source)

  console.log('\nA file through a byte stream and back:\n')
  await roundtrip(factory, file ?? process.execPath)
}

/** When something fails and what is closed behind it does too, the first of them is the reason. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.name === 'SuppressedError' && 'suppressed' in error ? messageOf(error.suppressed) : error.message
}

try {
  const options = parseArguments(process.argv.slice(2))
  if (options === 'help') {
    console.log(USAGE)
  } else {
    await main(options.file, options.controller)
    console.log(NEXT)
  }
} catch (error) {
  console.error(`\n${messageOf(error)}`)
  if (error instanceof TypeError) console.error(USAGE)
  process.exitCode = 1
}
