import { setTimeout as sleep } from 'node:timers/promises'
import { ClientFactory, ScalingPolicy, ScopedStream } from '@pravega-ts/client'
import { seededRandom } from '../random.ts'
import { between, type CrashPart, type CrashScene, RETRY } from './crash-part.ts'
import { EventLoad } from './event-load.ts'
import { KeyJournal } from './key-journal.ts'
import { ReaderLoad } from './reader-load.ts'
import { ReadingLedger } from './reading-ledger.ts'
import { StreamCheck } from './stream-check.ts'
import { StreamLoad } from './stream-load.ts'
import { TableLoad } from './table-load.ts'
import { TransactionJournal } from './transaction-journal.ts'
import { TransactionLoad } from './transaction-load.ts'
import type { Victim } from './victim.ts'

export interface CrashRunOptions {
  readonly rounds: number
  readonly seed: number
  readonly segments: number
  readonly writers: number
  /** The longest time under load before a kill, in milliseconds. */
  readonly mostLoadMs: number
  readonly tell: (line: string) => void
  /** Trouble that is no fault yet. */
  readonly tellTrouble: (line: string) => void
}

/** What a run has come to. */
export interface CrashRunResult {
  readonly rounds: number
  readonly kills: number
  readonly faults: readonly string[]
  readonly acknowledgedEvents: number
  readonly endedTransactions: number
  readonly tableChanges: number
}

const INTERRUPTED_START = 0.15
const SECOND_KILL = 0.1
const MOST_START_MS = 400
const TRUNCATION = 0.6

/**
 * Kills a server under load again and again, and holds what is there after each restart against what clients were told. Ends with the
 * first round that has faults.
 */
export async function runCrashes(victim: Victim, options: CrashRunOptions): Promise<CrashRunResult> {
  const { rounds, seed, tell } = options
  const random = seededRandom(seed)
  await victim.start()
  // A directory may have been used before.
  const stream = new ScopedStream(`crash-${Date.now()}`, 'events')
  const scene: CrashScene = {
    controllerUri: victim.controllerUri,
    scope: stream.scope,
    stream,
    random,
    tell: options.tellTrouble,
  }
  await prepare(scene, options.segments)
  let round = 0
  const keys = new KeyJournal()
  const transactions = new TransactionJournal()
  const readings = new ReadingLedger()
  await using resources = new AsyncDisposableStack()
  const readers = new ReaderLoad(scene, readings)
  const table = new TableLoad(scene)
  const streams = new StreamLoad(scene)
  const writers = Array.from({ length: options.writers }, (_, n) => new EventLoad(`writer-${n}`, scene, keys))
  const parts = new Map<string, CrashPart>([
    ['the readers', readers],
    ['the table', table.loops],
    ['the streams', streams.loops],
    ['the transactions', new TransactionLoad(scene, transactions).loops],
    ...writers.map(({ loops }, n) => [`writer ${n}`, loops] as const),
  ])
  for (const part of parts.values()) resources.use(part)
  const inAll = async (what: string, work: (part: CrashPart) => Promise<void>): Promise<void> => {
    const one = async ([name, part]: readonly [string, CrashPart]): Promise<void> => {
      try {
        await work(part)
      } catch (cause) {
        throw new Error(`round ${round}: ${name} cannot ${what}: ${cause}`, { cause })
      }
    }
    await Promise.all([...parts].map(one))
  }
  const check = resources.use(new StreamCheck(scene, keys, transactions, readings))

  let kills = 0
  const faults: string[] = []
  while (round < rounds && faults.length === 0) {
    round++
    const started = performance.now()
    await inAll('begin', part => part.begin())
    const { checkpoint } = readers
    const truncation = checkpoint !== undefined && random() < TRUNCATION ? check.truncate(checkpoint) : undefined
    truncation?.catch(error => scene.tell(`a truncation has an unknown outcome: ${error}`))
    const loadMs = between(random, 1, options.mostLoadMs)
    await sleep(loadMs)
    await victim.kill()
    kills++
    const dead = inAll('die', part => part.crash())
    // Waited for when the server is back.
    dead.catch(() => {})
    for (; random() < INTERRUPTED_START; kills++) await victim.startAndKill(between(random, 1, MOST_START_MS))
    let recovery = await victim.start()
    if (random() < SECOND_KILL) {
      await sleep(between(random, 1, options.mostLoadMs / 4))
      await victim.kill()
      kills++
      recovery = `${recovery}, then ${await victim.start()}`
    }
    await dead
    await inAll('settle', part => part.settle())
    await truncation?.catch(() => {})
    const before = performance.now()
    faults.push(...(await check.check()), ...(await table.check()), ...(await streams.check()))
    tell(
      `round ${round}: killed after ${loadMs} ms; recovery ${recovery}; ${check.events} events checked in ` +
        `${Math.round(performance.now() - before)} ms; ${Math.round(performance.now() - started)} ms in all`,
    )
  }
  return {
    rounds: round,
    kills,
    faults,
    acknowledgedEvents: keys.acknowledgements,
    endedTransactions: transactions.ended,
    tableChanges: table.changes,
  }
}

async function prepare({ controllerUri, stream }: CrashScene, segments: number): Promise<void> {
  await using factory = await ClientFactory.create({ controllerUri, retry: RETRY })
  await factory.streamManager().createScope(stream.scope)
  await factory.streamManager().createStream(stream, { scaling: ScalingPolicy.fixed(segments) })
}
