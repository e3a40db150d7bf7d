import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const entry = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const sample = (...args: string[]): Promise<{ stdout: string; stderr: string }> =>
  promisify(execFile)(process.execPath, [entry, ...args])

const SEED = process.env['SEED'] ?? String(Date.now() % 1_000_000)
const KILLS = 36

it(`repeats nothing and loses nothing while processes are killed (SEED=${SEED})`, { timeout: 180_000 }, async () => {
  const { stdout, stderr } = await sample('--kills', String(KILLS), '--seed', SEED)
  console.log(stdout)
  expect(stderr).toBe('')
  expect(stdout).toMatch(/exactly once +\d+ orders, \d+ lines, in order for each customer/)
  expect(stdout).toMatch(new RegExp(`processes killed +${KILLS};`))
})

it('says what it was given that it cannot take', async () => {
  const failure = await sample('--kills', 'many').catch(error => error)
  expect(failure.code).toBe(1)
  expect(failure.stderr).toContain('--kills many is no whole number')
  expect(failure.stderr).toContain('usage: npm run sample')
})
