import {
  CreateKeyValueTableStatus_Status,
  DeleteKVTableStatus_Status,
  KeyValueTableConfigResponse_Status,
  KVTablesInScopeResponse_Status,
} from '@pravega-ts/controller-client/generated'
import { tableResource } from '../../accounts/resources.ts'
import type { ControllerContext } from '../operations/context.ts'
import { createTable, deleteTable, getTable, getTableSegments, listTables } from '../operations/key-value-tables.ts'
import type { ControllerHandlers } from './controller-handlers.ts'
import { rangeMessage, scopeOf } from './messages.ts'

export function keyValueTableHandlers(context: ControllerContext): ControllerHandlers {
  return {
    createKeyValueTable: async request => {
      const { scope, kvtName, partitionCount, primaryKeyLength, secondaryKeyLength, rolloverSizeBytes } = request
      const config = { partitions: partitionCount, primaryKeyLength, secondaryKeyLength, rolloverSizeBytes }
      return { status: CreateKeyValueTableStatus_Status[await createTable(context, scope, kvtName, config)] }
    },
    getKeyValueTableConfiguration: ({ scope, kvtName }) => {
      const table = getTable(context, scope, kvtName)
      if (table === undefined) return { status: KeyValueTableConfigResponse_Status.TABLE_NOT_FOUND }
      const { partitions, ...rest } = table
      return {
        status: KeyValueTableConfigResponse_Status.SUCCESS,
        config: { scope, kvtName, partitionCount: partitions, ...rest },
      }
    },
    getCurrentSegmentsKeyValueTable: ({ scope, kvtName }, caller) => {
      const names = { scope, stream: kvtName }
      const segments = getTableSegments(context, scope, kvtName)
      return {
        segmentRanges: segments.map(segment => rangeMessage(names, segment)),
        delegationToken: caller.tokenFor({ resource: tableResource(scope, kvtName), permission: 'READ_UPDATE' }),
      }
    },
    listKeyValueTablesInScope: (request, caller) => {
      const scope = scopeOf(request.scope)
      const mayRead = (table: string): boolean => caller.may(tableResource(scope, table), 'READ')
      const page = listTables(context, scope, request.continuationToken?.token ?? '', mayRead)
      if (page === undefined) return { status: KVTablesInScopeResponse_Status.SCOPE_NOT_FOUND }
      return {
        status: KVTablesInScopeResponse_Status.SUCCESS,
        kvtables: page.items.map(kvtName => ({ scope, kvtName })),
        continuationToken: { token: page.token },
      }
    },
    deleteKeyValueTable: async ({ scope, kvtName }) => ({
      status: DeleteKVTableStatus_Status[await deleteTable(context, scope, kvtName)],
    }),
  }
}
