import { type Deadline, inParallel, PravegaError, ScopedSegment } from '@pravega-ts/model'
import type { SegmentInfo } from '@pravega-ts/segment-client'
import type { ReaderGroupStore } from '../reader-group-store.ts'
import { unreadPositions } from '../state/positions.ts'
import type { Offsets, ReaderGroupState, SegmentName } from '../state/reader-group-state.ts'

const READ_TO_THE_END = -1n

/**
 * Bytes between where the group has read to, as its members have told, and its ends, or the tails where it has none. Headers of
 * events count; what was truncated away does not.
 */
export async function unreadBytes(
  store: ReaderGroupStore,
  state: ReaderGroupState,
  deadline: Deadline,
): Promise<bigint> {
  let bytes = 0n
  let generation: Offsets = unreadPositions(state)
  const seen = new Set<SegmentName>(generation.keys())
  while (generation.size > 0) {
    const following = await inParallel([...generation], async ([name, offset]) => {
      const info = await segmentInfo(store, name, deadline)
      bytes += unreadIn(info, offset, state.end.get(name))
      // Behind an end nothing is read, and behind the tail is nothing.
      if (state.end.has(name) || info?.isSealed === false) return []
      const successors = await store.controller.getSuccessors(ScopedSegment.parse(name), deadline.rest())
      return successors.map(({ segment }) => String(segment.segment))
    })
    const fresh = new Set(following.flat().filter(name => !seen.has(name)))
    for (const name of fresh) seen.add(name)
    generation = new Map([...fresh].map(name => [name, 0n]))
  }
  return bytes
}

/** @param info - Undefined: the segment was truncated away. */
function unreadIn(info: SegmentInfo | undefined, offset: bigint, end: bigint | undefined): bigint {
  if (info === undefined || offset === READ_TO_THE_END) return 0n
  const from = offset > info.startOffset ? offset : info.startOffset
  const to = end !== undefined && end < info.writeOffset ? end : info.writeOffset
  return to > from ? to - from : 0n
}

async function segmentInfo(
  store: ReaderGroupStore,
  name: SegmentName,
  deadline: Deadline,
): Promise<SegmentInfo | undefined> {
  try {
    return await store.getInfo(ScopedSegment.parse(name), deadline.rest())
  } catch (error) {
    if (PravegaError.is(error, 'NO_SUCH_SEGMENT')) return undefined
    throw error
  }
}
