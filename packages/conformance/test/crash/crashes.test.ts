import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { runCrashes } from '../../src/crash/crash-run.ts'
import { ProcessVictim } from '../../src/crash/process-victim.ts'

const program = fileURLToPath(new URL('../../dist/crash/victim-program.js', import.meta.url))
const ROUNDS = 8
const SEED = 7

// `npm run crash` is the long version.
it(`a server that is killed under load has what it acknowledged (${ROUNDS} rounds, seed ${SEED})`, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'pravega-crash-'))
  const told: string[] = []
  await using victim = new ProcessVictim(directory, { program })
  const { faults, acknowledgedEvents, endedTransactions, tableChanges } = await runCrashes(victim, {
    rounds: ROUNDS,
    seed: SEED,
    segments: 4,
    writers: 2,
    mostLoadMs: 300,
    tell: line => told.push(line),
    tellTrouble: line => told.push(line),
  })
  expect(faults, told.join('\n')).toEqual([])
  for (const count of [acknowledgedEvents, endedTransactions, tableChanges]) expect(count).toBeGreaterThan(0)
  await victim.kill()
  await rm(directory, { recursive: true })
})
