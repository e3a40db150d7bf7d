import { parseArgs } from 'node:util'

export interface Arguments {
  /** Undefined: an embedded server is started. */
  readonly controller: string | undefined
  readonly kills: number
  readonly workers: number
  readonly seed: number
}

export const USAGE = `usage: npm run sample -- exactly-once-pipeline [--controller tcp://host:port] [--kills 12] [--workers 3] [--seed N]

Turns orders into invoice lines with several processes that are killed at random moments, and proves that each line was written once
and in order. The seed decides who is killed when.`

const KILLS = '12'
const WORKERS = '3'

/** @throws TypeError for what is not known */
export function parseArguments(args: readonly string[]): Arguments | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      controller: { type: 'string' },
      kills: { type: 'string', default: KILLS },
      workers: { type: 'string', default: WORKERS },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help === true) return 'help'
  return {
    controller: values.controller,
    kills: wholeNumber('--kills', values.kills, 0),
    workers: wholeNumber('--workers', values.workers, 1),
    seed: wholeNumber('--seed', values.seed, 0),
  }
}

function wholeNumber(flag: string, text: string, least: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= least && Number.isSafeInteger(value)) return value
  throw new TypeError(`${flag} ${text} is no whole number from ${least} on`)
}
