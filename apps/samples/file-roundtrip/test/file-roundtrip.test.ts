import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'

const entry = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const sample = (...args: string[]): Promise<{ stdout: string }> =>
  promisify(execFile)(process.execPath, [entry, ...args])

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'file-roundtrip-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it.each([0, 1, 3_000_001])('a file of %d bytes comes back equal', async bytes => {
  const file = join(folder, `file-${bytes}`)
  await writeFile(file, randomBytes(bytes))
  const { stdout } = await sample(file)
  expect(stdout.match(/SHA-256 of .* equal/g)).toHaveLength(2)
  expect(stdout).toContain('What to try next')
})

it('says what it was given that it cannot take', async () => {
  const failure = await sample('--colour').catch(error => error)
  expect(failure.code).toBe(1)
  expect(failure.stderr).toContain('usage: npm run sample')
})
