import { fileURLToPath } from 'node:url'
import { ClientFactory } from '@pravega-ts/client'
import type { ScopedStream } from '@pravega-ts/model'
import { openEngine } from '../engine.ts'
import type { BenchOptions, EventMode } from '../options.ts'
import { makeStreams, removeStreams } from '../streams.ts'
import { ClientProgram } from './client-program.ts'
import { startReferences } from './references.ts'
import { figuresOf, type Row, resultTable } from './results.ts'
import type { Task, Turn } from './turn.ts'

const EVENTS_OF_TRANSACTION = 100
/** In a first turn that does not count. Java and JavaScript are compiled while they run. */
const MOST_WARM_UP_TRANSACTIONS = 50

/** The ways in which our reader is used. */
const READ_WAYS = ['slices', 'batches', 'borrowed', 'events'] as const

interface Player {
  readonly client: string
  readonly program: ClientProgram
  readonly way: string | undefined
  readonly turns: Turn[]
}

function playersOf(mode: EventMode, program: ClientProgram): readonly Player[] {
  if (mode !== 'read' || program.name !== 'ours') return [{ client: program.name, program, way: undefined, turns: [] }]
  return READ_WAYS.map(way => ({ client: `ours, ${way}`, program, way, turns: [] }))
}

/** What all clients do in turns: one of them for each number of transactions in flight, otherwise one. */
interface Contest {
  readonly inFlight: number | undefined
}

/** Each client has its turn in each round, so that what else the machine does meets all of them. */
export async function eventBench(mode: EventMode, options: BenchOptions): Promise<void> {
  await using engine = await openEngine(options.controller)
  await using factory = await ClientFactory.create(engine.controllerUri)
  await using programs = new AsyncDisposableStack()
  const entry = fileURLToPath(new URL('./our-program.js', import.meta.url))
  const ours = programs.use(new ClientProgram('ours', process.execPath, [entry, engine.controllerUri]))
  const references = options.reference ? await startReferences(engine.controllerUri, line => console.error(line)) : []
  for (const reference of references) programs.use(reference)

  const fresh = async (): Promise<ScopedStream> => {
    const [stream] = await makeStreams(factory, 1, options.segments)
    if (stream === undefined) throw new Error('a stream was asked for and none was made')
    return stream
  }
  const { events, eventSize, keys } = options
  const filled = mode === 'read' ? await fresh() : undefined
  if (filled !== undefined) await ours.run({ kind: 'write', stream: String(filled), events, eventSize, keys })

  const taskOf = (stream: string, { inFlight = 1 }: Contest, count: number, group: string): Task => {
    switch (mode) {
      case 'read':
        return { kind: 'read', stream, events: count, group }
      case 'write':
        return { kind: 'write', stream, events: count, eventSize, keys }
      case 'latency':
        return { kind: 'latency', stream, events: count, eventSize }
      case 'txn':
        return { kind: 'txn', stream, transactions: count, eventsEach: EVENTS_OF_TRANSACTION, eventSize, inFlight }
    }
  }
  const turn = async ({ program, way }: Player, contest: Contest, count: number): Promise<Turn> => {
    const stream = filled ?? (await fresh())
    const turnResult = await program.run(taskOf(String(stream), contest, count, `g-${process.pid}-${turns++}`), way)
    if (stream !== filled) await removeStreams(factory, [stream])
    return turnResult
  }
  let turns = 0
  const contests: readonly Contest[] =
    mode === 'txn' ? options.inFlight.map(inFlight => ({ inFlight })) : [{ inFlight: undefined }]
  for (const contest of contests) {
    const players = [ours, ...references].flatMap(program => playersOf(mode, program))
    if (mode === 'txn') {
      for (const player of players) await turn(player, contest, Math.min(events, MOST_WARM_UP_TRANSACTIONS))
    }
    for (let round = 0; round < options.rounds; round++) {
      // Nobody comes always behind the same other one, whose traces the server may still be clearing away.
      const first = round % players.length
      for (const player of [...players.slice(first), ...players.slice(0, first)]) {
        player.turns.push(await turn(player, contest, events))
      }
    }
    for (const row of players) console.log(JSON.stringify(jsonRow(mode, engine.name, options, contest, row)))
    console.log(resultTable(mode, events, players))
  }
  if (filled !== undefined) await removeStreams(factory, [filled])
}

function jsonRow(
  mode: EventMode,
  engine: string,
  options: BenchOptions,
  { inFlight }: Contest,
  row: Row,
): Record<string, unknown> {
  const { segments, eventSize, events, keys, rounds } = options
  const figures = figuresOf(mode, events, row).map(({ name, best, median }) => [
    name,
    { best: Number(best.toFixed(3)), median: Number(median.toFixed(3)) },
  ])
  const head = { client: row.client, mode, engine, segments, event_size: eventSize, rounds }
  const counts =
    mode === 'txn'
      ? { transactions: events, events_per_transaction: EVENTS_OF_TRANSACTION, in_flight: inFlight }
      : { events, keys }
  return { ...head, ...counts, ...Object.fromEntries(figures), turns: row.turns }
}
