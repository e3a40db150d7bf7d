import type { Controller, ListOptions, SegmentWithRange } from '@pravega-ts/controller-client'
import {
  type CallOptions,
  Deadline,
  type KeyRange,
  PravegaError,
  type ScopedStream,
  type StreamConfiguration,
  type StreamConfigurationOptions,
  type StreamCut,
  streamConfiguration,
  validateScopeName,
  validateStreamName,
} from '@pravega-ts/model'
import { applyChanges, type StreamConfigurationChanges } from './configuration-changes.ts'
import { planEqualRanges, planMerge, planSplit, type ScalePlan } from './scale-plan.ts'
import { firstIn } from './scope-content.ts'
import type { SegmentInfoSource } from './segment-info-source.ts'
import { headCut, type StreamInfo, streamInfo, tailCut } from './stream-info.ts'
import { type StreamTarget, streamOf } from './targets.ts'
import { refuseImpossibleCut } from './truncation.ts'
import { Turns } from './turns.ts'

/** Options of {@link StreamManager.deleteScope}. */
export interface DeleteScopeOptions extends CallOptions {
  /** Also delete everything that is in the scope. Default `false`: a scope with content is refused. */
  readonly recursive?: boolean | undefined
}

/** Options of {@link StreamManager.deleteStream}. */
export interface DeleteStreamOptions extends CallOptions {
  /** Seal the stream before when it is not sealed yet. Default `false`: such a stream is refused. */
  readonly seal?: boolean | undefined
}

/**
 * Scopes and streams: create, change, look at, delete. Made by `ClientFactory.streamManager()`, ends with the factory.
 *
 * Every call takes a signal and a deadline (`CallOptions`) last; without a deadline the timeouts of the client configuration
 * hold for each request. Calls fail with a `PravegaError`; the codes named below are the ones a program may want to expect.
 */
export class StreamManager {
  readonly #controller: Controller
  readonly #store: SegmentInfoSource
  readonly #updates = new Turns()

  /** Applications get theirs from `ClientFactory.streamManager()`. */
  constructor(controller: Controller, store: SegmentInfoSource) {
    this.#controller = controller
    this.#store = store
  }

  /** @returns `false` when the scope was there already */
  async createScope(scope: string, call: CallOptions = {}): Promise<boolean> {
    return this.#controller.createScope(validateScopeName(scope), call)
  }

