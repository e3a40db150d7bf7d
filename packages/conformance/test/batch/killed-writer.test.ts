import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { ClientFactory } from '@pravega-ts/client'
import { expect, it } from 'vitest'
import { describeEngines, type Engine } from '../../src/engine.ts'
import { TableScene } from './table-scene.ts'

const batchProcess = fileURLToPath(new URL('../../dist/batch-process.js', import.meta.url))
const ROWS_OF_BATCH = 50
const TABLES = ['left', 'right']

interface Landed {
  readonly run: string
  readonly batch: number
  readonly number: number
  readonly of: number
}

/** Runs the process; with `killAt`, kills it when it prints that line for the so-manieth time. */
async function run(
  { controllerUri }: Engine,
  scope: string,
  args: readonly (string | number)[],
  killAt?: { readonly line: string; readonly nth: number },
): Promise<void> {
  const child = spawn(process.execPath, [batchProcess, controllerUri, scope, ...args.map(String)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = once(child, 'exit')
  let seen = 0
  for await (const line of createInterface(child.stdout)) {
    if (line !== 'landed' && line !== 'half') throw new Error(line)
    if (line === killAt?.line && ++seen === killAt.nth) child.kill('SIGKILL')
  }
  expect(await exit).toEqual(killAt === undefined ? [0, null] : [null, 'SIGKILL'])
}

describeEngines('a writer of batches that is killed', engine => {
  it('leaves whole batches only, and those of the run after it', async () => {
    await using factory = await ClientFactory.create(engine.controllerUri)
    const scene = new TableScene(factory)
    await run(engine, scene.scope, ['half', ROWS_OF_BATCH, 3, 'stay'], { line: 'half', nth: 1 })
    await run(engine, scene.scope, ['early', ROWS_OF_BATCH, 1000], { line: 'landed', nth: 1 })
    await run(engine, scene.scope, ['later', ROWS_OF_BATCH, 1000], { line: 'landed', nth: 6 })
    await run(engine, scene.scope, ['whole', ROWS_OF_BATCH, 4])
    const set = await scene.read(TABLES)
    for (const table of TABLES) {
      const rows = [...set.table(table)] as unknown as Landed[]
      const batches = Map.groupBy(rows, row => `${row.run} ${row.batch}`)
      for (const [batch, landed] of batches) {
        expect([batch, landed.map(({ number }) => number)]).toEqual([
          batch,
          Array.from({ length: ROWS_OF_BATCH }, (_, n) => n),
        ])
        expect(landed.every(({ of }) => of === ROWS_OF_BATCH)).toBe(true)
      }
      // Batches of one run land one after the other, so no later one is there without those before.
      const last = Map.groupBy(rows, row => row.run)
      for (const [name, landed] of last) {
        const numbers = [...new Set(landed.map(({ batch }) => batch))]
        expect([name, numbers]).toEqual([name, numbers.map((_, index) => index)])
      }
      expect(last.get('whole')).toHaveLength(4 * ROWS_OF_BATCH)
      expect(last.get('half')?.length).toBe(3 * ROWS_OF_BATCH)
    }
  }, 120_000)
})
