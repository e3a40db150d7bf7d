import { parseArgs } from 'node:util'

export interface Arguments {
  /** Undefined: an embedded server is started. */
  readonly controller: string | undefined
  readonly orders: number
  /** How often the consumer is killed. */
  readonly crashes: number
}

export const USAGE = `usage: npm run sample -- resume [--orders 2000] [--crashes 1] [--controller tcp://host:port]

A consumer is killed and started again, then gets a colleague. In the end each order was billed exactly once.`

/** @throws TypeError for an option that is not known, or makes no sense */
export function parseArguments(args: readonly string[]): Arguments | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      controller: { type: 'string' },
      orders: { type: 'string', default: '2000' },
      crashes: { type: 'string', default: '1' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help === true) return 'help'
  return {
    controller: values.controller,
    orders: whole('--orders', values.orders),
    crashes: whole('--crashes', values.crashes),
  }
}

function whole(flag: string, text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new TypeError(`${flag} '${text}' is no whole number from 1 to 9999999`)
  return Number(text)
}
