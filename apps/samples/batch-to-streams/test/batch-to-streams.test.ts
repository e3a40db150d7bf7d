import { execFile } from 'node:child_process'
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
  folder = await mkdtemp(join(tmpdir(), 'batch-to-streams-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

it('lands the packages and the files of this project, and finds them equal', async () => {
  const { stdout } = await sample()
  expect(stdout).toMatch(
    /locked_packages .*│ packages in pnpm-lock.yaml │ \d+ +│ \d{2,} +│ \d{2,} +│ [0-9a-f]{12}… │ equal/,
  )
  expect(stdout).toMatch(/project_files .*│ equal/)
  expect(stdout).toContain('What to try next')
})

it.each(['transaction', 'events'])('lands files of one who tries it (%s)', async mode => {
  const csv = await file('Orders 2026.csv', '\ufeffid,item,"note, long"\n1,apple,"two\nlines"\n2,pear,\n2,pear,\n')
  const jsonl = await file('people.jsonl', `{"id":1,"tags":["a"]}\n\n{"id":2,"name":{"first":"Zoë"}}\n`)
  const { stdout } = await sample(csv, jsonl, '--mode', mode)
  expect(stdout).toMatch(/Orders 2026 .*│ 1 +│ 3 +│ 3 +│ .*│ equal/)
  expect(stdout).toMatch(/people .*│ 1 +│ 2 +│ 2 +│ .*│ equal/)
})

it('says what is wrong with what it was given', async () => {
  const failure = async (...args: string[]): Promise<string> =>
    (await sample(...args).catch(error => error)).stderr ?? 'it worked'
  expect(await failure('--colour')).toContain('usage: npm run sample')
  expect(await failure('--mode', 'fast')).toContain('--mode fast is none')
  expect(await failure(await file('a.jsonl', '{}\n[]\n'))).toContain('a.jsonl:2 is no JSON object')
  expect(await failure(await file('b.csv', 'a,b\n1\n'))).toContain('Invalid Record Length')
  expect(await failure(join(folder, 'none.csv'))).toContain('ENOENT')
  expect(await failure(await file('c.csv', 'a\n'), await file('c.jsonl', ''))).toContain("two files make a table 'c'")
})
