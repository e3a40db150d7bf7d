import { parseArgs } from 'node:util'

export interface Arguments {
  /** Its lines are the events. Undefined: the files of this project are. */
  readonly file: string | undefined
  /** Undefined: an embedded server is started. */
  readonly controller: string | undefined
}

export const USAGE = `usage: npm start -- [FILE] [--controller tcp://host:port]

Writes the lines of FILE (by default every file of this project) as events to a stream that is scaled while they flow, reads them
with a group of readers that changes, and proves that each was read once and in order. Then sends a file through a byte stream.`

/** @throws TypeError for an option that is not known */
export function parseArguments(args: readonly string[]): Arguments | 'help' {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { controller: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  })
  if (values.help === true) return 'help'
  const [file, ...rest] = positionals
  if (rest.length > 0) throw new TypeError(`one file is read at a time; '${rest.join(' ')}' is too much`)
  return { file, controller: values.controller }
}
