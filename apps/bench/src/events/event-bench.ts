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

  const taskOf = (stream: string, { inFlight = 1 }: Contest, group: string): Task => {
    switch (mode) {
      case 'read':
        return { kind: 'read', stream, events, group }
      case 'write':
        return { kind: 'write', stream, events, eventSize, keys }
      case 'latency':
        return { kind: 'latency', stream, events, eventSize }
      case 'txn':
        return { kind: 'txn', stream, transactions: events, eventsEach: EVENTS_OF_TRANSACTION, eventSize, inFlight }
    }
  }
  const contests: readonly Contest[] =
    mode === 'txn' ? options.inFlight.map(inFlight => ({ inFlight })) : [{ inFlight: undefined }]
  for (const contest of contests) {
    const players = [ours, ...references].flatMap(program => playersOf(mode, program))
    for (let round = 0; round < options.rounds; round++) {
      for (const [index, player] of players.entries()) {
        const stream = filled ?? (await fresh())
        const task = taskOf(String(stream), contest, `g-${process.pid}-${index}-${round}`)
        player.turns.push(await player.program.run(task, player.way))
        if (stream !== filled) await removeStreams(factory, [stream])
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
