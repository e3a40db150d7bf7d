import { createHash } from 'node:crypto'
import { glob, open, readFile, stat } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Row, Table } from './table.ts'

const PROJECT = fileURLToPath(new URL('../../../../../', import.meta.url))
const LOCKFILE = 'pnpm-lock.yaml'
const NOT_OURS = new Set(['node_modules', 'dist', 'coverage', 'target'])
/** `  '@scope/name@1.2.3':` and, in a line behind it, `    resolution: {integrity: sha512-…}` */
const PACKAGE = /^ {2}'?(@?[^@\s']+)@([^:'\s]+)'?:$/
const INTEGRITY = /^ {4}resolution: \{integrity: (\S+?)\}$/

async function* lockedPackages(): AsyncGenerator<Row> {
  await using lockfile = await open(join(PROJECT, LOCKFILE))
  let section = ''
  let name = ''
  let version = ''
  for await (const line of lockfile.readLines()) {
    if (/^\S/.test(line)) section = line
    if (section !== 'packages:') continue
    const head = PACKAGE.exec(line)
    if (head !== null) [, name = '', version = ''] = head
    const [, integrity] = INTEGRITY.exec(line) ?? []
    if (integrity !== undefined)
      yield { name, version, integrity: Buffer.from(integrity.replace(/^sha512-/, ''), 'base64') }
  }
}

async function* projectFiles(): AsyncGenerator<Row> {
  const exclude = ({ name }: { readonly name: string }): boolean => name.startsWith('.') || NOT_OURS.has(name)
  for await (const entry of glob('**', { cwd: PROJECT, withFileTypes: true, exclude })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const { size, mtimeNs, mtime } = await stat(path, { bigint: true })
    const sha256 = createHash('sha256')
      .update(await readFile(path))
      .digest()
    const relative = path.slice(PROJECT.length).replaceAll(sep, '/')
    yield { path: relative, extension: extname(path), size, modified: mtime, modified_ns: mtimeNs, sha256 }
  }
}

/** Read once: a file may change from one reading to the next. */
async function kept(table: Omit<Table, 'rows'>, rows: AsyncIterable<Row>): Promise<Table> {
  const all: Row[] = []
  for await (const row of rows) all.push(row)
  return { ...table, rows: () => all }
}

/** Tables that are on every machine that this runs on. */
export async function projectTables(): Promise<Table[]> {
  const packages = {
    name: 'locked_packages',
    origin: `packages in ${LOCKFILE}`,
    columns: { name: 'text', version: 'text', integrity: 'bytes' },
    primaryKey: ['name', 'version'],
  }
  const files = {
    name: 'project_files',
    origin: 'files of this project',
    columns: {
      path: 'text',
      extension: 'text',
      size: 'bigint',
      modified: 'date',
      modified_ns: 'bigint',
      sha256: 'bytes',
    },
    primaryKey: ['path'],
  }
  return [await kept(packages, lockedPackages()), await kept(files, projectFiles())]
}
