import { parseArgs } from 'node:util'

export interface Arguments {
  /** The file that is sent. */
  readonly file: string
  /** Undefined: an embedded server is started. */
  readonly controller: string | undefined
}

export const USAGE = `usage: npm run sample -- file-roundtrip [FILE] [--controller tcp://host:port]

Sends FILE (by default the Node binary that runs this) through a byte stream and compares what comes back.`

/** @throws TypeError for an option that is not known */
export function parseArguments(args: readonly string[]): Arguments | 'help' {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { controller: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  })
  if (values.help === true) return 'help'
  const [file = process.execPath, ...rest] = positionals
  if (rest.length > 0) throw new TypeError(`one file is sent at a time; '${rest.join(' ')}' is too much`)
  return { file, controller: values.controller }
}
