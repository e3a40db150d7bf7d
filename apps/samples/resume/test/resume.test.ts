import { execFile } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const folder = fileURLToPath(new URL('..', import.meta.url))
const resume = (...args: string[]): Promise<{ stdout: string; stderr: string }> =>
  promisify(execFile)(process.execPath, [`${folder}dist/main.js`, ...args])

it('goes on after crashes with a second consumer, and nothing is lost or comes twice', async () => {
  const { stdout, stderr } = await resume('--orders', '1500', '--crashes', '4')
  expect(stderr).toBe('')
  expect(stdout.match(/alice is killed, with \d+ orders billed/g)).toHaveLength(4)
  expect(stdout.match(/alice +takes over from the one of this name that has died/g)).toHaveLength(4)
  expect(stdout).toMatch(/bob +is new in the group/)
  expect(stdout).toMatch(/segments of alice, as recorded +\d+ from \d+/)
  expect(stdout).toMatch(/segments of bob, as recorded +\d+ from \d+/)
  expect(stdout).toMatch(/billed +1500 orders of 8 customers, \d+\.\d\d in all, to the cent/)
  const [, before, behind] = /(\d+) orders before it, (\d+) behind it/.exec(stdout) ?? []
  expect(Number(before) + Number(behind)).toBe(1500)
}, 60_000)

it('says what it was given that it cannot take', async () => {
  for (const args of [['--colour'], ['--orders', '0'], ['--crashes', 'many']]) {
    const failure = await resume(...args).catch(error => error)
    expect(failure).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('usage: npm run sample -- resume'),
    })
  }
  expect((await resume('--help')).stdout).toMatch(/^usage: npm run sample -- resume/)
})

it('shows in its guide the code that runs', () => {
  const unindented = (text: string): string => text.replaceAll(/^ +/gm, '').trim()
  const source = globSync('src/*.ts', { cwd: folder }).map(file => readFileSync(`${folder}${file}`, 'utf8'))
  const code = source.map(unindented).join('\n')
  const blocks = [...readFileSync(`${folder}README.md`, 'utf8').matchAll(/^```ts\n(.*?)^```$/gms)].map(
    ([, block]) => block ?? '',
  )
  expect(blocks.length).toBeGreaterThan(3)
  for (const block of blocks) expect(code).toContain(unindented(block))
})
