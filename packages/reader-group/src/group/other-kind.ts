import type { ReaderGroupName } from '@pravega-ts/controller-client'
import { type Deadline, PravegaError } from '@pravega-ts/model'
import { warningChannel } from '../diagnostics.ts'
import type { ReaderGroupStore } from '../reader-group-store.ts'
import { groupText, tableSegmentOf } from './group-name.ts'

/** Where a group keeps its state: the log that Java, Flink and Spark clients use, or the table of Rust and Python clients. */
export type StateStoreKind = 'log' | 'table'

/** Whether a group of this name is there whose state is kept so. */
export async function groupExists(
  store: ReaderGroupStore,
  group: ReaderGroupName,
  kind: StateStoreKind,
  deadline: Deadline,
): Promise<boolean> {
  try {
    if (kind === 'log') await store.controller.getReaderGroup(group, deadline.rest())
    else await store.getInfo(tableSegmentOf(group), deadline.rest())
    return true
  } catch (error) {
    const absent = ['READER_GROUP_NOT_FOUND', 'SCOPE_NOT_FOUND', 'NO_SUCH_SEGMENT'] as const
    if (PravegaError.is(error, ...absent)) return false
    throw error
  }
}

export function otherKind(kind: StateStoreKind): StateStoreKind {
  return kind === 'log' ? 'table' : 'log'
}

/**
 * Two groups of one name and different kind know nothing of each other: each would deliver every event.
 *
 * @throws PravegaError `READER_GROUP_OTHER_STORE` where that is to be refused
 */
export async function checkOtherKind(
  store: ReaderGroupStore,
  group: ReaderGroupName,
  kind: StateStoreKind,
  reaction: 'warn' | 'refuse' | 'ignore',
  deadline: Deadline,
): Promise<void> {
  if (reaction === 'ignore') return
  const other = otherKind(kind)
  const exists = await groupExists(store, group, other, deadline).catch((error: unknown) => {
    // Who may use the one need not have the right to look for the other.
    if (reaction === 'warn' && PravegaError.is(error, 'PERMISSION_DENIED', 'TOKEN_REFUSED')) return false
    throw error
  })
  if (!exists) return
  const text = groupText(group)
  const what =
    other === 'table'
      ? `There is a table ${tableSegmentOf(group)}: a reader group ${text} in the format of the Rust client, or a key-value table`
      : `There is a reader group ${text} in the format of the Java client`
  const message = `${what}. A group of the same name that keeps its state in the ${kind} is another group: each delivers every event`
  if (reaction === 'refuse') {
    throw new PravegaError(
      'READER_GROUP_OTHER_STORE',
      `${message}. Choose another name, open the other one with stateStore: '${other}', or delete it`,
      { details: { group: text, stateStore: other } },
    )
  }
  store.config?.logger.warn(message, { group: text, stateStore: other })
  if (warningChannel.hasSubscribers) warningChannel.publish({ group: text, message })
}

/** Why there is no group of this kind: perhaps because there is one of the other kind. */
export async function notFound(
  store: ReaderGroupStore,
  group: ReaderGroupName,
  kind: StateStoreKind,
  deadline: Deadline,
  cause?: unknown,
): Promise<PravegaError> {
  const text = groupText(group)
  const other = otherKind(kind)
  const details = { group: text, stateStore: other }
  if (await groupExists(store, group, other, deadline).catch(() => false)) {
    const why = `Reader group ${text} keeps its state in the ${other}, not in the ${kind}`
    return new PravegaError('READER_GROUP_OTHER_STORE', `${why}. Open it with stateStore: '${other}'`, {
      details,
      cause,
    })
  }
  const why = `Reader group ${text} does not exist: it was never created, or was deleted`
  return new PravegaError('READER_GROUP_NOT_FOUND', `${why}. Create it with createReaderGroup`, {
    details: { group: text },
    cause,
  })
}
