import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { runCrashes } from '../../src/crash/crash-run.ts'
import { FailingDiskVictim } from '../../src/crash/failing-disk-victim.ts'
import { ProcessVictim } from '../../src/crash/process-victim.ts'
import type { Victim } from '../../src/crash/victim.ts'

const program = fileURLToPath(new URL('../../dist/crash/victim-program.js', import.meta.url))
const SEED = 7

// `npm run crash` is the long version.
it.each<[string, number, (directory: string) => Victim]>([
  ['is killed under load', 6, directory => new ProcessVictim(directory, { program })],
  ['has a disk that fails under load', 3, directory => new FailingDiskVictim(directory)],
])(`a server that %s has what it acknowledged (%i rounds, seed ${SEED})`, async (_, rounds, victimIn) => {
  const directory = await mkdtemp(join(tmpdir(), 'pravega-crash-'))
  const told: string[] = []
  {
    await using victim = victimIn(directory)
    const { faults, acknowledgedEvents, endedTransactions, tableChanges } = await runCrashes(victim, {
      rounds,
      seed: SEED,
      segments: 4,
      writers: 2,
      mostLoadMs: 300,
      tell: line => told.push(line),
      tellTrouble: line => told.push(line),
    })
    expect(faults, told.join('\n')).toEqual([])
    for (const count of [acknowledgedEvents, endedTransactions, tableChanges]) expect(count).toBeGreaterThan(0)
  }
  await rm(directory, { recursive: true })
})
