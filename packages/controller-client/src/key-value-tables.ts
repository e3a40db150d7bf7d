import {
  type CallOptions,
  keyValueTableSegmentOwner,
  ScopedSegment,
  validateInternalScopeName,
  validateKeyValueTableName,
} from '@pravega-ts/model'
import { checkInt32, checkInt64 } from './arguments.ts'
import type { Calls } from './calls.ts'
import { ControllerService } from './generated/index.ts'
import { present, rangeOf } from './messages.ts'
import { settle } from './outcomes/statuses.ts'
import { allPages } from './paging.ts'
import type { StreamSegments } from './segments.ts'

/** A key-value table's name. */
export interface KeyValueTableName {
  readonly scope: string
  readonly name: string
}

/** Settings of a key-value table. They cannot change. */
export interface KeyValueTableSettings {
  /** Segments that the table is made of, at least 1. */
  readonly partitions: number
  /** Bytes, at least 1. */
  readonly primaryKeyLength: number
  /** Bytes. Default 0: no secondary keys. */
  readonly secondaryKeyLength?: number | undefined
  /** Size at which the segment store starts a new chunk. Default 0: as the server is set. */
  readonly rolloverSizeBytes?: number | bigint | undefined
}

/** Settings of a key-value table as the controller keeps them. */
export interface StoredKeyValueTableSettings extends KeyValueTableSettings {
  readonly secondaryKeyLength: number
  readonly rolloverSizeBytes: bigint
}

/** Key-value tables. */
export interface KeyValueTableCalls {
  /**
   * @returns `false`: it existed already, whatever its settings
   * @throws PravegaError `SCOPE_NOT_FOUND`, `INVALID_ARGUMENT`
   */
  createKeyValueTable(
    table: KeyValueTableName,
    settings: KeyValueTableSettings,
    options?: CallOptions,
  ): Promise<boolean>
  /** @returns `false`: there was none */
  deleteKeyValueTable(table: KeyValueTableName, options?: CallOptions): Promise<boolean>
  /** @throws PravegaError `TABLE_NOT_FOUND` */
  getKeyValueTableSettings(table: KeyValueTableName, options?: CallOptions): Promise<StoredKeyValueTableSettings>
  /**
   * One segment per partition, under the names by which the segment store knows them.
   *
   * @throws PravegaError `TABLE_NOT_FOUND`
   */
  getCurrentKeyValueTableSegments(table: KeyValueTableName, options?: CallOptions): Promise<StreamSegments>
  /**
   * In no order. `timeoutMs` is the deadline of each page.
   *
   * @throws PravegaError `SCOPE_NOT_FOUND`
   */
  listKeyValueTables(scope: string, options?: CallOptions): AsyncIterable<KeyValueTableName>
}

const service = ControllerService.method

function check({ scope, name }: KeyValueTableName) {
  return { scope: validateInternalScopeName(scope), kvtName: validateKeyValueTableName(name) }
}

export function keyValueTableCalls(calls: Calls): KeyValueTableCalls {
  const text = ({ scope, name }: KeyValueTableName) => `table ${scope}/${name}`
  return {
    async createKeyValueTable(table, settings, options) {
      const { partitions, primaryKeyLength, secondaryKeyLength = 0, rolloverSizeBytes = 0n } = settings
      const request = {
        ...check(table),
        partitionCount: checkInt32('partitions', partitions, 1),
        primaryKeyLength: checkInt32('primaryKeyLength', primaryKeyLength, 1),
        secondaryKeyLength: checkInt32('secondaryKeyLength', secondaryKeyLength, 0),
        rolloverSizeBytes: checkInt64('rolloverSizeBytes', rolloverSizeBytes, 0n),
      }
      const { status } = await calls.send(service.createKeyValueTable, text(table), request, options)
      return settle('createKeyValueTable', status, text(table))
    },
    async deleteKeyValueTable(table, options) {
      const { status } = await calls.send(service.deleteKeyValueTable, text(table), check(table), options)
      return settle('deleteKeyValueTable', status, text(table))
    },
    async getKeyValueTableSettings(table, options) {
      const method = service.getKeyValueTableConfiguration
      const { status, config } = await calls.send(method, text(table), check(table), options)
      settle('getKeyValueTableConfiguration', status, text(table))
      const stored = present(config, 'table')
      return {
        partitions: stored.partitionCount,
        primaryKeyLength: stored.primaryKeyLength,
        secondaryKeyLength: stored.secondaryKeyLength,
        rolloverSizeBytes: stored.rolloverSizeBytes,
      }
    },
    async getCurrentKeyValueTableSegments(table, options) {
      const method = service.getCurrentSegmentsKeyValueTable
      const answer = await calls.send(method, text(table), check(table), options)
      // The answer has the table's own name where the segment store wants `<table>_kvtable`.
      const owner = keyValueTableSegmentOwner(table.name)
      const segments = answer.segmentRanges.map(range => ({
        segment: new ScopedSegment(table.scope, owner, present(range.segmentId, 'segment').segmentId),
        range: rangeOf(range),
      }))
      return { segments: segments.sort((a, b) => a.range.low - b.range.low), delegationToken: answer.delegationToken }
    },
    listKeyValueTables(scope, options = {}) {
      validateInternalScopeName(scope)
      return allPages(options, async (token, call) => {
        const request = { scope: { scope }, continuationToken: { token } }
        const page = await calls.send(service.listKeyValueTablesInScope, scope, request, call)
        settle('listKeyValueTablesInScope', page.status, scope)
        const items = page.kvtables.map(table => ({ scope: table.scope, name: table.kvtName }))
        return { items, token: page.continuationToken?.token }
      })
    },
  }
}
