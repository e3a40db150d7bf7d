import type { Message } from '@bufbuild/protobuf'
import type { Logger } from '@pravega-ts/config'
import type { AccessControl } from '../../accounts/access-control.ts'
import type { Account } from '../../accounts/account.ts'
import { ANYBODY, type Caller, callerOf } from '../../accounts/caller.ts'
import { LOG_LINES } from '../../observability/log-lines.ts'
import { Refusal } from '../operations/refusal.ts'
import { type CallNeed, callNeeds } from './call-needs.ts'

/** A call that asks to be served. */
export interface Applicant {
  readonly method: string
  readonly request: Message
  /** Value of the `authorization` header. Goes nowhere but to the authenticator. */
  readonly authorization: string | undefined
  /** Address and port, for logs. */
  readonly peer: string
}

/** Lets calls in, as the caller they come from. */
export interface Admission {
  /** @throws Refusal `UNAUTHENTICATED`, `PERMISSION_DENIED`, `UNKNOWN`, `UNAVAILABLE` or `INTERNAL` */
  admit(applicant: Applicant): Promise<Caller>
}

const LONGEST_NAME = 100

export const openToAll: Admission = { admit: async () => ANYBODY }

/** Looks at who calls and whether that account may do it. Statuses and texts are Pravega's. */
export function admissionBy(access: AccessControl, logger: Logger): Admission {
  const needs: Readonly<Record<string, ((request: never) => CallNeed) | undefined>> = callNeeds(access.readerGroupsNeed)
  return {
    async admit({ authorization, method, peer, request }) {
      const account = await identify(access, { authorization, method, peer }, logger)
      const need = needs[method]?.(request as never) ?? 'account'
      if (need === 'nothing') return account === undefined ? ANYBODY : callerOf(account, access.tokens)
      if (account === undefined) {
        logger.info(LOG_LINES.noCredentials, { method, peer })
        throw unauthenticated('Authentication failed')
      }
      const caller = callerOf(account, access.tokens)
      if (need === 'account' || need.anyOf.some(resource => caller.may(resource, need.permission))) {
        return caller
      }
      logger.info(LOG_LINES.noPermission, {
        user: account.name,
        peer,
        method,
        needs: need.permission,
        on: need.anyOf,
      })
      throw permissionDenied()
    },
  }
}

export function permissionDenied(): Refusal {
  return new Refusal('PERMISSION_DENIED', 'Authorization failed')
}

/** The account that the credentials are of, or undefined if there are none. */
async function identify(
  { authenticator }: AccessControl,
  { authorization, method, peer }: Omit<Applicant, 'request'>,
  logger: Logger,
): Promise<Account | undefined> {
  const found = await authenticator.authenticate(authorization)
  switch (found.outcome) {
    case 'account':
      return found.account
    case 'none':
      return undefined
    case 'wrong':
      logger.warn(LOG_LINES.wrongCredentials, { user: found.user.slice(0, LONGEST_NAME), peer, method })
      throw unauthenticated('')
    case 'unreadable':
      logger.warn(LOG_LINES.unreadableCredentials, { peer, method })
      throw new Refusal('UNKNOWN', '')
    case 'busy':
      logger.warn(LOG_LINES.tooManyChecks, { peer, method })
      throw new Refusal('UNAVAILABLE', 'Too many passwords are being checked; try again')
  }
}

function unauthenticated(message: string): Refusal {
  return new Refusal('UNAUTHENTICATED', message)
}
