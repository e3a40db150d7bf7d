import { type Deadline, inParallel, ScopedSegment, type ScopedStream, type StreamCut } from '@pravega-ts/model'
import type { ReaderGroupStore } from '../reader-group-store.ts'
import type { GroupConfig } from '../state/group-config.ts'
import type { Init } from '../state/updates.ts'

/** How a group with this configuration begins: the segments of its starting cuts, those of the head where there is none. */
export async function initialState(
  { controller }: ReaderGroupStore,
  config: GroupConfig,
  deadline: Deadline,
): Promise<Init> {
  const starts = await inParallel(config.streams, async ({ stream, from }) => {
    if (!from.isUnbounded) return positions(stream, from)
    const heads = await controller.getHeadSegments(stream, { ...deadline.rest(), access: 'none' })
    return heads.map(({ segment, offset }) => [String(segment), offset] as const)
  })
  const ends = config.streams.flatMap(({ stream, to }) => (to.isUnbounded ? [] : positions(stream, to)))
  return {
    type: 'init',
    config,
    starts: new Map(starts.flat()),
    ends: new Map(ends),
    // As Java: readers learn ranges when segments are completed.
    ranges: new Map(),
    updatingConfig: false,
  }
}

function positions({ scope, stream }: ScopedStream, cut: StreamCut): (readonly [string, bigint])[] {
  return [...cut.positions].map(([id, offset]) => [String(new ScopedSegment(scope, stream, id)), offset] as const)
}
