import { ClientFactory } from '@pravega-ts/client'
import { EmbeddedServer } from '@pravega-ts/embedded-server'
import { type Arguments, parseArguments, USAGE } from './arguments.ts'
import { say } from './report.ts'
import { story } from './story.ts'

async function main(options: Arguments): Promise<void> {
  await using server = options.controller === undefined ? await EmbeddedServer.start() : undefined
  const uri = options.controller ?? server?.controllerUri ?? ''
  say('server', server === undefined ? uri : `embedded, ${uri}`)
  await using factory = await ClientFactory.create(uri)
  await story(factory, uri, options)
}

try {
  const options = parseArguments(process.argv.slice(2))
  if (options === 'help') {
    console.log(USAGE)
  } else {
    console.log('Orders become invoice lines, by processes that are killed all the time.\n')
    await main(options)
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  if (error instanceof TypeError) console.error(USAGE)
  process.exitCode = 1
}
