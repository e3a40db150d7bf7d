import { invalid } from './refuse.ts'

/** How many segments a stream has, and whether the server changes that with the load. */
export type ScalingPolicy =
  | {
      readonly type: 'fixed'
      /** Always this many segments. */
      readonly segments: number
    }
  | {
      readonly type: 'byDataRate'
      /** KB/s that one segment should take. */
      readonly targetKBps: number
      /** Into how many segments a hot one is split. */
      readonly scaleFactor: number
      readonly minSegments: number
    }
  | {
      readonly type: 'byEventRate'
      /** Events per second that one segment should take. */
      readonly targetEventsPerSecond: number
      /** Into how many segments a hot one is split. */
      readonly scaleFactor: number
      readonly minSegments: number
    }

const LARGEST = 0x7fff_ffff

function positive(what: string, value: number): number {
  if (Number.isInteger(value) && value > 0 && value <= LARGEST) return value
  throw invalid(what, value, `it is not a whole number from 1 to ${LARGEST}`, 'Give at least 1')
}

/** What the value `ScalingPolicy` can do. */
export interface ScalingPolicies {
  /**
   * Always `segments` segments, until the stream is scaled by hand.
   *
   * @throws PravegaError `INVALID_ARGUMENT`
   */
  fixed(segments: number): ScalingPolicy
  /**
   * As many segments as the data rate asks for.
   *
   * @param targetKBps - KB/s that one segment should take.
   * @throws PravegaError `INVALID_ARGUMENT`
   */
  byDataRate(targetKBps: number, scaleFactor: number, minSegments: number): ScalingPolicy
  /**
   * As many segments as the event rate asks for.
   *
   * @throws PravegaError `INVALID_ARGUMENT`
   */
  byEventRate(targetEventsPerSecond: number, scaleFactor: number, minSegments: number): ScalingPolicy
  /**
   * The same policy, checked.
   *
   * @throws PravegaError `INVALID_ARGUMENT`
   */
  validate(policy: ScalingPolicy): ScalingPolicy
}

/** Makes checked scaling policies. */
export const ScalingPolicy: ScalingPolicies = {
  fixed: segments => ScalingPolicy.validate({ type: 'fixed', segments }),
  byDataRate: (targetKBps, scaleFactor, minSegments) =>
    ScalingPolicy.validate({ type: 'byDataRate', targetKBps, scaleFactor, minSegments }),
  byEventRate: (targetEventsPerSecond, scaleFactor, minSegments) =>
    ScalingPolicy.validate({ type: 'byEventRate', targetEventsPerSecond, scaleFactor, minSegments }),
  validate(policy) {
    switch (policy.type) {
      case 'fixed':
        return Object.freeze({ type: 'fixed', segments: positive('number of segments', policy.segments) })
      case 'byDataRate':
        return Object.freeze({
          type: 'byDataRate',
          targetKBps: positive('target rate in KB/s', policy.targetKBps),
          scaleFactor: positive('scale factor', policy.scaleFactor),
          minSegments: positive('smallest number of segments', policy.minSegments),
        })
      case 'byEventRate':
        return Object.freeze({
          type: 'byEventRate',
          targetEventsPerSecond: positive('target rate in events per second', policy.targetEventsPerSecond),
          scaleFactor: positive('scale factor', policy.scaleFactor),
          minSegments: positive('smallest number of segments', policy.minSegments),
        })
      default:
        throw invalid(
          'type of a scaling policy',
          (policy as { type: unknown }).type,
          'it is not one of "fixed", "byDataRate", "byEventRate"',
          'Make the policy with ScalingPolicy.fixed(1) or one of its sisters',
        )
    }
  },
}
