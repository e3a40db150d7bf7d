import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'

const entry = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const tour = (...args: string[]): Promise<{ stdout: string; stderr: string }> =>
  promisify(execFile)(process.execPath, [entry, ...args])

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tour-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it.each([
  ['no line', 0, 0],
  ['one line', 1, 1],
  ['lines of one key', 3_000, 1],
  ['lines of many keys', 20_000, 500],
])('reads %s exactly once, whoever joins and leaves and however the stream is scaled', async (_, lines, keys) => {
  const file = join(folder, `${lines}-${keys}`)
  const text = Array.from({ length: lines }, (_, n) => `key${n % Math.max(keys, 1)} says ${n}\n`)
  await writeFile(file, text.join(''))
  const { stdout, stderr } = await tour(file)
  expect(stderr).toBe('')
  expect(stdout).toContain(
    `read exactly once                  ${lines} of ${lines} events, each of ${keys} keys in order`,
  )
  for (const happened of ['has 6 segments now', 'ben has left, dora has joined', 'has 4 segments now']) {
    expect(stdout).toContain(happened)
  }
  const counts = [...stdout.matchAll(/│ (anna|ben|clara|dora) +│ +(\d+) │ +(\d+) │/g)]
  expect(counts.map(([, id]) => id).sort()).toEqual(['anna', 'ben', 'clara', 'dora'])
  expect(counts.reduce((sum, [, , events]) => sum + Number(events), 0)).toBe(lines)
  expect(stdout.match(/SHA-256 of .* equal/g)).toHaveLength(3)
  expect(stdout).toContain('What to try next')
  // Not a terminal: nothing is drawn.
  expect(stdout).not.toContain('\x1b')
})

it('reads the files of this project when it is given none', async () => {
  const { stdout } = await tour()
  expect(stdout).toMatch(/every file of this project, keyed by its folder\n/)
  expect(stdout).toMatch(/read exactly once +(\d{3,}) of \1 events/)
})

it('says what it was given that it cannot take, before it starts anything', async () => {
  for (const [args, says] of [
    [['--colour'], 'usage: npm start'],
    [['a', 'b'], 'one file is read at a time'],
    [[join(folder, 'absent')], 'ENOENT'],
  ] as const) {
    const failure = await tour(...args).catch(error => error)
    expect(failure).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(says) })
  }
  expect((await tour('--help')).stdout).toMatch(/^usage: npm start/)
})
