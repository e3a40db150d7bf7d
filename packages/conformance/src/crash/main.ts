import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { SyncPolicy } from '@pravega-ts/embedded-server'
import { runCrashes } from './crash-run.ts'
import { FullDiskVictim } from './full-disk-victim.ts'
import { ProcessVictim } from './process-victim.ts'
import type { Victim } from './victim.ts'

const USAGE = `usage: npm run crash -- [--rounds 200] [--seed N] [--data DIR] [--segments 4] [--writers 2] [--load 600] [--sync always|never|MS] [--full-disk] [--verbose]

Kills a server with SIGKILL under load, again and again, and checks after each restart that everything it has acknowledged is there, once and in
order. Prints its seed. Exits with 1, and keeps the directory, when something is not as it should be.

  --data DIR   where the server keeps its data; default: a temporary directory, removed at the end
  --load MS    the longest time under load before a kill
  --sync       the server's sync policy; a killed process loses nothing with any of them
  --full-disk  does not kill the server, but fills the disk for a while; --data is then a directory on a small file system
  --verbose    also tell what clients complain about while the server is down`

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    data: { type: 'string' },
    segments: { type: 'string', default: '4' },
    writers: { type: 'string', default: '2' },
    load: { type: 'string', default: '600' },
    sync: { type: 'string', default: 'always' },
    'full-disk': { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

/** @throws TypeError */
function whole(name: 'rounds' | 'seed' | 'segments' | 'writers' | 'load'): number {
  if (!/^\d{1,10}$/.test(values[name])) throw new TypeError(`--${name} ${values[name]} is no whole number`)
  return Number(values[name])
}

/** @throws TypeError */
function syncPolicy(text: string): SyncPolicy {
  if (text === 'always' || text === 'never') return text
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new TypeError(`--sync ${text} is none of always, never and milliseconds`)
  return { everyMs: Number(text) }
}

async function victimIn(directory: string): Promise<Victim> {
  const options = { isVerbose: values.verbose, sync: syncPolicy(values.sync) }
  if (!values['full-disk']) return new ProcessVictim(directory, options)
  return await FullDiskVictim.open(new ProcessVictim(join(directory, 'server'), options), directory)
}

async function main(): Promise<void> {
  const [rounds, seed, segments, writers, mostLoadMs] = [
    whole('rounds'),
    whole('seed'),
    whole('segments'),
    whole('writers'),
    whole('load'),
  ]
  const directory = values.data ?? (await mkdtemp(join(tmpdir(), 'pravega-crash-')))
  console.log(`seed ${seed}; ${rounds} rounds, ${segments} segments, ${writers} writers; data in ${directory}`)
  const started = performance.now()
  const tellTrouble = values.verbose ? (line: string) => console.log(`  ${line}`) : () => {}
  await using victim = await victimIn(directory)
  const again = `again: npm run crash -- --seed ${seed} --rounds ${rounds}; the data are kept in ${directory}`
  const result = await runCrashes(victim, {
    rounds,
    seed,
    segments,
    writers,
    mostLoadMs,
    tell: line => console.log(line),
    tellTrouble,
  }).catch(error => {
    console.error(again)
    throw error
  })
  const { faults, kills, acknowledgedEvents, endedTransactions, tableChanges } = result
  const seconds = Math.round((performance.now() - started) / 1000)
  console.log(
    `${result.rounds} rounds, ${kills} kills in ${seconds} s; ${acknowledgedEvents} events acknowledged, ${endedTransactions} transactions ` +
      `ended, ${tableChanges} changes of the table`,
  )
  if (faults.length === 0) {
    console.log('nothing is lost, nothing is there twice, everything is in order')
    await victim[Symbol.asyncDispose]()
    if (values.data === undefined) await rm(directory, { recursive: true, force: true })
    return
  }
  for (const fault of faults.slice(0, 50)) console.error(`FAULT: ${fault}`)
  if (faults.length > 50) console.error(`and ${faults.length - 50} more`)
  console.error(again)
  process.exitCode = 1
}

if (values.help) {
  console.log(USAGE)
} else {
  await main().catch(error => {
    console.error(error)
    if (error instanceof TypeError) console.error(USAGE)
    process.exitCode = 1
  })
}