  /**
   * With `recursive`, all streams in the scope are sealed and deleted. Servers give up waiting after two minutes
   * (`DEADLINE_EXCEEDED`) and go on deleting; the same call later tells when it is done. Without it, the scope is looked into first:
   * Pravega 0.13 refuses to delete one with content, but no reader group can be made in it after that.
   *
   * @returns `false` when there was no such scope
   * @throws PravegaError `SCOPE_NOT_EMPTY`
   */
  async deleteScope(scope: string, options: DeleteScopeOptions = {}): Promise<boolean> {
    const { recursive = false, ...call } = options
    using deadline = new Deadline(`deleting scope ${scope}`, call)
    if (!recursive) {
      const content = await firstIn(this.#controller, scope, deadline)
      if (content === 'noScope') return false
      if (content === undefined) return this.#controller.deleteScope(scope, deadline.rest())
      throw new PravegaError(
        'SCOPE_NOT_EMPTY',
        `scope ${scope} is not deleted, because there is ${content} in it; delete what is in it first, or all at once (recursive)`,
        { details: { scope } },
      )
    }
    // A recursive delete of a scope that never was is answered with success.
    if (!(await this.#controller.checkScopeExists(scope, deadline.rest()))) return false
    await this.#controller.deleteScopeRecursive(scope, deadline.rest())
    return true
  }

  async scopeExists(scope: string, call: CallOptions = {}): Promise<boolean> {
    return this.#controller.checkScopeExists(scope, call)
  }

  /** In no order. Without Pravega's own scopes, unless `includeInternal` is set. */
  listScopes(options: ListOptions = {}): AsyncIterable<string> {
    return this.#controller.listScopes(options)
  }

  /**
   * @param configuration - Default: one segment, nothing thrown away, no tags.
   * @returns `false` when there was a stream of that name already, whatever its configuration, sealed or not
   * @throws PravegaError `SCOPE_NOT_FOUND`
   */
  async createStream(
    stream: StreamTarget,
    configuration: StreamConfigurationOptions = {},
    call: CallOptions = {},
  ): Promise<boolean> {
    const name = streamOf(stream)
    validateScopeName(name.scope)
    validateStreamName(name.stream)
    return this.#controller.createStream(name, streamConfiguration(configuration), call)
  }

  async streamExists(stream: StreamTarget, call: CallOptions = {}): Promise<boolean> {
    return this.#controller.checkStreamExists(streamOf(stream), call)
  }

  /**
   * In no order. Without Pravega's own streams, unless `includeInternal` is set.
   *
   * @throws PravegaError `SCOPE_NOT_FOUND`
   */
  listStreams(scope: string, options: ListOptions = {}): AsyncIterable<ScopedStream> {
    return this.#controller.listStreams(scope, options)
  }

  /**
   * The streams of a scope that have exactly this tag.
   *
   * @throws PravegaError `SCOPE_NOT_FOUND`
   */
  listStreamsByTag(scope: string, tag: string, options: ListOptions = {}): AsyncIterable<ScopedStream> {
    return this.#controller.listStreamsForTag(scope, tag, options)
  }

  /** @throws PravegaError `STREAM_NOT_FOUND` */
  async getConfiguration(stream: StreamTarget, call: CallOptions = {}): Promise<StreamConfiguration> {
    return this.#controller.getStreamConfiguration(streamOf(stream), call)
  }

  /**
   * Changes some settings and keeps the others: the configuration is read, changed and sent whole, because a server clears
   * what it is not sent. Updates of a stream through the same manager take turns; beside somebody else's update at the same
   * moment, the later one wins or is refused.
   *
   * A stream with a fixed number of segments goes back to that number at every update, a change of tags included.
   *
   * @returns the configuration that holds now
   * @throws PravegaError `STREAM_NOT_FOUND`, `STREAM_SEALED`, `CONTROLLER_FAILURE` when another update is running
   */
  async updateStream(
    stream: StreamTarget,
    changes: StreamConfigurationChanges,
    call: CallOptions = {},
  ): Promise<StreamConfiguration> {
    const name = streamOf(stream)
    using deadline = new Deadline(`updating ${name}`, call)
    return this.#updates.take(name.toString(), async () => {
      const configuration = await this.#controller.getStreamConfiguration(name, deadline.rest())
      const changed = applyChanges(configuration, changes)
      await this.#controller.updateStream(name, changed, deadline.rest())
      return changed
    })
  }

  /**
   * Sets the whole configuration; what is left out goes back to its default. See {@link StreamManager.updateStream} for a
   * change of some settings.
   *
   * @throws PravegaError `STREAM_NOT_FOUND`, `STREAM_SEALED`, `CONTROLLER_FAILURE` when another update is running
   */
  async replaceConfiguration(
    stream: StreamTarget,
    configuration: StreamConfigurationOptions,
    call: CallOptions = {},
  ): Promise<StreamConfiguration> {
    const name = streamOf(stream)
    const whole = streamConfiguration(configuration)
    using deadline = new Deadline(`updating ${name}`, call)
    await this.#updates.take(name.toString(), () => this.#controller.updateStream(name, whole, deadline.rest()))
    return whole
  }

  /**
   * Sorted by name.
   *
   * @throws PravegaError `STREAM_NOT_FOUND`
   */
  async getTags(stream: StreamTarget, call: CallOptions = {}): Promise<readonly string[]> {
    const { tags = [] } = await this.getConfiguration(stream, call)
    return [...tags].sort()
  }

  /**
   * @returns the tags that the stream has now
   * @throws PravegaError as {@link StreamManager.updateStream}
   */
  async addTags(stream: StreamTarget, tags: readonly string[], call: CallOptions = {}): Promise<readonly string[]> {
    const { tags: now = [] } = await this.updateStream(stream, { addTags: tags }, call)
    return [...now].sort()
  }

  /**
   * @returns the tags that the stream has now
   * @throws PravegaError as {@link StreamManager.updateStream}
   */
  async removeTags(stream: StreamTarget, tags: readonly string[], call: CallOptions = {}): Promise<readonly string[]> {
    const { tags: now = [] } = await this.updateStream(stream, { removeTags: tags }, call)
    return [...now].sort()
  }

  /**
   * Nothing can be written any more; what is there can be read. Sealing a sealed stream succeeds.
   *
   * @throws PravegaError `STREAM_NOT_FOUND`
   */
  async sealStream(stream: StreamTarget, call: CallOptions = {}): Promise<void> {
    await this.#controller.sealStream(streamOf(stream), call)
  }

  /**
   * Throws away what is before the cut. The cut is held against the segments first, because servers take offsets that do not
   * exist.
   *
   * @throws PravegaError `STREAM_CUT_INVALID`, `STREAM_NOT_FOUND`, `STREAM_SEALED`
   */
  async truncateStream(cut: StreamCut, call: CallOptions = {}): Promise<void> {
    using deadline = new Deadline(`truncating at ${cut}`, call)
    if (!cut.isUnbounded) await this.#activeSegments(cut.stream, 'truncated', deadline)
    await refuseImpossibleCut(this.#store, cut, deadline)
    await this.#controller.truncateStream(cut, deadline.rest())
  }

  /**
   * Throws away all that is in the stream now.
   *
   * @returns the cut at which the stream begins now
   * @throws PravegaError `STREAM_NOT_FOUND`, `STREAM_SEALED`
   */
  async truncateStreamToTail(stream: StreamTarget, call: CallOptions = {}): Promise<StreamCut> {
    const name = streamOf(stream)
    using deadline = new Deadline(`truncating ${name}`, call)
    await this.#activeSegments(name, 'truncated', deadline)
    const cut = await tailCut(this.#controller, this.#store, name, deadline)
    await this.#controller.truncateStream(cut, deadline.rest())
    return cut
  }

  /**
   * @returns `false` when there was no such stream
   * @throws PravegaError `STREAM_NOT_SEALED`
   */
  async deleteStream(stream: StreamTarget, options: DeleteStreamOptions = {}): Promise<boolean> {
    const { seal = false, ...call } = options
    const name = streamOf(stream)
    using deadline = new Deadline(`deleting ${name}`, call)
    try {
      // First without sealing: a stream whose creation broke off can be deleted, but not sealed.
      return await this.#controller.deleteStream(name, deadline.rest())
    } catch (error) {
      if (!seal || !PravegaError.is(error, 'STREAM_NOT_SEALED')) throw error
    }
    try {
      await this.#controller.sealStream(name, deadline.rest())
    } catch (error) {
      if (PravegaError.is(error, 'STREAM_NOT_FOUND')) return false
      throw error
    }
    return this.#controller.deleteStream(name, deadline.rest())
  }

  /**
   * The active segments, sorted by range; none for a sealed stream.
   *
   * @throws PravegaError `STREAM_NOT_FOUND`
   */
  async getSegments(stream: StreamTarget, call: CallOptions = {}): Promise<readonly SegmentWithRange[]> {
    return (await this.#controller.getCurrentSegments(streamOf(stream), { ...call, access: 'none' })).segments
  }

  /**
   * The segments that were active in an epoch. The first epoch is 0; every scale begins the next one.
   *
   * @throws PravegaError `NOT_FOUND`
   */
  async getEpochSegments(
    stream: StreamTarget,
    epoch: number,
    call: CallOptions = {},
  ): Promise<readonly SegmentWithRange[]> {
    return (await this.#controller.getEpochSegments(streamOf(stream), epoch, call)).segments
  }

  /**
   * Configuration, segments with their offsets, head, tail and size.
   *
   * @throws PravegaError `STREAM_NOT_FOUND`
   */
  async getStreamInfo(stream: StreamTarget, call: CallOptions = {}): Promise<StreamInfo> {
    const name = streamOf(stream)
    return streamInfo(this.#controller, this.#store, name, new Deadline(`looking at ${name}`, call))
  }

  /**
   * The cut at which reading starts.
   *
   * @throws PravegaError `STREAM_NOT_FOUND`
   */
  async getHead(stream: StreamTarget, call: CallOptions = {}): Promise<StreamCut> {
    const name = streamOf(stream)
    return headCut(this.#controller, this.#store, name, new Deadline(`looking at ${name}`, call))
  }

  /**
   * The cut behind everything that is in the stream now.
   *
   * @throws PravegaError `STREAM_NOT_FOUND`
   */
  async getTail(stream: StreamTarget, call: CallOptions = {}): Promise<StreamCut> {
    const name = streamOf(stream)
    return tailCut(this.#controller, this.#store, name, new Deadline(`looking at ${name}`, call))
  }

  /**
   * Replaces active segments by new ones with the given ranges, and waits until that is done. Together the ranges must be
   * exactly those of the segments that end.
   *
   * @param seal - Ids of the segments that end.
   * @returns the active segments after it
   * @throws PravegaError `SCALE_REFUSED`, `INVALID_ARGUMENT`, `STREAM_SEALED`, `STREAM_NOT_FOUND`
   */
  async scaleStream(
    stream: StreamTarget,
    seal: readonly bigint[],
    ranges: readonly KeyRange[],
    call: CallOptions = {},
  ): Promise<readonly SegmentWithRange[]> {
    return this.#scale(stream, () => ({ seal, ranges }), call)
  }

  /**
   * Gives the stream `count` segments with equal ranges, and waits until that is done. Segments that fit stay as they are.
   *
   * @returns the active segments after it
   * @throws PravegaError `SCALE_REFUSED`, for example below the smallest number of segments of the scaling policy;
   * `STREAM_SEALED`, `STREAM_NOT_FOUND`
   */
  async scaleStreamTo(
    stream: StreamTarget,
    count: number,
    call: CallOptions = {},
  ): Promise<readonly SegmentWithRange[]> {
    return this.#scale(stream, (_, current) => planEqualRanges(current, count), call)
  }

  /**
   * Splits one segment into equal parts, and waits until that is done.
   *
   * @param parts - Default 2.
   * @returns the active segments after it
   * @throws PravegaError `SCALE_REFUSED`, `STREAM_SEALED`, `STREAM_NOT_FOUND`
   */
  async splitSegment(
    stream: StreamTarget,
    segmentId: bigint,
    parts = 2,
    call: CallOptions = {},
  ): Promise<readonly SegmentWithRange[]> {
    return this.#scale(stream, (name, current) => planSplit(name, current, segmentId, parts), call)
  }

  /**
   * Makes one segment of neighbours, and waits until that is done.
   *
   * @returns the active segments after it
   * @throws PravegaError `SCALE_REFUSED`, `STREAM_SEALED`, `STREAM_NOT_FOUND`
   */
  async mergeSegments(
    stream: StreamTarget,
    segmentIds: readonly bigint[],
    call: CallOptions = {},
  ): Promise<readonly SegmentWithRange[]> {
    return this.#scale(stream, (name, current) => planMerge(name, current, segmentIds), call)
  }

  async #scale(
    stream: StreamTarget,
    makePlan: (name: ScopedStream, current: readonly SegmentWithRange[]) => ScalePlan | undefined,
    call: CallOptions,
  ): Promise<readonly SegmentWithRange[]> {
    const name = streamOf(stream)
    using deadline = new Deadline(`scaling ${name}`, call)
    const segments = await this.#activeSegments(name, 'scaled', deadline)
    const plan = makePlan(name, segments)
    if (plan === undefined) return segments
    await this.#controller.scaleStreamAndWait(name, plan.seal, plan.ranges, deadline.rest())
    return this.getSegments(name, deadline.rest())
  }

  async #activeSegments(
    stream: ScopedStream,
    intended: string,
    deadline: Deadline,
  ): Promise<readonly SegmentWithRange[]> {
    const segments = await this.getSegments(stream, deadline.rest())
    if (segments.length > 0) return segments
    throw new PravegaError('STREAM_SEALED', `${stream} is sealed and cannot be ${intended} any more.`)
  }
}
