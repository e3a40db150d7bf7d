import { parseArgs } from 'node:util'

export interface Arguments {
  /** CSV or JSON lines; none: tables of this project. */
  readonly files: readonly string[]
  /** Undefined: an embedded server is started. */
  readonly controller: string | undefined
  readonly mode: 'transaction' | 'events'
}

export const USAGE = `usage: npm run sample -- batch-to-streams [FILE...] [--controller tcp://host:port] [--mode transaction|events]

Lands tables in streams, one each, through a StreamingBatchWriter; reads them back with a group of readers, and compares. Each FILE
is a table: .csv with the names of its columns in the first line, or anything else with a JSON object in each line. Without a file the
tables are the packages in this project's lockfile, and its files.`

/** @throws TypeError for an option that is not known */
export function parseArguments(args: readonly string[]): Arguments | 'help' {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      controller: { type: 'string' },
      mode: { type: 'string', default: 'transaction' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help === true) return 'help'
  const { mode, controller } = values
  if (mode !== 'transaction' && mode !== 'events') {
    throw new TypeError(`--mode ${mode} is none; give transaction or events`)
  }
  return { files: positionals, controller, mode }
}
