import { execFile, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const PROJECT = fileURLToPath(new URL('../foreign/java/', import.meta.url))
const SOURCES = join(PROJECT, 'src', 'main', 'java')
const BUILDS = fileURLToPath(new URL('../.reports/', import.meta.url))
const CLASS_PATH = 'classpath.txt'

const run = promisify(execFile)

/** The tool that is missing to run Pravega's own Java client, for the name of a skipped test; undefined: all are there. */
export function missingJavaTool(): string | undefined {
  const tools = [
    ['java', '-version'],
    ['javac', '-version'],
    ['mvn', '-v'],
  ] as const
  return tools.find(([tool, argument]) => spawnSync(tool, [argument], { stdio: 'ignore' }).status !== 0)?.[0]
}

/** Changes with every change of the program, so that a build of other sources is never run. */
function digest(sources: readonly string[]): string {
  const hash = createHash('sha256')
  for (const file of [join(PROJECT, 'pom.xml'), ...sources]) hash.update(readFileSync(file))
  return hash.digest('hex').slice(0, 12)
}

/**
 * Builds the Java program once. Maven fetches Pravega's client.
 *
 * @returns the class path to run it with
 */
export async function buildForeignJava(): Promise<string> {
  const sources = readdirSync(SOURCES)
    .filter(name => name.endsWith('.java'))
    .sort()
    .map(name => join(SOURCES, name))
  const folder = join(BUILDS, `foreign-java-${digest(sources)}`)
  if (!existsSync(folder)) {
    await mkdir(BUILDS, { recursive: true })
    const half = await mkdtemp(join(BUILDS, 'foreign-java-half-'))
    const classPathFile = join(half, CLASS_PATH)
    const pom = join(PROJECT, 'pom.xml')
    await run('mvn', ['-q', '-B', '-f', pom, 'dependency:build-classpath', `-Dmdep.outputFile=${classPathFile}`])
    await run('javac', ['-cp', await readFile(classPathFile, 'utf8'), '-d', half, ...sources])
    // Another run may have been faster; its build is the same.
    await rename(half, folder).catch(() => rm(half, { recursive: true }))
  }
  return `${await readFile(join(folder, CLASS_PATH), 'utf8')}${delimiter}${folder}`
}
