import type { Logger } from '@pravega-ts/config'
import { toJsonLine } from './output.ts'

/** How much of what the client does is told on standard error. */
export type LogDetail = 'everything' | 'warnings' | 'nothing'

/** The same warning again and again, while a server is away, says nothing new. */
const SAME_WARNING_MS = 30_000

type Line = Logger['info']

/** Warnings are told unless programs read along: someone waits, and wants to know for what. */
export function loggerTo(stderr: NodeJS.WriteStream, detail: LogDetail): Logger {
  const write = (line: string): void => {
    // A progress line may stand there.
    stderr.write(stderr.isTTY ? `\r\x1b[K${line}` : line)
  }
  const told = new Map<string, number>()
  const inFull = (level: string): Line => {
    return (message, fields = {}) => write(`${level}: ${message} ${toJsonLine(fields)}`)
  }
  const inBrief = (level: string): Line => {
    return (message, { cause } = {}) => {
      const now = performance.now()
      if (now - (told.get(message) ?? Number.NEGATIVE_INFINITY) < SAME_WARNING_MS) return
      told.set(message, now)
      write(`${level}: ${message}${cause === undefined ? '' : `: ${cause}`}\n`)
    }
  }
  const drop: Line = () => {}
  const quiet = detail === 'everything' ? inFull : () => drop
  const loud = detail === 'everything' ? inFull : detail === 'warnings' ? inBrief : () => drop
  return {
    trace: drop,
    debug: quiet('debug'),
    info: quiet('info'),
    warn: loud('warning'),
    error: loud('error'),
    fatal: loud('fatal'),
  }
}
