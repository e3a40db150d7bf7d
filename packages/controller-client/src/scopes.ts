import { type CallOptions, isInternalName, validateInternalScopeName, validateScopeName } from '@pravega-ts/model'
import type { Calls } from './calls.ts'
import { ControllerService } from './generated/index.ts'
import { settle } from './outcomes/statuses.ts'
import { allPages, type ListOptions } from './paging.ts'

/** Scopes. */
export interface ScopeCalls {
  /**
   * @returns `false`: it existed already (also when an attempt whose answer was lost has made it, and while it is being
   * deleted recursively)
   * @throws PravegaError `INVALID_ARGUMENT` for a name that breaks the rules
   */
  createScope(scope: string, options?: CallOptions): Promise<boolean>
  /**
   * Deletes an empty scope.
   *
   * @returns `false`: there was none
   * Look into the scope before: Pravega 0.13 refuses one with content, but no reader group can be made in it after that.
   *
   * @throws PravegaError `SCOPE_NOT_EMPTY`
   */
  deleteScope(scope: string, options?: CallOptions): Promise<boolean>
  /**
   * Seals and deletes all that is in the scope, then the scope. A large scope can take longer than the deadline; the work
   * goes on, and the same call later says how it ended.
   *
   * @returns `false`: there was none, if the server says so: Pravega 0.11 to 0.13 say `true` to that as well
   */
  deleteScopeRecursive(scope: string, options?: CallOptions): Promise<boolean>
  checkScopeExists(scope: string, options?: CallOptions): Promise<boolean>
  /** In no order. Without internal scopes (`_system`), unless `includeInternal` is set. */
  listScopes(options?: ListOptions): AsyncIterable<string>
}

const { createScope, deleteScope, deleteScopeRecursive, checkScopeExists, listScopes } = ControllerService.method

export function scopeCalls(calls: Calls): ScopeCalls {
  return {
    async createScope(scope, options) {
      validateScopeName(scope)
      const { status } = await calls.send(createScope, scope, { scope }, options)
      return settle('createScope', status, scope)
    },
    async deleteScope(scope, options) {
      validateInternalScopeName(scope)
      const { status } = await calls.send(deleteScope, scope, { scope }, options)
      return settle('deleteScope', status, scope)
    },
    async deleteScopeRecursive(scope, options) {
      validateInternalScopeName(scope)
      const { status } = await calls.send(deleteScopeRecursive, scope, { scope }, options)
      return settle('deleteScopeRecursive', status, scope)
    },
    async checkScopeExists(scope, options) {
      validateInternalScopeName(scope)
      return (await calls.send(checkScopeExists, scope, { scope }, options)).exists
    },
    listScopes(options = {}) {
      const page = async (token: string, call: CallOptions) => {
        const answer = await calls.send(listScopes, 'all scopes', { continuationToken: { token } }, call)
        return { items: answer.scopes, token: answer.continuationToken?.token }
      }
      return allPages(options, page, scope => options.includeInternal === true || !isInternalName(scope))
    },
  }
}
