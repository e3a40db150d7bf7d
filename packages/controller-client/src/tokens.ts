import type { CallOptions, ScopedStream } from '@pravega-ts/model'
import { refuse } from './arguments.ts'
import type { Calls } from './calls.ts'
import { ControllerService, StreamInfo_AccessOperation } from './generated/index.ts'
import { streamInfo } from './messages.ts'

/**
 * What a delegation token allows. `read` needs the permission to read, the others that to update; `none` gives no usable
 * token and needs the permission to read.
 */
export type Access = 'none' | 'read' | 'write' | 'readWrite'

/** Delegation tokens. */
export interface TokenCalls {
  /**
   * A token with which the segment store lets the caller in. Empty when the cluster runs without authorization, even for
   * streams that do not exist.
   *
   * @param access - Default: read and write, under the name that the oldest clients use.
   */
  getDelegationToken(stream: ScopedStream, access?: Access, options?: CallOptions): Promise<string>
}

const ACCESS: Readonly<Record<Access, StreamInfo_AccessOperation>> = {
  none: StreamInfo_AccessOperation.NONE,
  read: StreamInfo_AccessOperation.READ,
  write: StreamInfo_AccessOperation.WRITE,
  readWrite: StreamInfo_AccessOperation.READ_WRITE,
}

export function accessTo(access: Access | undefined): StreamInfo_AccessOperation {
  if (access === undefined) return StreamInfo_AccessOperation.UNSPECIFIED
  if (Object.hasOwn(ACCESS, access)) return ACCESS[access]
  throw refuse('access', access, 'it is not one of none, read, write, readWrite', 'Give one of those or leave it out')
}

export function tokenCalls(calls: Calls): TokenCalls {
  return {
    async getDelegationToken(stream, access, options) {
      const request = { ...streamInfo(stream), accessOperation: accessTo(access) }
      const method = ControllerService.method.getDelegationToken
      return (await calls.send(method, String(stream), request, options)).delegationToken
    },
  }
}
