import { spawnSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const here = fileURLToPath(new URL('.', import.meta.url))
const root = join(here, '../../../..')
const folder = join(here, '.examples')
const EXAMPLE = /^```ts\n([\s\S]*?)^```$/gm

function examples(): Map<string, string> {
  const found = new Map<string, string>()
  for (const document of globSync(['README.md', 'packages/*/README.md', 'apps/*/README.md', 'DESIGN.md'], {
    cwd: root,
  })) {
    const text = readFileSync(join(root, document), 'utf8')
    for (const match of text.matchAll(EXAMPLE)) {
      const line = text.slice(0, match.index).split('\n').length
      found.set(`${document.replaceAll(/[/.]/g, '-')}-line-${line}.ts`, match[1] ?? '')
    }
  }
  return found
}

it('every TypeScript example in the documents compiles', () => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  const files = examples()
  expect(files.size).toBeGreaterThan(5)
  // An empty export makes each example a module of its own, in which top-level await is allowed.
  for (const [name, text] of files) writeFileSync(join(folder, name), `${text}\nexport {}\n`)
  cpSync(join(here, 'names.d.ts'), join(folder, 'names.d.ts'))
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: '../../../../../tsconfig.test.json',
      compilerOptions: { noUnusedLocals: false },
      include: ['*.ts'],
    }),
  )
  const { status, stdout } = spawnSync('tsc', ['-p', folder, '--pretty', 'false'], { encoding: 'utf8' })
  expect(stdout).toBe('')
  expect(status).toBe(0)
  rmSync(folder, { recursive: true, force: true })
})
