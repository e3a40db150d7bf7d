import { StreamInfo_AccessOperation as AccessOperation } from '@pravega-ts/controller-client/generated'
import { ANYBODY, type Caller } from '../../accounts/caller.ts'
import type { Permission } from '../../accounts/permissions.ts'
import {
  isInternalStream,
  ownerResource,
  streamResource,
  tableNamedBy,
  tableResource,
} from '../../accounts/resources.ts'
import type { TokenClaim } from '../../accounts/token-authority.ts'
import type { ControllerContext } from '../operations/context.ts'
import { badArgument } from '../operations/refusal.ts'
import { permissionDenied } from './admission.ts'
import type { ControllerHandlers } from './controller-handlers.ts'

/** What a token allows, and what its owner must be allowed to get it. */
interface Grant {
  readonly needed: Permission
  readonly granted: Permission
}

/**
 * Tokens with which the segment store lets clients in.
 * @param groupsNeed - What it takes on the owner of an internal stream to write to it.
 */
export function tokenHandlers(context: ControllerContext, groupsNeed: Permission): ControllerHandlers {
  return {
    getDelegationToken: ({ scope, stream, accessOperation }, caller) => {
      if (caller === ANYBODY) return { delegationToken: '' }
      if (scope === '' || stream === '') throw badArgument()
      const grant = grantFor(accessOperation, stream, groupsNeed)
      const claims = claimsOn(context, scope, stream, grant, caller)
      if (claims.length === 0) throw permissionDenied()
      return { delegationToken: caller.tokenFor(...claims) }
    },
  }
}

function grantFor(access: AccessOperation, stream: string, groupsNeed: Permission): Grant {
  switch (access) {
    case AccessOperation.UNSPECIFIED:
      return { needed: 'READ_UPDATE', granted: 'READ_UPDATE' }
    case AccessOperation.READ:
      return { needed: 'READ', granted: 'READ' }
    case AccessOperation.WRITE:
    case AccessOperation.READ_WRITE:
      return { needed: isInternalStream(stream) ? groupsNeed : 'READ_UPDATE', granted: 'READ_UPDATE' }
    case AccessOperation.NONE:
      return { needed: 'READ', granted: isInternalStream(stream) ? 'READ' : 'NONE' }
    default:
      throw badArgument()
  }
}

/** A name may be that of a stream, of a table, or of both; its segments are told apart by the claims. */
function claimsOn(
  { state }: ControllerContext,
  scope: string,
  stream: string,
  { granted: permission, needed }: Grant,
  caller: Caller,
): readonly TokenClaim[] {
  const claims: TokenClaim[] = []
  const table = tableNamedBy(stream)
  const isTable = state.tables.get(scope, table) !== undefined
  if (isTable && caller.may(tableResource(scope, table), needed)) {
    claims.push({ resource: tableResource(scope, table), permission })
  }
  if ((table === stream || !isTable) && caller.may(ownerResource(scope, stream), needed)) {
    claims.push({ resource: streamResource(scope, stream), permission })
  }
  return claims
}
