import type { Logger } from '@pravega-ts/config'
import type { AuthTokenCheckFailed, Command } from '@pravega-ts/wire-protocol'
import type { AccessControl } from '../accounts/access-control.ts'
import type { Permission } from '../accounts/permissions.ts'
import { segmentsOf } from '../faults/command-segments.ts'
import { LOG_LINES } from '../observability/log-lines.ts'
import { type Clock, type Scheduled, systemClock } from '../time/clock.ts'
import type { ConnectionServices } from './connection-services.ts'

const CHECK_FAILED = 0
const EXPIRED = 1

const READS: ReadonlySet<Command['command']> = new Set<Command['command']>([
  'GetSegmentAttribute',
  'GetStreamSegmentInfo',
  'GetTableSegmentInfo',
  'LocateOffset',
  'ReadSegment',
  'ReadTable',
  'ReadTableEntries',
  'ReadTableEntriesDelta',
  'ReadTableKeys',
])

/** What a request takes on the segments that it is about. */
export function permissionFor(request: Command): Permission {
  return READS.has(request.command) ? 'READ' : 'READ_UPDATE'
}

/** What the admission needs of the connection that it is for. */
export interface AdmittedConnection {
  readonly peer: string
  reply(reply: AuthTokenCheckFailed): void
  end(reason: string): void
  /** The segment that a writer is set up on. */
  segmentOf(writerId: string): string | undefined
}

/**
 * Looks at the token of each request on one connection. Appends have none: their connection ends when the token expires with which
 * their writer was set up, so that the client comes again with a new one.
 */
export class TokenAdmission {
  readonly #access: AccessControl
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #connection: AdmittedConnection
  /** Of each writer's token, in Unix milliseconds. */
  readonly #expiries = new Map<string, number>()
  #timer: { readonly at: number; readonly scheduled: Scheduled } | undefined

  /** For a connection of a server that asks for tokens. */
  static of(
    { access, clock = systemClock, logger }: ConnectionServices,
    connection: AdmittedConnection,
  ): TokenAdmission | undefined {
    return access && new TokenAdmission(access, clock, logger, connection)
  }

  constructor(access: AccessControl, clock: Clock, logger: Logger, connection: AdmittedConnection) {
    this.#access = access
    this.#clock = clock
    this.#logger = logger
    this.#connection = connection
  }

  /** Whether the command may be carried out; if not, its sender has been told. */
  admits(command: Command): boolean {
    if (!('delegationToken' in command)) return true
    const segments = segmentsOf(command, () => undefined)
    const needs = permissionFor(command)
    const verdict = this.#access.tokens.check(command.delegationToken, segments, needs)
    if (verdict.outcome === 'granted') {
      if (command.command === 'SetupAppend') this.#watch(command.writerId, verdict.expiresAt)
      return true
    }
    const { outcome, reason, user } = verdict
    const { peer } = this.#connection
    this.#logger.info(LOG_LINES.tokenRefused, { request: command.command, segments, user, peer, reason })
    this.#connection.reply({
      command: 'AuthTokenCheckFailed',
      requestId: command.requestId,
      serverStackTrace: '',
      errorCode: outcome === 'expired' ? EXPIRED : CHECK_FAILED,
    })
    return false
  }

  close(): void {
    this.#timer?.scheduled.cancel()
    this.#timer = undefined
    this.#expiries.clear()
  }

  #watch(writerId: string, expiresAt: number | undefined): void {
    if (expiresAt === undefined) {
      this.#expiries.delete(writerId)
      return
    }
    this.#expiries.set(writerId, expiresAt)
    if (this.#timer !== undefined && this.#timer.at <= expiresAt) return
    this.#timer?.scheduled.cancel()
    this.#schedule(expiresAt)
  }

  #schedule(at: number): void {
    this.#timer = { at, scheduled: this.#clock.schedule(at - this.#clock.now(), () => this.#look()) }
  }

  /** A writer that was set up again since then has a later time, and one that is gone none. */
  #look(): void {
    this.#timer = undefined
    let next = Number.POSITIVE_INFINITY
    for (const [writerId, expiresAt] of this.#expiries) {
      if (this.#connection.segmentOf(writerId) === undefined) {
        this.#expiries.delete(writerId)
      } else if (expiresAt <= this.#clock.now()) {
        this.#connection.end('the token of a writer has expired')
        return
      } else {
        next = Math.min(next, expiresAt)
      }
    }
    if (next < Number.POSITIVE_INFINITY) this.#schedule(next)
  }
}
