import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const PROJECT = fileURLToPath(new URL('../reference/java/', import.meta.url))
const SOURCES = join(PROJECT, 'src', 'main', 'java')
const BUILDS = fileURLToPath(new URL('../.reports/', import.meta.url))
const CLASS_PATH = 'classpath.txt'

const run = promisify(execFile)

/**
 * Builds the Java reference programs once for each state of their sources. Maven fetches Pravega's client.
 *
 * @returns the class path to run them with
 */
export async function buildJavaReference(): Promise<string> {
  const names = (await readdir(SOURCES)).sort()
  const sources = names.map(name => join(SOURCES, name))
  const pom = join(PROJECT, 'pom.xml')
  const hash = createHash('sha256')
  for (const file of [pom, ...sources]) hash.update(await readFile(file))
  const folder = join(BUILDS, `java-${hash.digest('hex').slice(0, 12)}`)
  if (!existsSync(folder)) {
    await mkdir(BUILDS, { recursive: true })
    const half = await mkdtemp(join(BUILDS, 'java-half-'))
    const classPathFile = join(half, CLASS_PATH)
    await run('mvn', ['-q', '-B', '-f', pom, 'dependency:build-classpath', `-Dmdep.outputFile=${classPathFile}`])
    await run('javac', ['-cp', await readFile(classPathFile, 'utf8'), '-d', half, ...sources])
    // Another run may have been faster; its build is the same.
    await rename(half, folder).catch(() => rm(half, { recursive: true }))
  }
  return `${await readFile(join(folder, CLASS_PATH), 'utf8')}${delimiter}${folder}`
}
