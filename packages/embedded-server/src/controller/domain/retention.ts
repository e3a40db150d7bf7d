import { isAtOrAfter, placeCut } from './stream-cut.ts'
import type { Cut, EpochRecord, RetentionSettings } from './stream-record.ts'

/** A cut at the tail of a stream as it was at some time. */
export interface RecordedCut {
  /** Unix time in milliseconds. */
  readonly recordedAt: number
  /** Bytes that the stream ever had before it. */
  readonly bytes: bigint
  readonly cut: Cut
}

/** Up to where the subscribers of a stream have it behind them. */
export interface SubscriberBound {
  /** Bytes that the stream ever had before it. */
  readonly bytes: bigint
  readonly cut: Cut
}

export interface RetentionQuestion {
  readonly epochs: readonly EpochRecord[]
  readonly policy: RetentionSettings
  /** Oldest first; the last one is the tail. */
  readonly recorded: readonly RecordedCut[]
  /** Unix time in milliseconds. */
  readonly now: number
  /** Absent: nobody said what they need. */
  readonly bound?: SubscriberBound | undefined
}

/** What is kept when the stream is truncated at a recorded cut, in the unit of the policy. */
type Kept = (recorded: RecordedCut) => bigint

/** Recorded cuts that a policy allows: the one that keeps the least, and the one that keeps the most. */
interface Limits {
  readonly least: RecordedCut
  /** The same as `least` when all of them keep more than the policy wants. */
  readonly most: RecordedCut
}

const BY_TIME = 1
const BY_SIZE = 2

/** Whether anything is ever truncated by this policy. */
export function isRetentionPolicy({ type }: RetentionSettings): boolean {
  return type === BY_TIME || type === BY_SIZE
}

/**
 * Where a stream is to be truncated: undefined for nowhere. The least that the policy keeps is kept under all
 * circumstances; what is between that and the most goes when all subscribers are done with it, what is beyond the most
 * goes even though they are not. Without subscribers nothing is kept beyond the least.
 */
export function decideTruncation(question: RetentionQuestion): Cut | undefined {
  return question.policy.type === BY_SIZE ? bySize(question) : byTime(question)
}

function bySize(question: RetentionQuestion): Cut | undefined {
  const { epochs, policy, recorded, bound } = question
  const tail = recorded.at(-1)
  if (tail === undefined) return undefined
  const kept: Kept = ({ bytes }) => tail.bytes - bytes
  const limits = limitsOf(question, kept)
  if (bound === undefined) return limits?.least.cut
  const keptAtBound = tail.bytes - bound.bytes
  if (keptAtBound < policy.min) {
    if (limits === undefined) return undefined
    const isBefore = compare(epochs, limits.least.cut, bound.cut) === 'before'
    return isBefore ? limits.least.cut : newestNotAheadOf(question, bound.cut)
  }
  if (keptAtBound < policy.max || limits === undefined) return bound.cut
  return kept(limits.most) < keptAtBound ? limits.most.cut : bound.cut
}

function byTime(question: RetentionQuestion): Cut | undefined {
  const { epochs, policy, recorded, now, bound } = question
  const age: Kept = ({ recordedAt }) => BigInt(now - recordedAt)
  const limits = limitsOf(question, age)
  if (limits === undefined || bound === undefined) return limits?.least.cut
  switch (compare(epochs, limits.least.cut, bound.cut)) {
    case 'before':
      return limits.least.cut
    case 'crossing':
      return newestNotAheadOf(question, bound.cut)
    case 'atOrAfter': {
      const tooOld = recorded.findLast(candidate => age(candidate) >= policy.max)
      if (tooOld === undefined) return bound.cut
      const place = compare(epochs, bound.cut, tooOld.cut)
      if (place === 'atOrAfter') return bound.cut
      return place === 'before' ? limits.most.cut : tooOld.cut
    }
  }
}

function limitsOf({ policy, recorded }: RetentionQuestion, kept: Kept): Limits | undefined {
  let least: RecordedCut | undefined
  let most: RecordedCut | undefined
  for (const candidate of recorded) {
    const value = kept(candidate)
    if (value < policy.min) continue
    if (least === undefined || value < kept(least)) least = candidate
    if (value <= policy.max && (most === undefined || value > kept(most))) most = candidate
  }
  return least && { least, most: most ?? least }
}

function newestNotAheadOf({ epochs, recorded }: RetentionQuestion, cut: Cut): Cut | undefined {
  return recorded.findLast(candidate => compare(epochs, cut, candidate.cut) === 'atOrAfter')?.cut
}

/** Recorded cuts that can still be of use after a truncation: those that are not before it. */
export function recordedBeyond(
  epochs: readonly EpochRecord[],
  recorded: readonly RecordedCut[],
  truncation: Cut,
): readonly RecordedCut[] {
  return recorded.filter(({ cut }) => compare(epochs, truncation, cut) !== 'atOrAfter')
}

/**
 * Adds the tail as it is now. Of times at which it was at the same place the first and the last one are kept: those
 * between them change no decision, so that a stream at rest does not grow.
 */
export function withRecorded(recorded: readonly RecordedCut[], tail: RecordedCut): readonly RecordedCut[] {
  const [first, second] = recorded.slice(-2)
  const atRest =
    first !== undefined && second !== undefined && isSame(first.cut, tail.cut) && isSame(second.cut, tail.cut)
  return [...(atRest ? recorded.slice(0, -1) : recorded), tail]
}

function isSame(a: Cut, b: Cut): boolean {
  return a.size === b.size && [...a].every(([id, offset]) => b.get(id) === offset)
}

/** Where the first cut is, seen from the second one; `crossing`: ahead for some keys, behind for others. */
function compare(epochs: readonly EpochRecord[], cut: Cut, other: Cut): 'before' | 'atOrAfter' | 'crossing' {
  const here = placeCut(epochs, cut)
  const there = placeCut(epochs, other)
  if (!here.valid || !there.valid) return 'crossing'
  if (isAtOrAfter(here.placements, there.placements)) return 'atOrAfter'
  return isAtOrAfter(there.placements, here.placements) ? 'before' : 'crossing'
}
