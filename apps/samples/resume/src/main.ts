import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClientFactory } from '@pravega-ts/client'
import { EmbeddedServer } from '@pravega-ts/embedded-server'
import { type Arguments, parseArguments, USAGE } from './arguments.ts'
import { tell } from './story.ts'

const NEXT = `
How it works, step by step: apps/samples/resume/README.md. To see more of it:
  npm run sample -- resume --crashes 5 --orders 10000
  npm run sample -- resume --controller tcp://host:9090`

async function main({ controller, orders, crashes }: Arguments): Promise<void> {
  await using server = controller === undefined ? await EmbeddedServer.start() : undefined
  const uri = controller ?? server?.controllerUri ?? ''
  await using factory = await ClientFactory.create(uri)
  const folder = await mkdtemp(join(tmpdir(), 'pravega-resume-'))
  try {
    await tell({ uri, factory, folder, orders, crashes })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

try {
  const options = parseArguments(process.argv.slice(2))
  if (options === 'help') {
    console.log(USAGE)
  } else {
    await main(options)
    console.log(NEXT)
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  if (error instanceof TypeError) console.error(USAGE)
  process.exitCode = 1
}
