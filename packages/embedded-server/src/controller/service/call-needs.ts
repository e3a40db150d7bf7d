import type { MessageShape } from '@bufbuild/protobuf'
import type { ControllerService, ScopeInfo, StreamInfo } from '@pravega-ts/controller-client/generated'
import { StreamInfo_AccessOperation as AccessOperation } from '@pravega-ts/controller-client/generated'
import type { Permission } from '../../accounts/permissions.ts'
import {
  ALL_SCOPES,
  isInternalStream,
  ownerResource,
  scopeResource,
  streamResource,
  tableNamedBy,
  tableResource,
} from '../../accounts/resources.ts'
import { badArgument } from '../operations/refusal.ts'

/** What it takes to make a call: nothing, an account, or a permission on one of these resources. */
export type CallNeed = 'nothing' | 'account' | Need

export interface Need {
  readonly permission: Permission
  readonly anyOf: readonly string[]
}

type Methods = (typeof ControllerService)['method']
type Needs = {
  readonly [Name in keyof Methods]: (request: MessageShape<Methods[Name]['input']>) => CallNeed
}

/**
 * What each call needs, as on Pravega 0.13.
 * @param groupsNeed - What it takes on a scope to change its reader groups and to make internal streams.
 */
export function callNeeds(groupsNeed: Permission): Needs {
  const changeGroups = ({ scope }: { readonly scope: string }): Need => onScope(groupsNeed, scope)
  return {
    getControllerServerList: () => 'nothing',
    // What it takes depends on what is asked for.
    getDelegationToken: () => 'account',
    getControllerToBucketMapping: changeScopes,

    createScope: changeScopes,
    deleteScope: changeScopes,
    deleteScopeRecursive: changeScopes,
    listScopes: () => need('READ', ALL_SCOPES),
    checkScopeExists: ({ scope }) => onScope('READ', scope),
    listStreamsInScope: ({ scope }) => readIn(scope),
    listStreamsInScopeForTag: ({ scope }) => readIn(scope),
    listKeyValueTablesInScope: ({ scope }) => readIn(scope),

    createStream: ({ streamInfo }) =>
      onScope(isInternalStream(streamInfo?.stream ?? '') ? groupsNeed : 'READ_UPDATE', streamInfo?.scope),
    checkStreamExists: read,
    getStreamConfiguration: read,
    updateStream: ({ streamInfo }) => onOwner('READ_UPDATE', streamInfo),
    truncateStream: ({ streamInfo }) => change(streamInfo),
    sealStream: change,
    deleteStream: change,
    noteTimestampFromWriter: ({ position }) => change(position?.streamInfo),
    removeWriter: ({ stream }) => change(stream),

    getCurrentSegments: stream => onOwner(permissionForSegments(stream), stream),
    getSegments: ({ streamInfo }) => onStream(permissionForSegments(streamInfo), streamInfo),
    getEpochSegments: ({ streamInfo }) => change(streamInfo),
    getSegmentsImmediatlyFollowing: ({ streamInfo }) => read(streamInfo),
    getSegmentsImmediatelyFollowing: ({ streamInfo }) => read(streamInfo),
    getSegmentsBetween: ({ streamInfo }) => read(streamInfo),
    getURI: ({ streamInfo }) => locate(streamInfo),
    isSegmentValid: ({ streamInfo }) => read(streamInfo),
    isStreamCutValid: ({ streamInfo }) => read(streamInfo),
    scale: ({ streamInfo }) => change(streamInfo),
    checkScale: ({ streamInfo }) => read(streamInfo),

    createTransaction: ({ streamInfo }) => change(streamInfo),
    commitTransaction: ({ streamInfo }) => change(streamInfo),
    abortTransaction: ({ streamInfo }) => change(streamInfo),
    pingTransaction: ({ streamInfo }) => change(streamInfo),
    checkTransactionState: ({ streamInfo }) => read(streamInfo),
    listCompletedTransactions: ({ streamInfo }) => read(streamInfo),

    createReaderGroup: changeGroups,
    updateReaderGroup: changeGroups,
    deleteReaderGroup: changeGroups,
    getReaderGroupConfig: ({ scope }) => onScope('READ', scope),
    listSubscribers: change,
    updateSubscriberStreamCut: ({ streamCut }) => change(streamCut?.streamInfo),

    createKeyValueTable: ({ scope }) => onScope('READ_UPDATE', scope),
    getCurrentSegmentsKeyValueTable: ({ scope, kvtName }) => onTable('READ_UPDATE', scope, kvtName),
    getKeyValueTableConfiguration: ({ scope, kvtName }) => onTable('READ', scope, kvtName),
    deleteKeyValueTable: ({ scope, kvtName }) => onTable('READ_UPDATE', scope, kvtName),
  }
}

/** Whoever asks for segments without saying what for gets a token that lets it write. */
export function wantsToken(stream: StreamInfo | undefined): boolean {
  return stream?.accessOperation !== AccessOperation.NONE
}

function permissionForSegments(stream: StreamInfo | undefined): Permission {
  return wantsToken(stream) ? 'READ_UPDATE' : 'READ'
}

function need(permission: Permission, ...anyOf: readonly string[]): Need {
  return { permission, anyOf }
}

function changeScopes(): Need {
  return need('READ_UPDATE', ALL_SCOPES)
}

function onScope(permission: Permission, scope = ''): Need {
  return need(permission, scopeResource(present(scope)))
}

function readIn(scope: ScopeInfo | undefined): Need {
  return onScope('READ', scope?.scope)
}

function onStream(permission: Permission, info: StreamInfo | undefined): Need {
  return need(permission, streamResource(present(info?.scope), present(info?.stream)))
}

function read(info: StreamInfo | undefined): Need {
  return onStream('READ', info)
}

function change(info: StreamInfo | undefined): Need {
  return onStream('READ_UPDATE', info)
}

/** Internal streams go by what they belong to. */
function onOwner(permission: Permission, info: StreamInfo | undefined): Need {
  return need(permission, ownerResource(present(info?.scope), present(info?.stream)))
}

function onTable(permission: Permission, scope: string, table: string): Need {
  return need(permission, tableResource(present(scope), present(table)))
}

/** Segments of tables are looked for under the name of a stream. */
function locate(info: StreamInfo | undefined): Need {
  const byStream = onOwner('READ', info)
  const table = tableNamedBy(info?.stream ?? '')
  if (table === info?.stream) return byStream
  return need('READ', ...byStream.anyOf, tableResource(info?.scope ?? '', table))
}

function present(name = ''): string {
  if (name === '') throw badArgument()
  return name
}
