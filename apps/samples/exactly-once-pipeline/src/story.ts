import { setTimeout as delay } from 'node:timers/promises'
import { type ClientFactory, ScalingPolicy } from '@pravega-ts/client'
import { deleteTable } from '@pravega-ts/synchronizer'
import type { Arguments } from './arguments.ts'
import { Crew } from './crew.ts'
import { type InvoicingNames, openInvoicing, progressTable } from './invoicing.ts'
import { Ledger } from './ledger.ts'
import { cause, type Mishaps } from './mishaps.ts'
import { checkOutput } from './output.ts'
import { Random } from './random.ts'
import { countIn, say, tally } from './report.ts'
import { writeOrders } from './source.ts'
import { type Affairs, takeOver } from './take-over.ts'

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
  const manager = factory.streamManager()
  await manager.createScope(names.scope)
  await manager.createStream(`${names.scope}/${names.input}`, { scaling: ScalingPolicy.fixed(4) })
  await manager.createStream(`${names.scope}/${names.output}`, { scaling: ScalingPolicy.fixed(3) })
  const pipeline = await openInvoicing(factory, names)
  const ledger = new Ledger()

  say('seed', String(options.seed))
  await play(factory, { controller, names, pipeline, ledger, options })
  ledger.rewind()
  await checkOutput(factory, names, ledger, 'tail')
  if (ledger.seen !== ledger.lines) throw new Error(`${ledger.lines - ledger.seen} lines are missing`)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  say('exactly once', `${ledger.orders} orders, ${ledger.lines} lines, in order for each customer, in ${seconds} s`)

  await pipeline.writer.close()
  await deleteTable(factory.segmentStore, await progressTable(pipeline.group))
  await factory.deleteReaderGroup(pipeline.group)
  for (const stream of [names.input, names.output]) {
    await manager.deleteStream(`${names.scope}/${stream}`, { seal: true })
  }
}

interface Scene {
  readonly controller: string
  readonly names: InvoicingNames
  readonly pipeline: Affairs
  readonly ledger: Ledger
  readonly options: Arguments
}

/** Ends when every line has come, and all processes have ended. */
async function play(factory: ClientFactory, scene: Scene): Promise<void> {
  const { controller, names, pipeline, ledger, options } = scene
  const stages = new Map<string, number>()
  const workers = workerNames(options.workers)
  const enough = new AbortController()
  const over = new AbortController()
  await using crew = new Crew(controller, names, stage => countIn(stages, stage))
  for (const worker of workers) crew.start(worker)
  const watching = checkOutput(factory, names, ledger, 'never', over.signal)
  const writing = writeOrders(factory, `${names.scope}/${names.input}`, ledger, new Random(options.seed), enough.signal)
  const failure = Promise.all([watching, writing, crew.failed])
  try {
    const mishaps = await orFailure(happen(factory, crew, workers, scene), failure)
    enough.abort()
    await writing
    const last = workers.at(-1)
    if (last !== undefined && workers.length > 1) {
      crew.of(last).signal('SIGKILL')
      await crew.of(last).ended
      await takeOver(pipeline, last)
    }
    await orFailure(untilAllIsThere(ledger, over.signal), failure)
    await crew.dismiss()

    say('processes killed', `${mishaps.killed}; last heard of: ${tally(mishaps.at)}`)
    if (mishaps.frozen > 0) say('replaced while they slept', `${mishaps.frozen}; told so when they woke up`)
    say('last transactions of these', tally(mishaps.found))
    if (workers.length > 1) say('killed for good', `${last}; the others went on with its segments`)
    say('transactions committed', `${stages.get('committed') ?? 0} at least`)
  } finally {
    enough.abort()
    over.abort()
  }
  await watching
}

/** Lets mishaps happen, and scales both streams meanwhile. */
async function happen(
  factory: ClientFactory,
  crew: Crew,
  workers: readonly [string, ...string[]],
  { names, options }: Scene,
): Promise<Mishaps> {
  const manager = factory.streamManager()
  const scaled = delay(SCALE_AFTER_MS).then(async () => {
    await manager.scaleStreamTo(`${names.scope}/${names.output}`, 5)
    await manager.scaleStreamTo(`${names.scope}/${names.input}`, 6)
  })
  const [mishaps] = await Promise.all([cause(crew, workers, options.kills, new Random(options.seed)), scaled])
  return mishaps
}

function workerNames(count: number): readonly [string, ...string[]] {
  return ['worker-1', ...Array.from({ length: count - 1 }, (_, n) => `worker-${n + 2}`)]
}

/** Waits, unless what goes on beside it fails, which then counts. */
async function orFailure<T>(what: Promise<T>, beside: Promise<unknown>): Promise<T> {
  return await Promise.race([what, beside.then(() => what)])
}

async function untilAllIsThere(ledger: Ledger, signal: AbortSignal): Promise<void> {
  let seen = ledger.seen
  let progressed = performance.now()
  while (ledger.seen < ledger.lines) {
    await delay(LOOK_MS, undefined, { signal })
    if (ledger.seen > seen) {
      seen = ledger.seen
      progressed = performance.now()
    } else if (performance.now() - progressed > STALLED_MS) {
      throw new Error(`${ledger.lines - seen} lines have not come in ${STALLED_MS / 1000} s`)
    }
  }
}
