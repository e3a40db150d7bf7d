import type { MessageInitShape } from '@bufbuild/protobuf'
import {
  CreateScopeStatus_Status,
  DeleteScopeStatus_Status,
  StreamsInScopeResponse_Status,
  type StreamsInScopeResponseSchema,
} from '@pravega-ts/controller-client/generated'
import type { Caller } from '../../accounts/caller.ts'
import { scopeResource, streamResource } from '../../accounts/resources.ts'
import type { Page } from '../domain/paging.ts'
import type { ControllerContext } from '../operations/context.ts'
import { scopeExists } from '../operations/context.ts'
import {
  createScope,
  deleteScope,
  deleteScopeRecursive,
  listScopes,
  listStreams,
  listStreamsForTag,
} from '../operations/scopes.ts'
import type { ControllerHandlers } from './controller-handlers.ts'
import { scopeOf } from './messages.ts'

export function scopeHandlers(context: ControllerContext): ControllerHandlers {
  return {
    createScope: ({ scope }) => ({ status: CreateScopeStatus_Status[createScope(context, scope)] }),
    checkScopeExists: ({ scope }) => ({ exists: scopeExists(context, scope) }),
    deleteScope: ({ scope }) => ({ status: DeleteScopeStatus_Status[deleteScope(context, scope)] }),
    deleteScopeRecursive: async ({ scope }) => ({
      status: DeleteScopeStatus_Status[await deleteScopeRecursive(context, scope)],
    }),
    listScopes: (request, caller) => {
      const mayRead = (scope: string): boolean => caller.may(scopeResource(scope), 'READ')
      const { items, token } = listScopes(context, request.continuationToken?.token ?? '', mayRead)
      return { scopes: [...items], continuationToken: { token } }
    },
    listStreamsInScope: (request, caller) => {
      const scope = scopeOf(request.scope)
      const token = request.continuationToken?.token ?? ''
      return streamsPage(scope, listStreams(context, scope, token, readableStreams(scope, caller)))
    },
    listStreamsInScopeForTag: (request, caller) => {
      const scope = scopeOf(request.scope)
      const token = request.continuationToken?.token ?? ''
      return streamsPage(scope, listStreamsForTag(context, scope, request.tag, token, readableStreams(scope, caller)))
    },
  }
}

function readableStreams(scope: string, caller: Caller): (stream: string) => boolean {
  return stream => caller.may(streamResource(scope, stream), 'READ')
}

function streamsPage(
  scope: string,
  page: Page<string> | undefined,
): MessageInitShape<typeof StreamsInScopeResponseSchema> {
  if (page === undefined) return { status: StreamsInScopeResponse_Status.SCOPE_NOT_FOUND }
  return {
    status: StreamsInScopeResponse_Status.SUCCESS,
    streams: page.items.map(stream => ({ scope, stream })),
    continuationToken: { token: page.token },
  }
}
