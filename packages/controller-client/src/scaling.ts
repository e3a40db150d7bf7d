import { setTimeout as sleep } from 'node:timers/promises'
import { type CallOptions, type KeyRange, PravegaError, type ScopedStream } from '@pravega-ts/model'
import { checkInt32, checkScale } from './arguments.ts'
import type { Calls } from './calls.ts'
import { ControllerService } from './generated/index.ts'
import { type SegmentWithRange, segmentsOf, streamInfo } from './messages.ts'
import { settle } from './outcomes/statuses.ts'

/** A scale that the controller has begun. */
export interface ScaleStarted {
  /** The epoch BEFORE the scale: what {@link ScalingCalls.checkScale} wants. */
  readonly epoch: number
  /** The new segments, by ascending range. */
  readonly segments: readonly SegmentWithRange[]
}

/** Manual scaling. */
export interface ScalingCalls {
  /**
   * Begins to replace segments by new ones. Sent at most once when it is unknown whether the controller has it. An empty
   * scale is refused: it blocks a stream for good on Pravega 0.13.
   *
   * @param sealed - Ids of active segments, at least one.
   * @param ranges - The same part of the key space, at least one; bounds bit for bit as `getCurrentSegments` has them.
   * @throws PravegaError `SCALE_REFUSED`, `INVALID_ARGUMENT`; `UNAVAILABLE` also when its answer was lost
   */
  scaleStream(
    stream: ScopedStream,
    sealed: readonly bigint[],
    ranges: readonly KeyRange[],
    options?: CallOptions,
  ): Promise<ScaleStarted>
  /**
   * How far a scale is. Only means something after a scale: servers answer `inProgress` for the active epoch when nothing is
   * being scaled, and after rolling transactions for ever.
   *
   * @param epoch - What {@link ScalingCalls.scaleStream} returned.
   */
  checkScale(stream: ScopedStream, epoch: number, options?: CallOptions): Promise<'inProgress' | 'done'>
  /**
   * Scales and waits until it is done; small scales take tens of milliseconds.
   *
   * @throws PravegaError as {@link ScalingCalls.scaleStream}; `DEADLINE_EXCEEDED` when it has begun and is not done in time
   */
  scaleStreamAndWait(
    stream: ScopedStream,
    sealed: readonly bigint[],
    ranges: readonly KeyRange[],
    options?: CallOptions,
  ): Promise<ScaleStarted>
}

const FIRST_POLL_MS = 10
const LONGEST_POLL_MS = 1_000

const service = ControllerService.method

export function scalingCalls(calls: Calls): ScalingCalls {
  const scaling: ScalingCalls = {
    async scaleStream(stream, sealed, ranges, options) {
      checkScale(stream, sealed, ranges)
      const request = {
        streamInfo: streamInfo(stream),
        sealedSegments: [...sealed],
        newKeyRanges: ranges.map(({ low: start, high: end }) => ({ start, end })),
        scaleTimestamp: BigInt(Date.now()),
      }
      const { status, segments, epoch } = await calls.send(service.scale, String(stream), request, options)
      settle('scale', status, String(stream))
      return { epoch, segments: segmentsOf(segments) }
    },
    async checkScale(stream, epoch, options) {
      const request = { streamInfo: streamInfo(stream), epoch: checkInt32('epoch', epoch, 0) }
      const { status } = await calls.send(service.checkScale, String(stream), request, options)
      return settle('checkScale', status, String(stream))
    },
    async scaleStreamAndWait(stream, sealed, ranges, { signal, timeoutMs = calls.defaultTimeoutMs } = {}) {
      const end = performance.now() + timeoutMs
      const left = (): CallOptions => ({ signal, timeoutMs: Math.max(0, end - performance.now()) })
      const started = await scaling.scaleStream(stream, sealed, ranges, left())
      for (let pauseMs = FIRST_POLL_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_POLL_MS)) {
        if ((await scaling.checkScale(stream, started.epoch, left())) === 'done') return started
        if (performance.now() + pauseMs > end) throw unfinished(stream, started.epoch, timeoutMs)
        await sleep(pauseMs, undefined, { signal }).catch(cause => {
          throw new PravegaError('ABORTED', `The wait for the scale of ${stream} was aborted; it goes on.`, { cause })
        })
      }
    },
  }
  return scaling
}

function unfinished(stream: ScopedStream, epoch: number, timeoutMs: number): PravegaError {
  return new PravegaError(
    'DEADLINE_EXCEEDED',
    `The scale of ${stream} was begun, but is not done after ${timeoutMs} ms; it goes on. Ask checkScale with epoch ${epoch}.`,
    { details: { epoch, timeoutMs } },
  )
}
