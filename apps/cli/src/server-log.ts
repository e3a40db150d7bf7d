import { styleText } from 'node:util'
import type { Logger } from '@pravega-ts/config'
import { toJsonLine } from './output.ts'

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const
type Level = (typeof LEVELS)[number]
type Line = Logger['info']

/** Least level that is told, or nothing at all. */
export type LogLevel = Level | 'silent'

export const LOG_LEVELS: readonly LogLevel[] = [...LEVELS, 'silent']

const COLOURS = { trace: 'gray', debug: 'gray', info: 'cyan', warn: 'yellow', error: 'red', fatal: 'red' } as const

/** Log lines of a server: for people on a terminal, otherwise one JSON object a line with `time`, `level` and `message`. */
export function serverLog(stderr: NodeJS.WriteStream, least: LogLevel): Logger {
  const lineOf = (level: Level): Line => {
    if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(least)) return () => {}
    return (message, fields = {}) => {
      const readable = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, readableError(value)]))
      const time = new Date().toISOString()
      stderr.write(
        stderr.isTTY
          ? `${time.slice(11, 23)} ${styleText(COLOURS[level], level.padEnd(5), { stream: stderr })} ${message}${pairs(readable)}\n`
          : toJsonLine({ time, level, message, ...readable }),
      )
    }
  }
  return {
    trace: lineOf('trace'),
    debug: lineOf('debug'),
    info: lineOf('info'),
    warn: lineOf('warn'),
    error: lineOf('error'),
    fatal: lineOf('fatal'),
  }
}

/** Errors have no fields of their own that JSON would show. */
function readableError(value: unknown): unknown {
  if (!(value instanceof Error)) return value
  const { code } = value as NodeJS.ErrnoException
  return code === undefined ? value.message : `${code}: ${value.message}`
}

function pairs(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${typeof value === 'string' ? value : toJsonLine(value).trimEnd()}`)
    .join('')
}
