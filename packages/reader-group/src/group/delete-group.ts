import type { ReaderGroupName } from '@pravega-ts/controller-client'
import { type CallOptions, type Deadline, PravegaError, type ScopedStream } from '@pravega-ts/model'
import type { ReaderGroupStore } from '../reader-group-store.ts'
import { logStore } from '../stores/log-store.ts'
import { callDeadline } from './group-context.ts'
import { groupNameOf, groupText, logStreamOf, tableSegmentOf } from './group-name.ts'
import type { OpenReaderGroupOptions } from './open-group.ts'

/**
 * Deletes a group and its state. Its readers fail with `READER_GROUP_NOT_FOUND`. Delete groups before their streams.
 *
 * @param group - The group, or `scope/group`.
 * @returns `false`: there was none
 * @throws PravegaError `STREAM_NOT_FOUND` for a group with retention one of whose streams is gone, with what to do; servers cannot delete it
 */
export async function deleteReaderGroup(
  store: ReaderGroupStore,
  group: ReaderGroupName | string,
  options: OpenReaderGroupOptions = {},
  call?: CallOptions,
): Promise<boolean> {
  const name = groupNameOf(group)
  using deadline = callDeadline('Deleting', name, call)
  if (options.stateStore === 'table') return await store.table(tableSegmentOf(name)).delete(deadline.rest())
  try {
    const { id, generation, settings } = await store.controller.getReaderGroup(name, deadline.rest())
    if (settings.retention !== 'none') {
      for (const { stream } of settings.streams) await checkStream(store, name, stream, deadline)
    }
    return await store.controller.deleteReaderGroup({ ...name, id, generation }, deadline.rest())
  } catch (error) {
    if (PravegaError.is(error, 'SCOPE_NOT_FOUND')) return false
    if (PravegaError.is(error, 'READER_GROUP_NOT_FOUND')) return await deleteOldGroup(store, name, deadline)
    throw error
  }
}

/**
 * Controllers before 0.9 knew nothing of groups: those of that time, never reset since, are only a stream. One without a first state may
 * be being made.
 */
async function deleteOldGroup(store: ReaderGroupStore, group: ReaderGroupName, deadline: Deadline): Promise<boolean> {
  const stream = logStreamOf(group)
  try {
    await using log = logStore(store, stream)
    const { config } = await log.refresh(deadline.rest())
    if (config.generation >= 0n) return false
  } catch (error) {
    if (PravegaError.is(error, 'READER_GROUP_NOT_FOUND', 'SCOPE_NOT_FOUND')) return false
    throw error
  }
  try {
    await store.controller.sealStream(stream, deadline.rest())
    return await store.controller.deleteStream(stream, deadline.rest())
  } catch (error) {
    // Somebody else was faster.
    if (PravegaError.is(error, 'STREAM_NOT_FOUND')) return false
    throw error
  }
}

/** Servers work in vain on deleting a group that holds back the retention of a stream that is gone. */
async function checkStream(
  { controller }: ReaderGroupStore,
  group: ReaderGroupName,
  stream: ScopedStream,
  deadline: Deadline,
): Promise<void> {
  try {
    await controller.getCurrentSegments(stream, { ...deadline.rest(), access: 'none' })
  } catch (error) {
    if (!PravegaError.is(error, 'STREAM_NOT_FOUND')) throw error
    const why = `Reader group ${groupText(group)} cannot be deleted: it holds back the retention of stream ${stream}, which was deleted before it`
    const remedy = 'Create the stream again, reset the group to it, then delete the group before the stream'
    throw new PravegaError('STREAM_NOT_FOUND', `${why}. ${remedy}`, {
      cause: error,
      details: { stream: String(stream) },
    })
  }
}
