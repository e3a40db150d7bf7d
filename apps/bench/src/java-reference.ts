import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Figures } from './measure.ts'
import type { BenchOptions } from './options.ts'

const PROJECT = fileURLToPath(new URL('../reference/java/', import.meta.url))
const BUILD = fileURLToPath(new URL('../.reports/java/', import.meta.url))

/** What the reference program prints: the same names, fewer of them. */
export type ReferenceFigures = Pick<
  Figures,
  'mode' | 'events' | 'bytes' | 'wall_s' | 'MB_per_s' | 'cpu_s' | 'cpu_s_per_GB'
>

function run(command: string, args: readonly string[]): string {
  const result = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  if (result.status !== 0) {
    throw new Error(`${command} failed (${result.error?.message ?? result.status}):\n${result.stdout}${result.stderr}`)
  }
  return result.stdout
}

/** Builds the reference once, then runs the same load with Pravega's own client against the same server. */
export function runJavaReference(controllerUri: string, options: BenchOptions): ReferenceFigures {
  if (options.mode === 'bytecopy') throw new Error('the reference program knows bytewrite and byteread only')
  const classPathFile = join(BUILD, 'classpath.txt')
  if (!existsSync(join(BUILD, 'ByteBench.class'))) {
    mkdirSync(BUILD, { recursive: true })
    run('mvn', [
      '-q',
      '-B',
      '-f',
      join(PROJECT, 'pom.xml'),
      'dependency:build-classpath',
      `-Dmdep.outputFile=${classPathFile}`,
    ])
    run('javac', [
      '-cp',
      readFileSync(classPathFile, 'utf8'),
      '-d',
      BUILD,
      join(PROJECT, 'src/main/java/ByteBench.java'),
    ])
  }
  const classPath = `${readFileSync(classPathFile, 'utf8')}${delimiter}${BUILD}`
  const numbers = [String(options.eventSize), String(options.events)]
  const lines = run('java', ['-cp', classPath, 'ByteBench', options.mode, controllerUri, ...numbers])
    .trim()
    .split('\n')
  return JSON.parse(lines.at(-1) ?? '')
}
