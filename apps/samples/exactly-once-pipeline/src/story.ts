import { setTimeout as delay } from 'node:timers/promises'
import { type ClientFactory, ScalingPolicy } from '@pravega-ts/client'
import { deleteTable } from '@pravega-ts/synchronizer'
import type { Arguments } from './arguments.ts'
import { Crew } from './crew.ts'
import { type InvoicingNames, openInvoicing, progressTable } from './invoicing.ts'
import { Ledger } from './ledger.ts'
import { cause } from './mishaps.ts'
import { checkOutput } from './output.ts'
import { Random } from './random.ts'
import { countIn, say, tally } from './report.ts'
import { writeOrders } from './source.ts'
import { takeOver } from './take-over.ts'

const LOOK_MS = 100
/** Nothing has come out for so long: nothing will. */
const STALLED_MS = 60_000
const SCALE_AFTER_MS = 1_500

/**
 * Orders come in, several processes turn them into invoice lines and are killed meanwhile, both streams are scaled, one process dies for
 * good; in the end the lines are exactly those of the orders.
 *
 * @throws Error when they are not
 */
export async function story(factory: ClientFactory, controller: string, options: Arguments): Promise<void> {
  const started = performance.now()
  const run = Date.now().toString(36)
  const names: InvoicingNames = {
    scope: 'samples',
    input: `orders-${run}`,
    output: `invoice-lines-${run}`,
    group: `invoicing-${run}`,
  }
  const [input, output] = [`${names.scope}/${names.input}`, `${names.scope}/${names.output}`]
  const manager = factory.streamManager()
  await manager.createScope(names.scope)
  await manager.createStream(input, { scaling: ScalingPolicy.fixed(4) })
  await manager.createStream(output, { scaling: ScalingPolicy.fixed(3) })
  const pipeline = await openInvoicing(factory, names)

  const random = new Random(options.seed)
  const ledger = new Ledger()
  const stages = new Map<string, number>()
  await using crew = new Crew(controller, names, stage => countIn(stages, stage))
  const workers = Array.from({ length: options.workers }, (_, n) => `worker-${n + 1}`) as [string, ...string[]]
  for (const worker of workers) crew.start(worker)

  const watched = new AbortController()
  const watching = checkOutput(factory, names, ledger, 'never', watched.signal)
  const enough = new AbortController()
  const writing = writeOrders(factory, input, ledger, new Random(options.seed), enough.signal)
  const scaling = delay(SCALE_AFTER_MS).then(async () => {
    await manager.scaleStreamTo(output, 5)
    await manager.scaleStreamTo(input, 6)
  })
  const failed = Promise.all([watching, writing, crew.failed])

  const [mishaps] = await orFailure(Promise.all([cause(crew, workers, options.kills, random), scaling]), failed)
  enough.abort()
  await writing
  const last = workers.at(-1) ?? ''
  if (workers.length > 1) {
    crew.of(last).signal('SIGKILL')
    await crew.of(last).ended
    await takeOver(pipeline, last)
  }
  await orFailure(untilAllIsThere(ledger), failed)
  await crew.dismiss()
  watched.abort()
  await watching

  say('seed', String(options.seed))
  say('processes killed', `${mishaps.killed}; last heard of: ${tally(mishaps.at)}`)
  if (mishaps.frozen > 0) say('replaced while they slept', `${mishaps.frozen}; told so when they woke up`)
  say('last transactions of these', tally(mishaps.found))
  if (workers.length > 1) say('killed for good', `${last}; the others went on with its segments`)
  say('transactions committed', `${stages.get('committed') ?? 0} at least`)

  ledger.rewind()
  await checkOutput(factory, names, ledger, 'tail')
  if (ledger.seen !== ledger.lines) throw new Error(`${ledger.lines - ledger.seen} lines are missing`)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  say('exactly once', `${ledger.orders} orders, ${ledger.lines} lines, in order for each customer, in ${seconds} s`)

  const table = await progressTable(pipeline.group)
  await pipeline.writer.close()
  await factory.deleteReaderGroup(pipeline.group)
  await deleteTable(factory.segmentStore, table)
  for (const stream of [input, output]) await manager.deleteStream(stream, { seal: true })
}

/** Waits, unless what goes on beside it fails, which then counts. */
async function orFailure<T>(what: Promise<T>, beside: Promise<unknown>): Promise<T> {
  const failure = beside.then(() => what)
  return await Promise.race([what, failure])
}

async function untilAllIsThere(ledger: Ledger): Promise<void> {
  let seen = ledger.seen
  let progressed = performance.now()
  while (ledger.seen < ledger.lines) {
    await delay(LOOK_MS)
    if (ledger.seen > seen) {
      seen = ledger.seen
      progressed = performance.now()
    } else if (performance.now() - progressed > STALLED_MS) {
      throw new Error(`${ledger.lines - seen} lines have not come in ${STALLED_MS / 1000} s`)
    }
  }
}
