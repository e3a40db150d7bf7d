import { type Logger, silentLogger } from '@pravega-ts/config'
import { onTestFinished } from 'vitest'
import { type AccessControl, openAccessControl } from '../../src/accounts/access-control.ts'
import type { AccountsOptions } from '../../src/index.ts'
import type { Clock } from '../../src/time/clock.ts'
import { systemClock } from '../../src/time/clock.ts'

/** The accounts of the recorded calls. */
export const RECORDED: AccountsOptions = {
  users: [
    { name: 'admin', password: '1111_aaaa', permissions: ['prn::*,READ_UPDATE'] },
    {
      name: 'reader',
      password: '2222_bbbb',
      permissions: ['prn::/,READ', 'prn::/scope:authscope,READ', 'prn::/scope:authscope/*,READ'],
    },
    { name: 'nobody', password: '3333_cccc', permissions: ['prn::/scope:other,READ'] },
  ],
}

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

export async function openAccess(
  options: AccountsOptions = RECORDED,
  { clock = systemClock, logger = silentLogger }: { clock?: Clock; logger?: Logger } = {},
): Promise<AccessControl> {
  const access = await openAccessControl(options, clock, logger)
  onTestFinished(() => access.close())
  return access
}

export interface LoggedLine {
  readonly level: string
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** Keeps what is logged, and tells of the next line. */
export class KeepingLogger {
  readonly lines: LoggedLine[] = []
  readonly #waiting = new Set<(line: LoggedLine) => void>()

  readonly logger: Logger = Object.fromEntries(
    ['trace', 'debug', 'info', 'warn', 'error', 'fatal'].map(level => [
      level,
      (message: string, fields: Readonly<Record<string, unknown>> = {}) => this.#keep({ level, message, fields }),
    ]),
  ) as unknown as Logger

  /** The first line, from now on, whose message has this in it. */
  next(text: string): Promise<LoggedLine> {
    return new Promise(resolve => {
      const look = (line: LoggedLine): void => {
        if (!line.message.includes(text)) return
        this.#waiting.delete(look)
        resolve(line)
      }
      this.#waiting.add(look)
    })
  }

  #keep(line: LoggedLine): void {
    this.lines.push(line)
    for (const look of [...this.#waiting]) look(line)
  }
}
