import type { CallOptions, Endpoint, ScopedSegment, ScopedStream, StreamCut } from '@pravega-ts/model'
import { PravegaError } from '@pravega-ts/model'
import { checkBounded, checkCutOf, checkInt32, refuse } from './arguments.ts'
import type { Calls } from './calls.ts'
import { ControllerService } from './generated/index.ts'
import {
  cutTo,
  endpointOf,
  positionsTo,
  present,
  rangeOf,
  type SegmentWithRange,
  segmentOf,
  segmentsOf,
  streamInfo,
} from './messages.ts'
import { type Access, accessTo } from './tokens.ts'

/** Segments of a stream, and a token with which the segment store lets the caller in. */
export interface StreamSegments {
  /** By ascending range. */
  readonly segments: readonly SegmentWithRange[]
  /** Empty when the cluster runs without authorization, and for access `none`. */
  readonly delegationToken: string
}

/** A segment, and an offset in it. */
export interface SegmentOffset {
  readonly segment: ScopedSegment
  readonly offset: bigint
}

/** A segment that follows a sealed one. */
export interface Successor {
  readonly segment: SegmentWithRange
  /** Ids of all segments that it follows: it may be read when all of them have been read to their end. */
  readonly predecessors: readonly bigint[]
}

export interface SegmentsOptions extends CallOptions {
  /** What the delegation token is to allow. Default: read and write, which needs the permission to update. */
  readonly access?: Access | undefined
}

/** Segments, stream cuts, and where a segment lives. */
export interface SegmentCalls {
  /**
   * The segments that are written to; none for a sealed stream. Never assume that the numbers of a stream begin at 0.
   *
   * @throws PravegaError `STREAM_NOT_FOUND`
   */
  getCurrentSegments(stream: ScopedStream, options?: SegmentsOptions): Promise<StreamSegments>
  /**
   * The segments of one epoch, whatever has become of them since.
   *
   * @throws PravegaError `NOT_FOUND` for an unknown stream or epoch
   */
  getEpochSegments(stream: ScopedStream, epoch: number, options?: CallOptions): Promise<StreamSegments>
  /**
   * The head of the stream: the first segments and where they begin, after truncations too; in no order.
   *
   * @throws PravegaError `STREAM_NOT_FOUND`
   */
  getHeadSegments(stream: ScopedStream, options?: SegmentsOptions): Promise<readonly SegmentOffset[]>
  /**
   * What follows a segment that a scale has sealed. None for an active or unknown segment and for the last ones of a sealed
   * stream; for a sealed segment of a stream that is not sealed none means: ask again.
   *
   * @throws PravegaError `STREAM_NOT_FOUND`
   */
  getSuccessors(segment: ScopedSegment, options?: CallOptions): Promise<readonly Successor[]>
  /**
   * All segments between two cuts, both ends included, in no order. An unbounded start is epoch 0, not the head; an
   * unbounded end is now. One of them must be bounded.
   *
   * @throws PravegaError `STREAM_NOT_FOUND`, `STREAM_CUT_INVALID`
   */
  getSegmentsBetween(
    stream: ScopedStream,
    from: StreamCut,
    to: StreamCut,
    options?: CallOptions,
  ): Promise<readonly ScopedSegment[]>
  /**
   * The segment store that serves the segment. Not cached, and not checked: servers name one for segments that do not exist
   * as well.
   */
  getEndpoint(segment: ScopedSegment, options?: CallOptions): Promise<Endpoint>
  /**
   * Whether the segment is active.
   *
   * @throws PravegaError `STREAM_NOT_FOUND`
   */
  isSegmentValid(segment: ScopedSegment, options?: CallOptions): Promise<boolean>
  /**
   * Whether the cut covers the key space. Servers take offsets that do not exist for valid.
   *
   * @throws PravegaError `NOT_FOUND`, `STREAM_CUT_INVALID` for segments that the stream does not have
   */
  isStreamCutValid(cut: StreamCut, options?: CallOptions): Promise<boolean>
}

const service = ControllerService.method

export function segmentCalls(calls: Calls): SegmentCalls {
  return {
    async getCurrentSegments(stream, options = {}) {
      const request = { ...streamInfo(stream), accessOperation: accessTo(options.access) }
      const answer = await calls.send(service.getCurrentSegments, String(stream), request, options)
      return { segments: segmentsOf(answer.segmentRanges), delegationToken: answer.delegationToken }
    },
    async getEpochSegments(stream, epoch, options) {
      const request = { streamInfo: streamInfo(stream), epoch: checkInt32('epoch', epoch, 0) }
      const answer = await calls.send(service.getEpochSegments, `epoch ${epoch} of ${stream}`, request, options)
      return { segments: segmentsOf(answer.segmentRanges), delegationToken: answer.delegationToken }
    },
    async getHeadSegments(stream, options = {}) {
      const request = {
        streamInfo: { ...streamInfo(stream), accessOperation: accessTo(options.access) },
        timestamp: 0n,
      }
      const { segments } = await calls.send(service.getSegments, String(stream), request, options)
      return segments.map(({ segmentId, offset }) => ({ segment: segmentOf(segmentId), offset }))
    },
    async getSuccessors(segment, options) {
      const request = segmentId(segment)
      const ask = async (method: typeof service.getSegmentsImmediatelyFollowing) =>
        (await calls.send(method, String(segment), request, options)).segments
      const entries = await ask(service.getSegmentsImmediatelyFollowing).catch((error: unknown) => {
        // Old servers have the method under its misspelt name only.
        if (PravegaError.is(error, 'UNIMPLEMENTED')) return ask(service.getSegmentsImmediatlyFollowing)
        throw error
      })
      return entries.map(({ segment: successor, value: predecessors }) => {
        const range = present(successor, 'segment of a successor')
        return { segment: { segment: segmentOf(range.segmentId), range: rangeOf(range) }, predecessors }
      })
    },
    async getSegmentsBetween(stream, from, to, options) {
      checkCutOf(stream, from)
      checkCutOf(stream, to)
      if (from.isUnbounded && to.isUnbounded) {
        const remedy = 'Give a start: getHeadSegments names the head'
        throw refuse('pair of stream cuts', `of ${stream}`, 'both are unbounded', remedy)
      }
      const request = {
        streamInfo: streamInfo(stream),
        from: positionsTo(from.positions),
        to: positionsTo(to.positions),
      }
      const { segments } = await calls.send(service.getSegmentsBetween, String(stream), request, options)
      return segments.map(id => segmentOf(id))
    },
    async getEndpoint(segment, options) {
      return endpointOf(await calls.send(service.getURI, String(segment), segmentId(segment), options))
    },
    async isSegmentValid(segment, options) {
      return (await calls.send(service.isSegmentValid, String(segment), segmentId(segment), options)).response
    },
    async isStreamCutValid(cut, options) {
      checkBounded(cut)
      return (await calls.send(service.isStreamCutValid, String(cut), cutTo(cut), options)).response
    },
  }
}

/** For the part of a segment that belongs to a transaction: the segment itself, which is where it lives. */
function segmentId(segment: ScopedSegment) {
  return { streamInfo: streamInfo(segment), segmentId: segment.segmentId }
}
