import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { buildJavaReference } from '../java-build.ts'
import type { Figures } from '../measure.ts'
import type { BenchOptions } from '../options.ts'

/** What the reference program prints: the same names, fewer of them. */
export type ReferenceFigures = Pick<
  Figures,
  'mode' | 'events' | 'bytes' | 'wall_s' | 'MB_per_s' | 'cpu_s' | 'cpu_s_per_GB'
>

/** Runs the same load with Pravega's own client against the same server. */
export async function runJavaReference(controllerUri: string, options: BenchOptions): Promise<ReferenceFigures> {
  if (options.mode === 'bytecopy') throw new Error('the reference program knows bytewrite and byteread only')
  const classPath = await buildJavaReference()
  const numbers = [String(options.eventSize), String(options.events)]
  const args = ['-cp', classPath, 'ByteBench', options.mode, controllerUri, ...numbers]
  const { stdout } = await promisify(execFile)('java', args)
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
}
