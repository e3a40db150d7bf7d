import { LARGEST_INT64, toInt64 } from './int64.ts'
import { invalid } from './refuse.ts'

/** What a server may throw away from the head of a stream. */
export type RetentionPolicy =
  | {
      readonly type: 'byTime'
      /** Milliseconds for which data is kept at least. */
      readonly minMs: bigint
      /** Milliseconds after which data goes even though a subscriber has not read it. */
      readonly maxMs: bigint
    }
  | {
      readonly type: 'bySize'
      /** Bytes that are kept at least. */
      readonly minBytes: bigint
      /** Bytes above which data goes even though a subscriber has not read it. */
      readonly maxBytes: bigint
    }

/** What the value `RetentionPolicy` can do. */
export interface RetentionPolicies {
  /**
   * Keep data for at least `minMs` milliseconds.
   *
   * @param maxMs - Default: no upper bound (2^63-1).
   * @throws PravegaError `INVALID_ARGUMENT`
   */
  byTime(minMs: number | bigint, maxMs?: number | bigint): RetentionPolicy
  /**
   * Keep at least `minBytes` bytes.
   *
   * @param maxBytes - Default: no upper bound (2^63-1).
   * @throws PravegaError `INVALID_ARGUMENT`
   */
  bySize(minBytes: number | bigint, maxBytes?: number | bigint): RetentionPolicy
  /**
   * The same policy, checked.
   *
   * @throws PravegaError `INVALID_ARGUMENT`
   */
  validate(policy: RetentionPolicy): RetentionPolicy
}

function bounds(what: string, min: number | bigint, max: number | bigint): readonly [bigint, bigint] {
  const least = toInt64(`smallest retention ${what}`, min, 0n)
  const most = toInt64(`largest retention ${what}`, max, 0n)
  if (most < least) {
    throw invalid(
      `largest retention ${what}`,
      max,
      `it is below the smallest one, ${least}`,
      'Give a larger one or leave it out',
    )
  }
  return [least, most]
}

/** Makes checked retention policies. */
export const RetentionPolicy: RetentionPolicies = {
  byTime(min, max = LARGEST_INT64) {
    const [minMs, maxMs] = bounds('in milliseconds', min, max)
    return Object.freeze({ type: 'byTime', minMs, maxMs })
  },
  bySize(min, max = LARGEST_INT64) {
    const [minBytes, maxBytes] = bounds('in bytes', min, max)
    return Object.freeze({ type: 'bySize', minBytes, maxBytes })
  },
  validate(policy) {
    switch (policy.type) {
      case 'byTime':
        return RetentionPolicy.byTime(policy.minMs, policy.maxMs)
      case 'bySize':
        return RetentionPolicy.bySize(policy.minBytes, policy.maxBytes)
      default:
        throw invalid(
          'type of a retention policy',
          (policy as { type: unknown }).type,
          'it is neither "byTime" nor "bySize"',
          'Make the policy with RetentionPolicy.byTime(...) or RetentionPolicy.bySize(...)',
        )
    }
  },
}
