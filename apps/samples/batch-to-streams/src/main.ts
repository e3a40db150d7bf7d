import { ClientFactory } from '@pravega-ts/client'
import { EmbeddedServer } from '@pravega-ts/embedded-server'
import { type Arguments, parseArguments, USAGE } from './arguments.ts'
import { land } from './land.ts'
import { readBack } from './read-back.ts'
import { compare, step } from './report.ts'
import { tableInFile } from './tables/files.ts'
import { projectTables } from './tables/project.ts'

const NEXT = `
What to try next:
  npm run sample -- batch-to-streams orders.csv people.jsonl         tables of yours
  npm run sample -- batch-to-streams --mode events                   each row at once, instead of a batch at a time
  npm run sample -- batch-to-streams --controller tcp://host:9090    the same on a Pravega cluster`

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`

async function main({ files, controller, mode }: Arguments): Promise<void> {
  await using server = controller === undefined ? await EmbeddedServer.start() : undefined
  const uri = controller ?? server?.controllerUri ?? ''
  await using factory = await ClientFactory.create(uri)
  step('server', server === undefined ? uri : `embedded, ${uri}`)
  const tables = files.length > 0 ? await Promise.all(files.map(tableInFile)) : await projectTables()
  const twice = tables.find(({ name }, index) => tables.findIndex(table => table.name === name) !== index)
  if (twice !== undefined) throw new TypeError(`two files make a table '${twice.name}'; rename one`)
  const scope = `tables-${Date.now()}`
  let started = performance.now()
  const landed = await land(factory, scope, mode, tables)
  const way = mode === 'transaction' ? 'a batch a transaction' : 'row by row'
  step('landed', `${tables.length} tables in streams of scope ${scope}, ${way}, in ${seconds(started)}`)
  started = performance.now()
  const read = await readBack(factory, scope, tables)
  step('read back', `by a group of two readers, in ${seconds(started)}\n`)
  if (!compare(tables, landed, read)) throw new Error('what was read is not what was written')
  if (server === undefined) await factory.streamManager().deleteScope(scope, { recursive: true })
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
