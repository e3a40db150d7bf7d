import type { Channel } from 'node:diagnostics_channel'
import { diagnosticsChannel } from '@pravega-ts/model'

/** Names of the `node:diagnostics_channel` channels of this package, with the type of what they publish. */
export const DIAGNOSTICS: {
  /** {@link ConflictMessage}: an update was refused because somebody else was faster, and is decided on anew. */
  readonly conflict: 'pravega-ts:synchronizer:conflict'
  /** {@link ReloadMessage}: what a member was to read next was truncated away; it begins at the last full state. */
  readonly reload: 'pravega-ts:synchronizer:reload'
  /** {@link TableReloadMessage}: the latest changes of a table were not to be had; all of it is read. */
  readonly tableReload: 'pravega-ts:synchronizer:table-reload'
  /** {@link TableWaitMessage}: a table cannot be made for now. */
  readonly tableWait: 'pravega-ts:synchronizer:table-wait'
} = {
  conflict: 'pravega-ts:synchronizer:conflict',
  reload: 'pravega-ts:synchronizer:reload',
  tableReload: 'pravega-ts:synchronizer:table-reload',
  tableWait: 'pravega-ts:synchronizer:table-wait',
}

export interface ConflictMessage {
  /** Name of the segment. */
  readonly segment: string
  /** Where the update was to be written. */
  readonly offset: bigint
  /** How often this update was refused so far. */
  readonly attempt: number
  /** Milliseconds until it is decided on anew. */
  readonly delayMs: number
}

export interface ReloadMessage {
  /** Name of the segment. */
  readonly segment: string
  /** How often in a row. */
  readonly attempt: number
  readonly cause: unknown
}

export interface TableReloadMessage {
  /** Name of the table segment. */
  readonly segment: string
  /** As in "its log begins at 5000, behind 400". */
  readonly why: string
  /** undefined: nothing failed. */
  readonly cause: unknown
}

export interface TableWaitMessage {
  /** Name of the table segment. */
  readonly segment: string
  /** What it waits for, as a phrase. */
  readonly waitsFor: string
  /** Milliseconds until the next attempt. */
  readonly delayMs: number
}

export const conflictChannel: Channel<unknown, ConflictMessage> = diagnosticsChannel(DIAGNOSTICS.conflict)
export const reloadChannel: Channel<unknown, ReloadMessage> = diagnosticsChannel(DIAGNOSTICS.reload)
export const tableReloadChannel: Channel<unknown, TableReloadMessage> = diagnosticsChannel(DIAGNOSTICS.tableReload)
export const tableWaitChannel: Channel<unknown, TableWaitMessage> = diagnosticsChannel(DIAGNOSTICS.tableWait)
