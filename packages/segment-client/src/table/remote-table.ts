import { type CallOptions, PravegaError, type ScopedSegment } from '@pravega-ts/model'
import { NO_EVENT_NUMBER } from '@pravega-ts/wire-protocol'
import { toOffset } from '../offset.ts'
import type { RequestPlan } from '../store-context.ts'
import { checkBatch, checkKey, checkPut } from './table-limits.ts'
import { entriesOf, keysOf, type Page, type PageStart, pages, toEntry } from './table-pages.ts'
import type {
  CreateTableOptions,
  TableChangeOptions,
  TableDelta,
  TableEntry,
  TableInfo,
  TableIterationOptions,
  TableKey,
  TablePut,
  TableRemoval,
  TableSegment,
  VersionCondition,
} from './table-segment.ts'

const NOT_THERE = -1n
const ANY_LENGTH = -1n
const MAX_FIXED_KEY_BYTES = 256
const NOTHING = new Uint8Array(0)

/** Makes a request of a table. */
type Ask = <T>(plan: RequestPlan<T>, call: CallOptions | undefined) => Promise<T>
type Make = (requestId: bigint, delegationToken: string) => ReturnType<RequestPlan<unknown>['make']>

/** A table segment in a segment store. */
export class RemoteTable implements TableSegment {
  readonly segment: ScopedSegment
  readonly #name: string
  readonly #ask: Ask

  constructor(segment: ScopedSegment, ask: Ask) {
    this.segment = segment
    this.#name = segment.toString()
    this.#ask = ask
  }

