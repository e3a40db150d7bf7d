import {
  type CallOptions,
  isInternalName,
  type ScopedStream,
  type StreamConfiguration,
  type StreamConfigurationOptions,
  type StreamCut,
  validateInternalScopeName,
  validateScopeName,
  validateStreamName,
} from '@pravega-ts/model'
import { checkTruncation, refuse } from './arguments.ts'
import type { Calls } from './calls.ts'
import { ControllerService, type StreamsInScopeResponse } from './generated/index.ts'
import { configurationOf, configurationTo, cutTo, streamInfo, streamOf } from './messages.ts'
import { settle } from './outcomes/statuses.ts'
import { allPages, type ListOptions, type Page } from './paging.ts'

/** Streams. */
export interface StreamCalls {
  /**
   * @returns `false`: it existed already, whatever its configuration (also when an attempt whose answer was lost has made it)
   * @throws PravegaError `SCOPE_NOT_FOUND`, `INVALID_ARGUMENT`
   */
  createStream(stream: ScopedStream, configuration: StreamConfigurationOptions, options?: CallOptions): Promise<boolean>
  /**
   * Replaces the WHOLE configuration: what is left out goes back to its default, tags and retention included. To change one
   * setting, read the configuration with {@link StreamCalls.getStreamConfiguration} and send it back with the change. The
   * scaling policy has no default here, so that an update never changes the number of segments by accident.
   *
   * @throws PravegaError `STREAM_NOT_FOUND`, `STREAM_SEALED`, `CONTROLLER_FAILURE` while another update runs
   */
  updateStream(stream: ScopedStream, configuration: StreamConfiguration, options?: CallOptions): Promise<void>
  /**
   * Moves the head of the stream to a cut. Takes a second at least. Offsets are not checked against the segments by servers.
   *
   * @throws PravegaError `STREAM_CUT_INVALID`, `STREAM_NOT_FOUND`, `STREAM_SEALED`
   */
  truncateStream(cut: StreamCut, options?: CallOptions): Promise<void>
  /**
   * Ends the stream for writers; open transactions are aborted. Sealing twice is fine.
   *
   * @throws PravegaError `STREAM_NOT_FOUND`
   */
  sealStream(stream: ScopedStream, options?: CallOptions): Promise<void>
  /**
   * Deletes a sealed stream. Delete the reader groups that hold back its retention first: without their stream they cannot
   * be deleted on Pravega 0.13.
   *
   * @returns `false`: there was none (also when an attempt whose answer was lost has deleted it)
   * @throws PravegaError `STREAM_NOT_SEALED`
   */
  deleteStream(stream: ScopedStream, options?: CallOptions): Promise<boolean>
  /** `false` also when the scope does not exist. */
  checkStreamExists(stream: ScopedStream, options?: CallOptions): Promise<boolean>
  /**
   * While an update runs, the new configuration already.
   *
   * @throws PravegaError `STREAM_NOT_FOUND`
   */
  getStreamConfiguration(stream: ScopedStream, options?: CallOptions): Promise<StreamConfiguration>
  /**
   * In no order. Without internal streams (`_MARK...`, `_RG...`), unless `includeInternal` is set.
   *
   * @throws PravegaError `SCOPE_NOT_FOUND`
   */
  listStreams(scope: string, options?: ListOptions): AsyncIterable<ScopedStream>
  /**
   * Streams with exactly this tag, in no order.
   *
   * @throws PravegaError `SCOPE_NOT_FOUND`
   */
  listStreamsForTag(scope: string, tag: string, options?: ListOptions): AsyncIterable<ScopedStream>
}

const service = ControllerService.method

export function streamCalls(calls: Calls): StreamCalls {
  return {
    async createStream(stream, configuration, options) {
      validateScopeName(stream.scope)
      validateStreamName(stream.stream)
      const request = configurationTo(stream, configuration)
      const { status } = await calls.send(service.createStream, String(stream), request, options)
      return settle('createStream', status, String(stream))
    },
    async updateStream(stream, configuration, options) {
      if (configuration.scaling === undefined) {
        throw refuse(
          'configuration of',
          String(stream),
          'it has no scaling policy',
          'Give the one the stream is to have',
        )
      }
      const request = configurationTo(stream, configuration)
      const { status } = await calls.send(service.updateStream, String(stream), request, options)
      return settle('updateStream', status, String(stream))
    },
    async truncateStream(cut, options) {
      checkTruncation(cut)
      const subject = String(cut.stream)
      const { status } = await calls.send(service.truncateStream, subject, cutTo(cut), options)
      return settle('truncateStream', status, subject)
    },
    async sealStream(stream, options) {
      const { status } = await calls.send(service.sealStream, String(stream), streamInfo(stream), options)
      return settle('sealStream', status, String(stream))
    },
    async deleteStream(stream, options) {
      const { status } = await calls.send(service.deleteStream, String(stream), streamInfo(stream), options)
      return settle('deleteStream', status, String(stream))
    },
    async checkStreamExists(stream, options) {
      return (await calls.send(service.checkStreamExists, String(stream), streamInfo(stream), options)).exists
    },
    async getStreamConfiguration(stream, options) {
      const method = service.getStreamConfiguration
      return configurationOf(await calls.send(method, String(stream), streamInfo(stream), options))
    },
    listStreams(scope, options = {}) {
      validateInternalScopeName(scope)
      const page = async (token: string, call: CallOptions) => {
        const request = { scope: { scope }, continuationToken: { token } }
        const answer = await calls.send(service.listStreamsInScope, scope, request, call)
        settle('listStreamsInScope', answer.status, scope)
        return pageOf(answer)
      }
      return allPages(options, page, wanted(options))
    },
    listStreamsForTag(scope, tag, options = {}) {
      validateInternalScopeName(scope)
      if (tag === '') throw refuse('tag', tag, 'it is empty', 'Give the whole tag')
      const page = async (token: string, call: CallOptions) => {
        const request = { scope: { scope }, tag, continuationToken: { token } }
        const answer = await calls.send(service.listStreamsInScopeForTag, scope, request, call)
        settle('listStreamsInScopeForTag', answer.status, scope)
        return pageOf(answer)
      }
      return allPages(options, page, wanted(options))
    },
  }
}

function pageOf(answer: StreamsInScopeResponse): Page<ScopedStream> {
  return { items: answer.streams.map(streamOf), token: answer.continuationToken?.token }
}

function wanted({ includeInternal }: ListOptions): (stream: ScopedStream) => boolean {
  return ({ stream }) => includeInternal === true || !isInternalName(stream)
}
