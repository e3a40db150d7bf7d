import { randomUUID } from 'node:crypto'
import { type CallOptions, PravegaError, type ScopedStream, type StreamCut } from '@pravega-ts/model'
import { checkBounded } from './arguments.ts'
import type { Calls } from './calls.ts'
import { ControllerService } from './generated/index.ts'
import { cutTo, present, streamInfo } from './messages.ts'
import { settle } from './outcomes/statuses.ts'
import {
  checkGroupId,
  checkIncarnation,
  checkName,
  groupOf,
  groupTo,
  type ReaderGroupIncarnation,
  type ReaderGroupName,
  type ReaderGroupRecord,
  type ReaderGroupSettings,
} from './reader-group.ts'

/** Reader groups, as the controller keeps them. What their readers share is in the stream `_RG<name>`. */
export interface ReaderGroupCalls {
  /**
   * @param group - `id`: a UUID for the new group. Default: a random one.
   * @returns what the controller keeps: when the group existed already, its own old settings, and `created` is false
   * @throws PravegaError `SCOPE_NOT_FOUND`; `STREAM_NOT_FOUND` for a group with retention on a stream that does not exist,
   * which servers never finish making
   */
  createReaderGroup(
    group: ReaderGroupName & { readonly id?: string | undefined },
    settings: ReaderGroupSettings,
    options?: CallOptions,
  ): Promise<{ readonly created: boolean; readonly group: ReaderGroupRecord }>
  /** @throws PravegaError `READER_GROUP_NOT_FOUND`, `SCOPE_NOT_FOUND` */
  getReaderGroup(group: ReaderGroupName, options?: CallOptions): Promise<ReaderGroupRecord>
  /**
   * Replaces the settings, if id and generation are those that the controller keeps. Sent at most once when it is unknown
   * whether the controller has it.
   *
   * @returns the new generation
   * @throws PravegaError `READER_GROUP_CONFIG_MISMATCH` when somebody else was faster, `READER_GROUP_NOT_FOUND`,
   * `STREAM_NOT_FOUND`; `UNAVAILABLE` also when its answer was lost
   */
  updateReaderGroup(
    group: ReaderGroupIncarnation,
    settings: ReaderGroupSettings,
    options?: CallOptions,
  ): Promise<bigint>
  /**
   * Deletes a group and its state. Do so before its streams are deleted.
   *
   * @returns `false`: there is none with this name and id
   */
  deleteReaderGroup(group: ReaderGroupIncarnation, options?: CallOptions): Promise<boolean>
  /**
   * The groups that hold back the retention of a stream.
   *
   * @throws PravegaError `STREAM_NOT_FOUND`
   */
  listSubscribers(stream: ScopedStream, options?: CallOptions): Promise<readonly ReaderGroupName[]>
  /**
   * Tells up to where a group has read a stream, so that retention may throw away what is before. Must move on.
   *
   * @throws PravegaError `SUBSCRIBER_NOT_FOUND`, `STREAM_CUT_INVALID`, `READER_GROUP_CONFIG_MISMATCH`, `STREAM_NOT_FOUND`
   */
  updateSubscriberStreamCut(group: ReaderGroupIncarnation, cut: StreamCut, options?: CallOptions): Promise<void>
}

const service = ControllerService.method

export function readerGroupCalls(calls: Calls): ReaderGroupCalls {
  const text = ({ scope, name }: ReaderGroupName) => `${scope}/${name}`

  /** Servers work without end on a group that holds back the retention of a stream that does not exist. */
  async function checkStreams(
    { retention = 'none', streams }: ReaderGroupSettings,
    options?: CallOptions,
  ): Promise<void> {
    if (retention === 'none') return
    for (const { stream } of streams) {
      const { exists } = await calls.send(service.checkStreamExists, String(stream), streamInfo(stream), options)
      if (exists) continue
      const why = `Stream ${stream} of a reader group does not exist. Create it with createStream first.`
      throw new PravegaError('STREAM_NOT_FOUND', why, { details: { subject: String(stream) } })
    }
  }

  return {
    async createReaderGroup(group, settings, options) {
      const id = group.id === undefined ? randomUUID() : checkGroupId(group.id)
      const request = groupTo({ ...checkName(group), id, generation: 0n }, settings)
      await checkStreams(settings, options)
      const { status, config } = await calls.send(service.createReaderGroup, text(group), request, options)
      settle('createReaderGroup', status, text(group))
      const stored = groupOf(present(config, 'reader group'))
      return { created: stored.id === id, group: stored }
    },
    async getReaderGroup(group, options) {
      const { scope, name: readerGroup } = checkName(group)
      const request = { scope, readerGroup }
      const { status, config } = await calls.send(service.getReaderGroupConfig, text(group), request, options)
      settle('getReaderGroupConfig', status, text(group))
      return groupOf(present(config, 'reader group'))
    },
    async updateReaderGroup(group, settings, options) {
      const request = groupTo(checkIncarnation(group), settings)
      await checkStreams(settings, options)
      const answer = await calls.send(service.updateReaderGroup, text(group), request, options)
      settle('updateReaderGroup', answer.status, text(group))
      return answer.generation
    },
    async deleteReaderGroup(group, options) {
      const { scope, name: readerGroup, id: readerGroupId, generation } = checkIncarnation(group)
      const request = { scope, readerGroup, readerGroupId, generation }
      const { status } = await calls.send(service.deleteReaderGroup, text(group), request, options)
      return settle('deleteReaderGroup', status, text(group))
    },
    async listSubscribers(stream, options) {
      const answer = await calls.send(service.listSubscribers, String(stream), streamInfo(stream), options)
      settle('listSubscribers', answer.status, String(stream))
      return answer.subscribers.map(subscriber => {
        const [scope = '', name = ''] = subscriber.split('/')
        return { scope, name }
      })
    },
    async updateSubscriberStreamCut(group, cut, options) {
      const { id: readerGroupId, generation } = checkIncarnation(group)
      const streamCut = cutTo(checkBounded(cut))
      const request = { subscriber: text(group), readerGroupId, generation, streamCut }
      const { status } = await calls.send(service.updateSubscriberStreamCut, text(group), request, options)
      return settle('updateSubscriberStreamCut', status, text(group))
    },
  }
}