  async create(options: CreateTableOptions = {}, call?: CallOptions): Promise<boolean> {
    const { keyLength = 0 } = options
    if (!Number.isInteger(keyLength) || keyLength < 0 || keyLength > MAX_FIXED_KEY_BYTES) {
      const rule = `give a whole number from 1 to ${MAX_FIXED_KEY_BYTES}, or leave it out for keys of any length`
      throw new PravegaError('INVALID_ARGUMENT', `keyLength ${keyLength} is refused: ${rule}`)
    }
    const rolloverSizeBytes = toOffset('rolloverSizeBytes', options.rolloverSizeBytes ?? 0n)
    return await this.#ask(
      {
        ...this.#plan('creating', 'readWrite', (requestId, delegationToken) => ({
          command: 'CreateTableSegment',
          requestId,
          segment: this.#name,
          delegationToken,
          sortedDeprecated: false,
          keyLength,
          rolloverSizeBytes,
        })),
        read: reply => {
          if (reply.command === 'SegmentCreated') return { value: true }
          return reply.command === 'SegmentAlreadyExists' ? { value: false } : undefined
        },
      },
      call,
    )
  }

  async delete(options: CallOptions & { readonly mustBeEmpty?: boolean | undefined } = {}): Promise<boolean> {
    return await this.#ask(
      {
        ...this.#plan('deleting', 'readWrite', (requestId, delegationToken) => ({
          command: 'DeleteTableSegment',
          requestId,
          segment: this.#name,
          mustBeEmpty: options.mustBeEmpty === true,
          delegationToken,
        })),
        read: reply => {
          if (reply.command === 'SegmentDeleted') return { value: true }
          return reply.command === 'NoSuchSegment' ? { value: false } : undefined
        },
      },
      options,
    )
  }

  async info(call?: CallOptions): Promise<TableInfo> {
    return await this.#ask(
      {
        ...this.#plan('getting the info of', 'read', (requestId, delegationToken) => ({
          command: 'GetTableSegmentInfo',
          requestId,
          segmentName: this.#name,
          delegationToken,
        })),
        read: reply => {
          if (reply.command !== 'TableSegmentInfo') return undefined
          const { startOffset, length, entryCount, keyLength } = reply
          return { value: { startOffset, length, entryCount, keyLength: Math.max(0, keyLength) } }
        },
      },
      call,
    )
  }

  async get(keys: readonly Uint8Array[], call?: CallOptions): Promise<readonly (TableEntry | undefined)[]> {
    for (const key of keys) checkKey(key)
    checkBatch(keys.map(key => ({ key })))
    if (keys.length === 0) return []
    return await this.#ask(
      {
        ...this.#plan('reading from', 'read', (requestId, delegationToken) => ({
          command: 'ReadTable',
          requestId,
          segment: this.#name,
          delegationToken,
          keys: keys.map(data => ({ data, keyVersion: NO_EVENT_NUMBER })),
        })),
        read: reply => {
          if (reply.command !== 'TableRead') return undefined
          return { value: reply.entries.map(entry => (entry.key.keyVersion < 0n ? undefined : toEntry(entry))) }
        },
      },
      call,
    )
  }

  async put(entries: readonly TablePut[], options: TableChangeOptions = {}): Promise<readonly bigint[]> {
    for (const entry of entries) checkPut(entry)
    checkBatch(entries)
    const tableEntries = entries.map(({ key, value, version }) => ({
      key: { data: key, keyVersion: keyVersion(version) },
      value: { data: value },
    }))
    return await this.#ask(
      {
        ...this.#plan('putting entries into', 'readWrite', (requestId, delegationToken) => ({
          command: 'UpdateTableEntries',
          requestId,
          segment: this.#name,
          delegationToken,
          tableEntries,
          tableSegmentOffset: options.expectedLength ?? ANY_LENGTH,
        })),
        read: reply => {
          if (reply.command === 'SegmentIsTruncated') throw this.#otherLength(reply.startOffset, options)
          return reply.command === 'TableEntriesUpdated' ? { value: reply.updatedVersions } : undefined
        },
        isDoubtful: isRefusal,
      },
      options,
    )
  }

  async remove(keys: readonly TableRemoval[], options: TableChangeOptions = {}): Promise<void> {
    for (const { key } of keys) checkKey(key)
    checkBatch(keys)
    await this.#ask<void>(
      {
        ...this.#plan('removing keys from', 'readWrite', (requestId, delegationToken) => ({
          command: 'RemoveTableKeys',
          requestId,
          segment: this.#name,
          delegationToken,
          keys: keys.map(({ key, version }) => ({ data: key, keyVersion: keyVersion(version) })),
          tableSegmentOffset: options.expectedLength ?? ANY_LENGTH,
        })),
        read: reply => {
          if (reply.command === 'SegmentIsTruncated') throw this.#otherLength(reply.startOffset, options)
          return reply.command === 'TableKeysRemoved' ? { value: undefined } : undefined
        },
        isDoubtful: isRefusal,
      },
      options,
    )
  }

  keys(options: TableIterationOptions = {}): AsyncIterable<TableKey> {
    return this.#iterate(options, start =>
      this.#ask<Page<TableKey>>(
        {
          ...this.#plan('iterating over', 'read', (requestId, delegationToken) => ({
            command: 'ReadTableKeys',
            requestId,
            segment: this.#name,
            delegationToken,
            suggestedKeyCount: options.pageSize ?? 100,
            continuationToken: start.token,
            prefixFilter: NOTHING,
            fromKey: start.from,
            toKey: start.to,
          })),
          read: keysOf,
        },
        options,
      ),
    )
  }

  entries(options: TableIterationOptions = {}): AsyncIterable<TableEntry> {
    return this.#iterate(options, start =>
      this.#ask<Page<TableEntry>>(
        {
          ...this.#plan('iterating over', 'read', (requestId, delegationToken) => ({
            command: 'ReadTableEntries',
            requestId,
            segment: this.#name,
            delegationToken,
            suggestedEntryCount: options.pageSize ?? 100,
            continuationToken: start.token,
            prefixFilter: NOTHING,
            fromKey: start.from,
            toKey: start.to,
          })),
          read: entriesOf,
        },
        options,
      ),
    )
  }

  async delta(
    from: bigint,
    options: CallOptions & { readonly maxEntries?: number | undefined } = {},
  ): Promise<TableDelta> {
    const fromPosition = toOffset('from', from)
    return await this.#ask(
      {
        ...this.#plan('reading the changes of', 'read', (requestId, delegationToken) => ({
          command: 'ReadTableEntriesDelta',
          requestId,
          segment: this.#name,
          delegationToken,
          fromPosition,
          suggestedEntryCount: options.maxEntries ?? 100,
        })),
        read: reply => {
          if (reply.command !== 'TableEntriesDeltaRead') return undefined
          const { shouldClear, reachedEnd, lastPosition } = reply
          // With nothing new servers say position 0.
          const position = reply.entries.length > 0 || lastPosition > 0n ? lastPosition : fromPosition
          return { value: { entries: reply.entries.map(toEntry), shouldClear, reachedEnd, position } }
        },
      },
      options,
    )
  }

  async *#iterate<T extends { readonly key: Uint8Array }>(
    options: TableIterationOptions,
    next: (start: PageStart) => Promise<Page<T>>,
  ): AsyncGenerator<T, void, undefined> {
    const { keyLength } = await this.info(options)
    if (keyLength === 0 && (options.from !== undefined || options.to !== undefined)) {
      throw new PravegaError(
        'INVALID_ARGUMENT',
        `A range of keys is refused: table ${this.#name} has keys of any length and no order. Iterate over all of it`,
      )
    }
    yield* pages(keyLength, options.from, options.to, next)
  }

  #plan(
    doing: string,
    access: 'read' | 'readWrite',
    make: Make,
  ): Pick<RequestPlan<unknown>, 'what' | 'segment' | 'access' | 'make'> {
    return { what: `${doing} table ${this.#name}`, segment: this.segment, access, make }
  }

  #otherLength(length: bigint, options: TableChangeOptions): PravegaError {
    return new PravegaError(
      'CONDITIONAL_CHECK_FAILED',
      `Table ${this.#name} has length ${length}, not ${options.expectedLength}: it was changed meanwhile. Read it again, then decide`,
      { details: { length, expectedLength: options.expectedLength } },
    )
  }
}

/** Whether an answer may only mean that the same change was made before. */
function isRefusal(error: PravegaError): boolean {
  return PravegaError.is(error, 'TABLE_KEY_BAD_VERSION', 'TABLE_KEY_NOT_FOUND', 'CONDITIONAL_CHECK_FAILED')
}

function keyVersion(version: VersionCondition = 'any'): bigint {
  if (version === 'any') return NO_EVENT_NUMBER
  return version === 'absent' ? NOT_THERE : toOffset('version', version)
}
