import { type CallOptions, type Deadline, PravegaError, type ScopedSegment } from '@pravega-ts/model'
import type { SegmentInfo } from '@pravega-ts/segment-client'
import type { CommitPace } from './commit-pace.ts'

/** With more of them the controller has less work with the question. */
const MOST_SEGMENTS = 8
/** A segment store that needs longer than that is not worth being waited for. */
const QUESTION_MS = 1_000
/** A commit that takes longer is not only waiting for its turn. */
const PATIENCE_MS = 2_000
/** Who begins to wait that soon sees how long a commit takes. */
const PROMPT_MS = 10

export interface MergeQuestion {
  /** Those of the transaction. */
  readonly segments: readonly ScopedSegment[]
  readonly pace: CommitPace
  /** When the commit was accepted, in the time of `performance.now()`. */
  readonly acceptedAt: number
  getInfo(segment: ScopedSegment, call: CallOptions): Promise<Pick<SegmentInfo, 'isSealed'>>
  /** It is not carried out yet. */
  onWait(attempt: number, delayMs: number): void
}

/**
 * Waits until the events of a transaction can be read, as the segment stores see it: its segments are gone and those of the stream take
 * appends. They know it before the controller does, and are asked with less effort.
 *
 * Where a segment of the stream is sealed the stream was scaled meanwhile: the controller then moves the events to other segments, and
 * only it knows when readers come to those.
 *
 * @returns false: they cannot tell
 * @throws PravegaError `DEADLINE_EXCEEDED`, `ABORTED`
 */
export async function awaitMerge(question: MergeQuestion, deadline: Deadline): Promise<boolean> {
  const { segments, pace, acceptedAt, onWait } = question
  let [waitsFor] = segments
  if (waitsFor === undefined || segments.length > MOST_SEGMENTS || !pace.asksStores(performance.now())) return false
  const elapsed = (): number => performance.now() - acceptedAt
  const isPrompt = elapsed() < PROMPT_MS
  try {
    await deadline.pause(pace.first(elapsed()))
    for (let attempt = 1; waitsFor !== undefined; attempt++) {
      const askedAfter = elapsed()
      if ((await infoOf(question, waitsFor, deadline)) === undefined) {
        const others = segments.filter(segment => segment !== waitsFor)
        const infos = await Promise.all(others.map(segment => infoOf(question, segment, deadline)))
        waitsFor = others.find((_, n) => infos[n] !== undefined)
        if (isPrompt && waitsFor === undefined) pace.found(askedAfter, attempt)
        continue
      }
      if (elapsed() > PATIENCE_MS) return false
      const delayMs = pace.next(elapsed())
      onWait(attempt, delayMs)
      await deadline.pause(delayMs)
    }
    const targets = await Promise.all(segments.map(({ parent }) => infoOf(question, parent, deadline)))
    return targets.every(target => target?.isSealed === false)
  } catch (error) {
    deadline.check()
    if (!PravegaError.is(error)) throw error
    pace.failed(performance.now())
    return false
  }
}

/** Undefined: there is no such segment. */
async function infoOf(
  { getInfo }: MergeQuestion,
  segment: ScopedSegment,
  deadline: Deadline,
): Promise<Pick<SegmentInfo, 'isSealed'> | undefined> {
  try {
    return await getInfo(segment, {
      signal: deadline.signal,
      timeoutMs: Math.min(deadline.remainingMs, QUESTION_MS),
    })
  } catch (error) {
    if (PravegaError.is(error, 'NO_SUCH_SEGMENT')) return undefined
    throw error
  }
}
