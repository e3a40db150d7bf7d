import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { ClientFactory } from '@pravega-ts/client'
import type { ScopedStream } from '@pravega-ts/model'
import { ClientProgram } from '../events/client-program.ts'
import type { Turn } from '../events/turn.ts'
import type { BenchOptions } from '../options.ts'
import { makeStreams, removeStreams } from '../streams.ts'
import { textTable } from '../text-table.ts'
import { DataServer } from './data-server.ts'
import type { DataServerFigures } from './data-server-process.ts'
import { measureDisk } from './disk-limit.ts'

/** What a turn leaves behind on the disk is over by then. Files are removed at the end: that would be felt in the next turn. */
const PAUSE_MS = 500
const BYTES_PER_MB = 1_000_000
const US_PER_S = 1_000_000

/** One turn of the embedded server, with what the disk alone needed for the same batches. */
interface DurableTurn extends Turn {
  readonly server_cpu_s: number
  readonly groups: number
  readonly syncs: number
  readonly synced_bytes: number
  readonly limit_s: number
}

/** Events that are durable when they are acknowledged: an embedded server, the disk alone, and a Pravega server that is given, in turns. */
export async function durableBench(options: BenchOptions): Promise<void> {
  const directory = await mkdtemp(join(options.data ?? tmpdir(), 'pravega-bench-'))
  try {
    await run(directory, options)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function run(directory: string, options: BenchOptions): Promise<void> {
  await using server = await DataServer.start(
    { data: { directory: join(directory, 'server') } },
    options.profile ? ['--cpu-prof', '--cpu-prof-dir', options.data ?? '.'] : [],
  )
  await using own = await Contestant.open(server.controllerUri, options)
  await using given = options.controller === undefined ? undefined : await Contestant.open(options.controller, options)
  const ours: DurableTurn[] = []
  const theirs: Turn[] = []
  // A first turn does not count: everything is compiled while it runs.
  await own.turn()
  await given?.turn()
  await given?.clear()
  const ourTurn = async (): Promise<void> => {
    await server.figures()
    const turn = await own.turn()
    const { cpu_s, batches } = await server.figures()
    await sleep(PAUSE_MS)
    const limit_s = await measureDisk(directory, batches)
    ours.push({ ...turn, server_cpu_s: cpu_s, limit_s, ...sizesOf(batches) })
  }
  const theirTurn = async (): Promise<void> => {
    if (given === undefined) return
    theirs.push(await given.turn())
    // It keeps everything in memory.
    await given.clear()
  }
  for (let round = 0; round < options.rounds; round++) {
    for (const turn of round % 2 === 0 ? [ourTurn, theirTurn] : [theirTurn, ourTurn]) await turn()
  }
  report(options, ours, theirs)
  await own.clear()
}

/** A server and the client that writes to it. */
class Contestant implements AsyncDisposable {
  readonly #resources: AsyncDisposableStack
  readonly #factory: ClientFactory
  readonly #program: ClientProgram
  readonly #options: BenchOptions
  readonly #streams: ScopedStream[] = []

  private constructor(
    resources: AsyncDisposableStack,
    factory: ClientFactory,
    program: ClientProgram,
    options: BenchOptions,
  ) {
    this.#resources = resources
    this.#factory = factory
    this.#program = program
    this.#options = options
  }

  static async open(controllerUri: string, options: BenchOptions): Promise<Contestant> {
    const resources = new AsyncDisposableStack()
    const factory = resources.use(await ClientFactory.create(controllerUri))
    const entry = fileURLToPath(new URL('../events/our-program.js', import.meta.url))
    const program = resources.use(new ClientProgram('ours', process.execPath, [entry, controllerUri]))
    return new Contestant(resources, factory, program, options)
  }

  async turn(): Promise<Turn> {
    const { segments, events, eventSize, keys } = this.#options
    const streams = await makeStreams(this.#factory, 1, segments)
    this.#streams.push(...streams)
    const [stream] = streams
    await sleep(PAUSE_MS)
    return await this.#program.run({ kind: 'write', stream: String(stream), events, eventSize, keys })
  }

  /** Removes what was written. */
  async clear(): Promise<void> {
    await removeStreams(this.#factory, this.#streams.splice(0))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync()
  }
}

function sizesOf(batches: DataServerFigures['batches']): Pick<DurableTurn, 'groups' | 'syncs' | 'synced_bytes'> {
  return {
    groups: new Set(batches.map(([, , group]) => group)).size,
    syncs: batches.length,
    synced_bytes: batches.reduce((sum, [, bytes]) => sum + bytes, 0),
  }
}

/** Best and median, of values of which more is better. */
function ranked(values: readonly number[]): { readonly best: number; readonly median: number } {
  const sorted = values.toSorted((a, b) => b - a)
  return { best: sorted[0] ?? Number.NaN, median: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN }
}

function report(
  { events, eventSize, segments, rounds }: BenchOptions,
  ours: readonly DurableTurn[],
  theirs: readonly Turn[],
): void {
  const rates = {
    'ours, on disk': ranked(ours.map(({ wall_s }) => events / wall_s)),
    'disk alone': ranked(ours.map(({ limit_s }) => events / limit_s)),
    ...(theirs.length > 0 && { given: ranked(theirs.map(({ wall_s }) => events / wall_s)) }),
  }
  const toDisk = ranked(ours.map(({ wall_s, limit_s }) => limit_s / wall_s))
  const own = rates['ours, on disk']
  const mean = (value: (turn: DurableTurn) => number): number =>
    ours.reduce((sum, turn) => sum + value(turn), 0) / ours.length
  const cpu = (seconds: number): string => ((seconds / events) * US_PER_S).toFixed(2)
  console.log(
    JSON.stringify({
      mode: 'durable',
      events,
      event_size: eventSize,
      segments,
      rounds,
      rates,
      share_of_disk: toDisk,
      ours,
      theirs,
    }),
  )
  const line = (name: string, { best, median }: { best: number; median: number }, ...rest: string[]): string[] => [
    name,
    String(Math.round(best)),
    String(Math.round(median)),
    ((median * eventSize) / BYTES_PER_MB).toFixed(1),
    (own.best / best).toFixed(2),
    (own.median / median).toFixed(2),
    ...rest,
  ]
  const cpuOfClient = cpu(mean(({ cpu_s }) => cpu_s))
  const cpuOfServer = cpu(mean(({ server_cpu_s }) => server_cpu_s))
  const theirCpu = theirs.length === 0 ? 0 : theirs.reduce((sum, { cpu_s }) => sum + cpu_s, 0) / theirs.length
  const header = [
    '',
    'events/s best',
    'median',
    'MB/s median',
    'ours to it, best',
    'median',
    'client us/event',
    'server us/event',
  ]
  console.log(
    textTable([
      header,
      line('ours, on disk', own, cpuOfClient, cpuOfServer),
      line('disk alone', rates['disk alone'], '', ''),
      ...(rates.given === undefined ? [] : [line('given server', rates.given, cpu(theirCpu), '')]),
    ]),
  )
  const kilobytes = mean(({ synced_bytes, groups }) => synced_bytes / groups / 1000)
  console.log(
    `groups: ${Math.round(mean(({ groups }) => groups))} of ${kilobytes.toFixed(0)} kB; share of the disk's own speed in the same turn: ` +
      `${toDisk.best.toFixed(2)} best, ${toDisk.median.toFixed(2)} median`,
  )
}
